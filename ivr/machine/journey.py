"""The way of a call through its flow: from node to node, into handlers, and to its end."""

from typing import assert_never

from ..flow import Flow
from ..nodes import Node
from .actions import Action, Hangup, Moved, Noted
from .apology import SorryState
from .limits import CallLimits
from .memory import Memory
from .outcome import Ending
from .state import Finish, Leave, State, Trouble, Turn
from .states import state_of

ERROR, LIMIT = "error", "limit"


class Journey:
    """In one node at a time. Times are the call's own."""

    def __init__(self, flow: Flow, call: Memory) -> None:
        self._flow = flow
        self._call = call
        self._limits = CallLimits(flow.limits)
        self._state: State | None = None
        self.name = flow.start
        self.is_over = False

    @property
    def node(self) -> Node:
        """Where it is."""
        return self._flow.nodes[self.name]

    @property
    def state(self) -> State:
        """What it does there; an apology if no handler was left."""
        assert self._state is not None  # it began
        return self._state

    @property
    def limit_ms(self) -> int | None:
        """When the call has lasted too long; None before it begins."""
        return self._limits.deadline_ms

    def begin(self, now_ms: int) -> Turn:
        """To the first node."""
        self._limits.start(now_ms)
        return [Leave("start", self._flow.start, is_root=True)]

    def settled(self, turn: Turn, now_ms: int) -> list[Action]:
        """Follow exits until a node waits for something."""
        done: list[Action] = []
        while turn:
            onward = None
            for each in turn:
                if isinstance(each, Leave | Trouble | Finish):
                    onward = each
                    break
                done.append(each)
            turn = [] if onward is None else self._follow(onward, now_ms)
        return done

    def limit_reached(self, what: str, now_ms: int) -> Turn:
        """To the handler with a little time more; the second time to the end."""
        self._call.outcome.happened(Ending.LIMIT)
        if self._limits.is_in_grace:
            return [Finish(LIMIT)]
        self._limits.extend(now_ms)
        return [Noted(f"limit.{what}", self.name), Trouble(LIMIT, what)]

    def close(self, now_ms: int) -> list[Action]:
        """The call is over: nothing is left of a card, and there is one disposition."""
        left = self._left(now_ms)
        self.is_over = True
        self._call.wipe_cards()
        return [*left, *self._call.outcome.close()]

    def _follow(self, onward: Leave | Trouble | Finish, now_ms: int) -> Turn:
        match onward:
            case Leave():
                return self._move(onward, now_ms)
            case Trouble():
                return self._handler(onward, now_ms)
            case Finish(cause):
                return [*self.close(now_ms), Hangup(cause)]
            case _:
                assert_never(onward)

    def _move(self, leave: Leave, now_ms: int) -> Turn:
        if not self._limits.step():
            return self.limit_reached("steps", now_ms)
        left = self._left(now_ms)
        if leave.is_by_key:
            self._call.is_ai_lost = False
        source = None if leave.is_root else self.name
        self.name = leave.target
        self._state = state_of(self.node, self._call)
        return [*left, Moved(self.name, source, leave.edge), *self._state.enter(now_ms)]

    def _handler(self, trouble: Trouble, now_ms: int) -> Turn:
        """Each once a call. An error with no handler left ends the call with an apology."""
        name = trouble.handler
        if name == ERROR:
            self._call.outcome.happened(Ending.ERROR)
        if name in self._call.handlers_entered or (name == ERROR and self._limits.is_in_grace):
            return self._sorry(now_ms)
        self._call.handlers_entered.add(name)
        self._call.handler_reason = trouble.reason
        target = self._flow.handlers.named()[name]
        return [Leave(f"handlers.{name}", target, is_root=True)]

    def _sorry(self, now_ms: int) -> Turn:
        left = self._left(now_ms)
        if isinstance(self._state, SorryState):
            return [*left, Finish(ERROR)]
        self._state = SorryState(self._call)
        return [*left, *self._state.enter(now_ms)]

    def _left(self, now_ms: int) -> list[Action]:
        return self._state.leave(now_ms) if self._state else []
