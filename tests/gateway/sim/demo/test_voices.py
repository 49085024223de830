"""The sentences of the demo, as they really sound."""

import numpy as np
import pytest

from voicegate.codecs.g711 import transcode, ulaw_decode
from voicegate.gateway.sim.demo.script import FULL, QUICK, SENTENCE_OVER_MS, Words, recorded
from voicegate.gateway.sim.demo.speech import UTTERANCES_MAX
from voicegate.gateway.sim.demo.voices import from_recording, say, synthetic

LISTENER = 400  # of 32768, what the simulated caller hears; in one sample of eight
DETECTOR = 512  # what the simulated model's detector takes for speech


def longest_pause_ms(ulaw: bytes, threshold: int) -> int:
    """Between the first and the last 20 ms that are heard."""
    samples = np.abs(ulaw_decode(ulaw[: len(ulaw) // 160 * 160]).astype(np.int32))
    heard = np.flatnonzero((samples.reshape(-1, 160) >= threshold).sum(axis=1) >= 20)
    return int(np.diff(heard).max(initial=1) - 1) * 20


@pytest.mark.parametrize("words", [FULL, QUICK, recorded(2)])
def test_no_pause_of_the_agent_is_taken_for_its_end(words: Words) -> None:
    for sentence in words.agent_sentences():
        spoken = transcode(say(sentence, rate=8_000), "pcm16", "ulaw")
        assert longest_pause_ms(spoken, LISTENER) <= SENTENCE_OVER_MS - 100, sentence


@pytest.mark.parametrize("is_quick", [False, True])
def test_no_pause_of_the_caller_ends_a_turn(is_quick: bool) -> None:  # noqa: FBT001
    """The detector waits for 500 ms of silence (OpenAI Realtime, `silence_duration_ms`)."""
    _, script = synthetic(is_quick=is_quick, progress=lambda _: None)
    for utterance in (*script.questions, script.interruption):
        assert longest_pause_ms(utterance.audio, DETECTOR) <= 450, utterance.words


def test_each_sentence_ends_with_a_breath() -> None:
    breath_ms = 220
    joined = len(say("Hello. Goodbye.")) - len(say("Hello.")) - len(say("Goodbye."))
    assert joined == breath_ms * 48


def test_a_long_recording_is_used_in_part_and_that_is_said() -> None:
    told: list[str] = []
    said = [b"\x80" * 8_000] * (UTTERANCES_MAX + 2)
    _, script = from_recording("me.wav", said, is_quick=False, progress=told.append)
    assert len(script.utterances) == UTTERANCES_MAX
    assert told == ["me.wav: 8 utterances between pauses, the first 6 are used"]


def test_a_recording_of_one_utterance_is_said_to_be_that() -> None:
    told: list[str] = []
    from_recording("me.wav", [b"\x80" * 8_000], is_quick=False, progress=told.append)
    assert told == ["me.wav: 1 utterance"]
