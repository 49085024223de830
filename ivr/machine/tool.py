"""Tool: something outside does something, and tells how it went."""

from ..nodes import Tool
from .actions import Action, CallTool
from .events import Event, Key, PromptDone, ToolResult
from .memory import Memory
from .prompting import Prompting
from .state import Leave, Turn


class ToolState:
    """Keys wait for the next node. Digits of cards end with the tool, however it ends."""

    def __init__(self, node: Tool, call: Memory) -> None:
        self._node = node
        self._call = call
        self._prompt = Prompting()
        self._id = 0
        self.deadline_ms: int | None = None

    def enter(self, now_ms: int) -> Turn:
        self.deadline_ms = now_ms + self._node.timeout_s * 1000
        self._id = self._call.next_tag()
        filler = self._node.filler
        covered = self._prompt.play(self._call.play(filler)) if filler else []
        return [self._call_tool(), *covered]

    def handle(self, event: Event, now_ms: int) -> Turn:
        match event:
            case ToolResult(self._id, status):
                return [self._leave(status if status in self._node.exits else "error")]
            case Key(digit):
                self._call.type_ahead.keep(digit, now_ms)
                return []
            case PromptDone(tag):
                self._prompt.is_done(tag)
                return []
            case _:
                return []

    def wake(self, now_ms: int) -> Turn:
        return [self._leave("timeout")]

    def resume(self, now_ms: int) -> Turn:
        return []

    def leave(self, now_ms: int) -> list[Action]:
        cards = [slot for slot in self._node.uses if slot in self._call.cards]
        if cards:
            self._call.wipe_cards(*cards)
        return self._prompt.stop()

    def _call_tool(self) -> CallTool:
        node, call = self._node, self._call
        return CallTool(
            id=self._id,
            name=node.call,
            args=node.args,
            slots={slot: call.slots[slot] for slot in node.uses if slot in call.slots},
            secrets={slot: call.cards[slot] for slot in node.uses if slot in call.cards},
        )

    def _leave(self, exit_: str) -> Leave:
        return Leave(f"exits.{exit_}", self._node.exits[exit_])
