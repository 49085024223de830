"""Hours, branch and hangup: nodes that are left the moment they are entered."""

from ..expr import is_true
from ..nodes import Branch, Hangup, Hours
from .actions import Action
from .events import Event
from .memory import Memory
from .state import Finish, Leave, Turn

NORMAL = "normal"


class DecisionState:
    """The calendar's exit, the first case that is true, or the end."""

    deadline_ms: int | None = None

    def __init__(self, node: Hours | Branch | Hangup, call: Memory) -> None:
        self._node = node
        self._call = call

    def enter(self, now_ms: int) -> Turn:
        match self._node:
            case Hours(calendar=calendar):
                found = self._call.opening(calendar).value
                return [Leave(found, getattr(self._node, found))]
            case Branch():
                return [self._branch(self._node)]
            case Hangup(cause=cause):
                return [Finish(cause or NORMAL)]

    def handle(self, event: Event, now_ms: int) -> Turn:
        return []

    def wake(self, now_ms: int) -> Turn:
        return []

    def resume(self, now_ms: int) -> Turn:
        return []

    def leave(self, now_ms: int) -> list[Action]:
        return []

    def _branch(self, node: Branch) -> Leave:
        for index, case in enumerate(node.cases):
            if case.when is not None and is_true(case.when, self._call.look_up):
                return Leave(f"cases.{index}.next", case.next)
        return Leave("default", node.default)
