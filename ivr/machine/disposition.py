"""Disposition: what became of the call, said by the flow."""

from ..nodes import Disposition
from .actions import Action, Noted, Suppress
from .events import Event, PromptDone
from .memory import Memory
from .prompting import Prompting
from .state import Leave, Turn

NO_MORE_CALLS = "dnc"


class DispositionState:
    """The first of a call counts. Whoever wants no more calls is noted before they hear so."""

    deadline_ms: int | None = None

    def __init__(self, node: Disposition, call: Memory) -> None:
        self._node = node
        self._call = call
        self._prompt = Prompting()

    def enter(self, now_ms: int) -> Turn:
        node = self._node
        if node.prompt is None:
            return [*self._written(), Leave("next", node.next)]
        play = self._call.play(
            node.prompt, in_all_languages=node.in_all_languages, is_interruptible=False
        )
        return [*self._written(), *self._prompt.play(play)]

    def handle(self, event: Event, now_ms: int) -> Turn:
        match event:
            case PromptDone(tag) if self._prompt.is_done(tag):
                return [Leave("next", self._node.next)]
            case _:
                return []

    def wake(self, now_ms: int) -> Turn:
        return []

    def resume(self, now_ms: int) -> Turn:
        return [*self._prompt.again()]

    def leave(self, now_ms: int) -> list[Action]:
        return self._prompt.stop()

    def _written(self) -> list[Action]:
        node, call = self._node, self._call
        suppressed = suppress(call) if node.code == NO_MORE_CALLS else []
        at = call.slots.get(node.at) if node.at else None
        is_set = call.outcome.set_by_flow(node.code, at)
        return [*suppressed, *(is_set or [Noted("disposition.ignored", node.name)])]


def suppress(call: Memory) -> list[Action]:
    """The caller's number gets no more calls; asked once."""
    if call.is_suppressed:
        return []
    call.is_suppressed = True
    return [Suppress(call.facts.caller_number)]
