"""Say: a prompt, and on."""

from ..nodes import Say
from .actions import Action
from .events import Event, Key, PromptDone
from .memory import Memory
from .prompting import Prompting
from .state import Leave, Turn


class SayState:
    """A key stops the prompt, unless the flow forbids it; it is kept for the next node either way."""

    deadline_ms: int | None = None

    def __init__(self, node: Say, call: Memory) -> None:
        self._node = node
        self._call = call
        self._prompt = Prompting()

    def enter(self, now_ms: int) -> Turn:
        node = self._node
        play = self._call.play(
            node.prompt,
            in_all_languages=node.in_all_languages,
            is_interruptible=node.interrupt,
        )
        return [*self._prompt.play(play)]

    def handle(self, event: Event, now_ms: int) -> Turn:
        match event:
            case PromptDone(tag) if self._prompt.is_done(tag):
                return [Leave("next", self._node.next)]
            case Key(digit):
                self._call.type_ahead.keep(digit, now_ms)
                if self._node.interrupt:
                    return [*self._prompt.stop(), Leave("next", self._node.next)]
                return []
            case _:
                return []

    def wake(self, now_ms: int) -> Turn:
        return []

    def resume(self, now_ms: int) -> Turn:
        return [*self._prompt.again()]

    def leave(self, now_ms: int) -> list[Action]:
        return self._prompt.stop()
