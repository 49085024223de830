"""Collect: digits into a slot, of a card perhaps."""

from ..nodes import Collect
from .actions import Action, BlindAi, Noted, PauseRecording
from .asking import Asking
from .digit_check import fits
from .digits import Digits
from .events import Event, Key, PromptDone
from .memory import Memory
from .state import Leave, Turn

LEAVES_SENSITIVE = "*"


class CollectState:
    """While sensitive digits come, the model and the recordings get silence."""

    def __init__(self, node: Collect, call: Memory) -> None:
        self._node = node
        self._call = call
        self._asking = Asking(node, call)
        self._digits = Digits(node.digits_max)
        self._has_other_keys = False
        self._tries = 0

    @property
    def deadline_ms(self) -> int | None:
        return self._asking.deadline_ms

    @property
    def is_typing(self) -> bool:
        """Keys are data from the second on."""
        return len(self._digits) > 0

    def enter(self, now_ms: int) -> Turn:
        if self._node.is_sensitive:
            self._call.type_ahead.drop()
            hidden: list[Action] = [BlindAi(is_on=True), PauseRecording(is_on=True)]
            return [*hidden, *self._asking.ask(self._node.prompt)]
        turn: Turn = []
        is_ahead = False
        while not turn and (key := self._call.type_ahead.take(now_ms)) is not None:
            is_ahead = True
            turn = self._press(key, now_ms)
        return turn if is_ahead else [*self._asking.ask(self._node.prompt)]

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
        if self.is_typing:
            return self._typed()
        return self._try_failed("timeout")

    def resume(self, now_ms: int) -> Turn:
        return [*self._asking.again()]

    def leave(self, now_ms: int) -> list[Action]:
        stopped = self._asking.stop()
        if self._call.cards.get(self._node.slot) is not self._digits:
            self._digits.wipe()
        if not self._node.is_sensitive:
            return stopped
        return [*stopped, BlindAi(is_on=False), PauseRecording(is_on=False)]

    def _press(self, key: str, now_ms: int) -> Turn:
        stopped = self._asking.key(now_ms)
        if key == self._node.finish:
            return [*stopped, *self._typed()]
        if key == LEAVES_SENSITIVE and self._node.is_sensitive:
            return [*stopped, Leave("exits.failed", self._node.exits["failed"], is_by_key=True)]
        self._has_other_keys |= not key.isdecimal()
        self._digits.add(key)
        return [*stopped, *(self._typed() if self._digits.is_full else [])]

    def _typed(self) -> Turn:
        """A try ended with keys; right or wrong, only their number is told."""
        node, digits = self._node, self._digits
        counted = Noted("collect.typed", node.name, len(digits))
        if not self._is_right():
            self._call.type_ahead.drop()
            return [counted, *self._try_failed("failed")]
        if node.slot.startswith("pay."):
            self._call.keep_card(node.slot, digits)
        else:
            self._call.set_slot(node.slot, digits.text())
        return [counted, Leave("exits.ok", node.exits["ok"], is_by_key=True)]

    def _is_right(self) -> bool:
        if self._has_other_keys or len(self._digits) < self._node.digits_min:
            return False
        return fits(self._node.check, self._digits.view(), self._call.language)

    def _try_failed(self, exit_: str) -> Turn:
        self._digits.wipe()
        self._has_other_keys = False
        self._tries += 1
        if self._tries == self._node.tries:
            return [Leave(f"exits.{exit_}", self._node.exits[exit_])]
        return [*self._asking.ask(self._node.retry_prompt or self._node.prompt)]
