"""What a simulated model answers, and what it takes the caller to have said."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from .items import Item

Phase = Literal["commentary", "final_answer"]
Cause = Literal["speech", "idle", "request"]
Speak = Callable[[str], bytes]  # text -> PCM16 at 24 kHz


@dataclass(frozen=True, slots=True)
class Speech:
    """One spoken message.

    `pcm` is PCM16 at 24 kHz; without it the server makes `audio_ms` of audio itself (tagged for
    mu-law, else a murmur), by default as long as the text takes to say.
    """

    text: str
    audio_ms: int | None = None
    pcm: bytes = b""
    phase: Phase | None = None


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """One call of a tool; `arguments` is JSON."""

    name: str
    arguments: str = "{}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one response says and does. Times and sizes that are None are the server's.

    `overlap`: an item begins while the one before it is still being sent.
    """

    items: tuple[Speech | FunctionCall, ...]
    first_item_ms: int | None = None
    first_audio_ms: int | None = None
    delta_ms: int | None = None
    speed: float | None = None
    overlap: bool = False


@dataclass(frozen=True, slots=True)
class Transcript:
    """What the transcriber makes of a caller's turn, `delay_ms` after its commit."""

    text: str = ""
    delay_ms: int | None = None
    outcome: Literal["completed", "failed", "never"] = "completed"


@dataclass(frozen=True, slots=True)
class Turn:
    """One response that is due.

    `number` counts the responses of the default conversation from 1 (0: out of band); `metadata`
    and `instructions` are those of the request.
    """

    number: int
    cause: Cause
    context: Sequence[Item]
    instructions: str
    metadata: Mapping[str, str]


class Brain(Protocol):
    """Whoever answers in one session."""

    def answer(self, turn: Turn) -> Answer:
        """What the model says next; asked once, when the response begins."""
        ...

    def transcript(self, number: int, audio_ms: int) -> Transcript:
        """What the caller said in the turn of this number, from 1."""
        ...


class ScriptBrain:
    """Gives the answers of a list in their order, again from the first after the last."""

    def __init__(
        self,
        answers: Sequence[Answer],
        transcripts: Sequence[Transcript] = (),
        side_answers: Sequence[Answer] = (),
    ) -> None:
        self._answers = answers
        self._transcripts = transcripts
        self._side_answers = side_answers or answers
        self._given = 0
        self._side_given = 0

    def answer(self, turn: Turn) -> Answer:
        if turn.number == 0:
            self._side_given += 1
            return self._side_answers[(self._side_given - 1) % len(self._side_answers)]
        self._given += 1
        return self._answers[(self._given - 1) % len(self._answers)]

    def transcript(self, number: int, audio_ms: int) -> Transcript:
        del audio_ms
        return self._transcripts[number - 1] if number <= len(self._transcripts) else Transcript()


@dataclass(frozen=True, slots=True)
class Lines:
    """What a talking brain says when; `answers` in their order, again from the first after the last.

    `after_key` names what was pressed: `{key}`.
    """

    greeting: str
    answers: tuple[str, ...]
    after_interruption: str
    after_key: str = "You pressed {key}."


CLINIC = Lines(
    "Hello, this is the phone assistant of the Lindenhof clinic. How can I help you?",
    (
        "We are open from Monday to Friday, from eight in the morning until six in the evening.",
        "I can offer you Thursday at half past nine, or Friday at two. Which one suits you better?",
        "Very good, I have written that down. You will get a text message with time and address.",
        "You find us next to the station. The car park is behind the house.",
        "Please bring your insurance card and the list of the medicines that you take.",
        "Thank you for calling the Lindenhof clinic. Have a nice day, and goodbye.",
    ),
    "Of course, please go on. I am listening.",
)
_KEY = re.compile(r"(?<![0-9A-Za-z])[0-9*#](?![0-9A-Za-z])")


class TalkingBrain:
    """The assistant of the demo: a few sentences in a real voice.

    `speak` makes PCM16 at 24 kHz; `caller_lines` are what the caller is known to say, in order.
    """

    def __init__(
        self, speak: Speak, caller_lines: Sequence[str] = (), lines: Lines = CLINIC
    ) -> None:
        self._speak = speak
        self._caller_lines = caller_lines
        self._lines = lines
        self._answered = 0

    def answer(self, turn: Turn) -> Answer:
        text = self._next_words(turn)
        return Answer((Speech(text, pcm=self._speak(text)),))

    def transcript(self, number: int, audio_ms: int) -> Transcript:
        del audio_ms
        lines = self._caller_lines
        return Transcript(lines[number - 1] if number <= len(lines) else "")

    def _next_words(self, turn: Turn) -> str:
        own = [item for item in turn.context if item.role == "assistant"]
        if not own and turn.cause == "request":
            return self._lines.greeting
        if key := _pressed_key(turn.context):
            return self._lines.after_key.format(key=_KEY_NAMES.get(key, key))
        if own and (own[-1].is_truncated or own[-1].status == "incomplete"):
            return self._lines.after_interruption
        self._answered += 1
        return self._lines.answers[(self._answered - 1) % len(self._lines.answers)]


_KEY_NAMES = {"*": "star", "#": "hash"}


def _pressed_key(context: Sequence[Item]) -> str | None:
    """The key named by the newest item, if that is a text the caller did not speak."""
    newest = context[-1] if context else None
    if newest is None or newest.is_generated or any(part.is_audio for part in newest.parts):
        return None
    keys = _KEY.findall(newest.text)
    return keys[-1] if keys else None
