"""Voicemail: a prompt, a tone, and what the caller says after it."""

from ..nodes import Voicemail
from .actions import Action, ClipKind, EndRecord, Record
from .events import Event, Key, PromptDone, Sounding, Who
from .memory import Memory
from .outcome import Ending
from .prompting import Prompting
from .speech import Speech
from .state import Leave, Turn

EMPTY_MS = 1000  # less speech is no message


class VoicemailState:
    """The message ends on silence, on the finish key, or when it is long enough."""

    def __init__(self, node: Voicemail, call: Memory) -> None:
        self._node = node
        self._call = call
        self._prompt = Prompting()
        self._is_greeting = node.prompt is not None
        self._is_heard = False  # the caller speaks now, perhaps before the tone already
        self._speech: Speech | None = None  # while it is recorded
        self._ends_by_ms = 0

    @property
    def deadline_ms(self) -> int | None:
        if self._speech is None:
            return None
        silent_by_ms = self._speech.quiet_since_ms
        if silent_by_ms is None:
            return self._ends_by_ms
        return min(self._ends_by_ms, silent_by_ms + self._node.silence_s * 1000)

    def enter(self, now_ms: int) -> Turn:
        if self._node.prompt is None:
            return [*self._tone()]
        play = self._call.play(self._node.prompt, in_all_languages=self._node.in_all_languages)
        return [*self._prompt.play(play)]

    def handle(self, event: Event, now_ms: int) -> Turn:
        match event:
            case Sounding(Who.CALLER, is_on):
                self._is_heard = is_on
                if self._speech is not None:
                    self._speech.sounding(now_ms, is_on=is_on)
                return []
            case Key(digit):
                return self._key(digit, now_ms)
            case PromptDone(tag) if self._prompt.is_done(tag):
                return [*self._tone()] if self._is_greeting else self._record(now_ms)
            case _:
                return []

    def wake(self, now_ms: int) -> Turn:
        return self._end(now_ms)

    def resume(self, now_ms: int) -> Turn:
        return [*self._prompt.again()]

    def leave(self, now_ms: int) -> list[Action]:
        """However it is left, what was said is kept: by `finish`, or because the caller hung up."""
        stopped = self._prompt.stop()
        if self._speech is None:
            return stopped
        is_kept = self._speech.heard_ms(now_ms) >= EMPTY_MS
        if is_kept:
            self._call.outcome.happened(Ending.VOICEMAIL)
        return [*stopped, EndRecord(is_kept)]

    def _key(self, digit: str, now_ms: int) -> Turn:
        if self._speech is not None:
            return self._end(now_ms) if digit == self._node.finish else []
        if self._is_greeting:
            return [*self._prompt.stop(), *self._tone()]
        return []

    def _tone(self) -> list[Action]:
        self._is_greeting = False
        return self._prompt.play(self._call.play_own(ClipKind.TONE))

    def _record(self, now_ms: int) -> Turn:
        self._speech = Speech(now_ms)
        self._speech.sounding(now_ms, is_on=self._is_heard)
        self._ends_by_ms = now_ms + self._node.max_s * 1000
        return [Record(self._node.box)]

    def _end(self, now_ms: int) -> Turn:
        assert self._speech is not None
        exit_ = "saved" if self._speech.heard_ms(now_ms) >= EMPTY_MS else "empty"
        return [Leave(f"exits.{exit_}", self._node.exits[exit_])]
