"""The two voices of a demo, made before the call so that nothing waits for them during it."""

import functools
import re
from collections.abc import Callable

from ....codecs.g711 import transcode
from ..voice import AGENT, CALLER, Voice, speak
from .script import FULL, QUICK, Script, Utterance, Words, recorded, script_for
from .speech import RATE, UTTERANCES_MAX

_SENTENCE_END = re.compile(r"(?<=[.?!]) ")
_BREATH_MS = 220
_AGENT_RATE = 24_000

Progress = Callable[[str], None]


@functools.cache
def say(text: str, voice: Voice = AGENT, rate: int = _AGENT_RATE) -> bytes:
    """PCM16 of one or several sentences, with a short breath between them."""
    breath = b"\0\0" * (_BREATH_MS * rate // 1_000)
    return breath.join(speak(sentence, voice, rate) for sentence in _SENTENCE_END.split(text))


def synthetic(*, is_quick: bool, progress: Progress) -> tuple[Words, Script]:
    """The scripted conversation, spoken. Raises VoiceMissing."""
    words = QUICK if is_quick else FULL
    progress(f"speaking {len(words.caller()) + len(words.agent_sentences())} lines, two voices")
    _speak_agent(words)
    said = [Utterance(text, ulaw(text)) for text in words.caller()]
    return words, script_for(said, has_farewell=bool(words.farewell))


def from_recording(
    name: str, found: list[bytes], *, is_quick: bool, progress: Progress
) -> tuple[Words, Script]:
    """A conversation with the utterances of a recording, in mu-law. Raises VoiceMissing."""
    used = found[: 2 if is_quick else UTTERANCES_MAX]
    left = f", the first {len(used)} are used" if len(used) < len(found) else ""
    many = "1 utterance" if len(found) == 1 else f"{len(found)} utterances between pauses"
    progress(f"{name}: {many}{left}")
    script = script_for([Utterance("", audio) for audio in used], has_farewell=False)
    words = recorded(len(script.questions))
    _speak_agent(words)
    return words, script


def _speak_agent(words: Words) -> None:
    for sentence in words.agent_sentences():
        say(sentence)


def ulaw(text: str) -> bytes:
    """What the caller says, as the phone has it."""
    return transcode(say(text, CALLER, RATE), "pcm16", "ulaw")
