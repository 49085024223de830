"""Voicemail drop: a message left on somebody's machine, after its beep."""

from ..nodes import VoicemailDrop
from .actions import Action
from .events import Beep, Event, PromptDone
from .memory import Memory
from .outcome import Ending
from .prompting import Prompting
from .state import Leave, Turn


class VoicemailDropState:
    """Without a beep it speaks when it has waited long enough."""

    def __init__(self, node: VoicemailDrop, call: Memory) -> None:
        self._node = node
        self._call = call
        self._prompt = Prompting()
        self.deadline_ms: int | None = None

    def enter(self, now_ms: int) -> Turn:
        self.deadline_ms = now_ms + self._node.max_wait_s * 1000
        return []

    def handle(self, event: Event, now_ms: int) -> Turn:
        match event:
            case Beep() if not self._prompt.is_playing:
                return self._speak()
            case PromptDone(tag) if self._prompt.is_done(tag):
                self._call.outcome.happened(Ending.MACHINE_LEFT)
                return [Leave("next", self._node.next)]
            case _:
                return []

    def wake(self, now_ms: int) -> Turn:
        return self._speak()

    def resume(self, now_ms: int) -> Turn:
        return [*self._prompt.again()]

    def leave(self, now_ms: int) -> list[Action]:
        return self._prompt.stop()

    def _speak(self) -> Turn:
        self.deadline_ms = None
        play = self._call.play(
            self._node.prompt,
            in_all_languages=self._node.in_all_languages,
            is_interruptible=False,
        )
        return [*self._prompt.play(play)]
