"""Speech is found on the 32 ms grid of appended audio, in every format and however it is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.codecs.frames import PCM16_24K, PCMA_8K, PCMU_8K, AudioFormat
from voicegate.codecs.g711 import transcode
from voicegate.gateway.sim.realtime.vad import GRID_MS, Ear, Edge, Onset, SpeechRule, Stop

RULE = SpeechRule(threshold=0.5, prefix_ms=300, silence_ms=500)
FORMATS = [PCMU_8K, PCMA_8K, PCM16_24K]


def sound(audio_format: AudioFormat, length_ms: int, amplitude: int) -> bytes:
    """A square wave of this amplitude."""
    per_ms = audio_format.rate // 1000
    pcm = b"".join(
        (amplitude if (n // 8) % 2 else -amplitude).to_bytes(2, "little", signed=True)
        for n in range(length_ms * per_ms)
    )
    return pcm if audio_format == PCM16_24K else transcode(pcm, "pcm16", audio_format.law)


def ear(audio_format: AudioFormat, rule: SpeechRule | None = RULE) -> Ear:
    listening = Ear(audio_format)
    listening.listen_for(rule)
    return listening


def hear(listening: Ear, audio: bytes, chunk: int = 160) -> list[Edge]:
    edges: list[Edge] = []
    for start in range(0, len(audio), chunk):
        edges += listening.append(audio[start : start + chunk])
    return edges


@pytest.mark.parametrize("audio_format", FORMATS, ids=str)
def test_edges_lie_on_the_grid_and_include_padding_and_silence(audio_format: AudioFormat):
    """C171: both audio formats; start plus padding and end are multiples of 32 ms."""
    quiet = audio_format.silence(1504)
    edges = hear(ear(audio_format), quiet + sound(audio_format, 992, 4000) + quiet)
    assert edges == [Onset(1504 - 300), Stop(1504 + 992 + 512)]
    assert (1504 % GRID_MS, 3008 % GRID_MS) == (0, 0)


@given(chunks=st.lists(st.integers(1, 5000), min_size=1, max_size=40))
def test_how_the_audio_is_cut_changes_nothing(chunks: list[int]):
    audio = PCMU_8K.silence(700) + sound(PCMU_8K, 400, 4000) + PCMU_8K.silence(900)
    listening, edges, at = ear(PCMU_8K), list[Edge](), 0
    for chunk in [*chunks, len(audio)]:
        edges += listening.append(audio[at : at + chunk])
        at += chunk
    assert edges == hear(ear(PCMU_8K), audio)
    assert len(edges) == 2


@pytest.mark.parametrize("audio_format", FORMATS, ids=str)
@pytest.mark.parametrize(("threshold", "is_heard"), [(0.3, True), (0.5, True), (0.8, False)])
def test_a_higher_threshold_needs_louder_speech(
    audio_format: AudioFormat,
    threshold: float,
    is_heard: bool,  # noqa: FBT001
):
    listening = ear(audio_format, SpeechRule(threshold, 300, 500))
    assert bool(hear(listening, sound(audio_format, 200, 900))) is is_heard


def test_padding_never_reaches_before_the_first_sample():
    assert hear(ear(PCMU_8K), sound(PCMU_8K, 64, 4000)) == [Onset(0)]


def test_without_audio_nothing_moves_and_short_pauses_do_not_end_a_turn():
    speech, pause = sound(PCMU_8K, 320, 4000), PCMU_8K.silence(480)
    assert hear(ear(PCMU_8K), speech + pause + speech + pause) == [Onset(0)]


def test_taking_a_turn_leaves_what_came_after_it():
    listening = ear(PCMU_8K)
    hear(listening, PCMU_8K.silence(640) + sound(PCMU_8K, 320, 4000) + PCMU_8K.silence(640))
    taken = listening.take(340, 1472)
    assert len(taken) == (1472 - 340) * 8
    assert listening.held_ms == 1600 - 1472
    assert listening.position_ms == 1600


def test_clear_ends_speech_silently_and_positions_go_on():
    listening = ear(PCMU_8K)
    hear(listening, sound(PCMU_8K, 200, 4000))
    listening.clear()
    assert (listening.held_ms, listening.position_ms) == (0, 200)
    assert hear(listening, sound(PCMU_8K, 200, 4000)) == [Onset(0)]  # the grid goes on at 224


def test_a_long_silence_is_forgotten_but_not_what_the_rule_keeps():
    listening = ear(PCMU_8K, SpeechRule(0.5, 300, 500, kept_ms=2000))
    hear(listening, PCMU_8K.silence(60_000))
    assert 2000 <= listening.held_ms <= 10_100
    assert listening.position_ms == 60_000
    assert hear(listening, sound(PCMU_8K, 64, 4000)) == [Onset(60_000 - 300)]


def test_nothing_is_speech_without_a_rule_and_everything_is_kept():
    listening = ear(PCMU_8K, None)
    assert hear(listening, sound(PCMU_8K, 20_000, 4000)) == []
    assert len(listening.take_all()) == 20_000 * 8


def test_a_new_format_goes_on_at_the_same_position():
    listening = Ear(PCM16_24K, 1000)
    listening.listen_for(RULE)
    assert hear(listening, sound(PCM16_24K, 100, 4000)) == [Onset(1024 - 300)]
