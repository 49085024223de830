"""Menu: keys to choose from."""

from ..nodes import Menu, Retry
from .actions import Action
from .asking import Asking
from .events import Event, Key, PromptDone
from .memory import Memory
from .state import Leave, Turn


class MenuState:
    """Silence and a wrong key have their own counts and exits."""

    def __init__(self, node: Menu, call: Memory) -> None:
        self._node = node
        self._call = call
        self._asking = Asking(node, call)
        self._typed = ""
        self._silences = 0
        self._misses = 0

    @property
    def deadline_ms(self) -> int | None:
        return self._asking.deadline_ms

    def enter(self, now_ms: int) -> Turn:
        ahead = self._call.type_ahead.take(now_ms)
        if ahead is None:
            return [*self._asking.ask(self._node.prompt)]
        return self._press_all(ahead, now_ms)

    def handle(self, event: Event, now_ms: int) -> Turn:
        match event:
            case Key(digit):
                return self._press(digit, now_ms)
            case PromptDone(tag):
                self._asking.heard(tag, now_ms)
                return []
            case _:
                return []

    def wake(self, now_ms: int) -> Turn:
        if self._typed:
            return self._miss()
        self._silences += 1
        return self._again(self._node.noinput, "noinput.next", self._silences)

    def resume(self, now_ms: int) -> Turn:
        return [*self._asking.again()]

    def leave(self, now_ms: int) -> list[Action]:
        return self._asking.stop()

    def _press_all(self, first: str, now_ms: int) -> Turn:
        """Keys that waited for this menu; they answer a question that need not be asked."""
        key: str | None = first
        turn: Turn = []
        while key is not None and not turn:
            turn = self._press(key, now_ms)
            key = self._call.type_ahead.take(now_ms) if not turn else None
        return turn

    def _press(self, key: str, now_ms: int) -> Turn:
        stopped = self._asking.key(now_ms)
        self._typed += key
        option = self._node.options.get(self._typed)
        if option is not None:
            if self._node.slot is not None:
                self._call.set_slot(self._node.slot, option.value)
            edge = f"options.{self._typed}.next"
            return [*stopped, Leave(edge, option.next, is_by_key=True)]
        if any(keys.startswith(self._typed) for keys in self._node.options):
            return [*stopped]
        return [*stopped, *self._miss()]

    def _miss(self) -> Turn:
        self._typed = ""
        self._misses += 1
        self._call.type_ahead.drop()
        return self._again(self._node.nomatch, "nomatch.next", self._misses)

    def _again(self, retry: Retry, edge: str, count: int) -> Turn:
        if count > retry.retries:
            return [Leave(edge, retry.next)]
        return [*self._asking.ask(retry.prompt or self._node.prompt)]
