"""An apology, when nothing else can be done."""

from .actions import Action, ClipKind
from .events import Event, PromptDone
from .memory import Memory
from .outcome import Ending
from .prompting import Prompting
from .state import Finish, Turn

SORRY_MS_MAX = 10_000


class SorryState:
    """The flow has no way left: a prompt that is always in memory, then the end."""

    def __init__(self, call: Memory) -> None:
        self._call = call
        self._prompt = Prompting()
        self.deadline_ms: int | None = None

    def enter(self, now_ms: int) -> Turn:
        self.deadline_ms = now_ms + SORRY_MS_MAX
        return [*self._prompt.play(self._call.play_own(ClipKind.SORRY))]

    def handle(self, event: Event, now_ms: int) -> Turn:
        match event:
            case PromptDone(tag) if self._prompt.is_done(tag):
                return [Finish(Ending.ERROR.value)]
            case _:
                return []

    def wake(self, now_ms: int) -> Turn:
        return [Finish(Ending.ERROR.value)]

    def resume(self, now_ms: int) -> Turn:
        return [*self._prompt.again()]

    def leave(self, now_ms: int) -> list[Action]:
        return self._prompt.stop()
