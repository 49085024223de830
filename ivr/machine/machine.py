"""One call in a flow: events and the time go in, actions and the next deadline come out."""

from ..flow import Flow
from ..nodes import Ai, Collect
from .actions import Action, Alert, Noted
from .collect import CollectState
from .disposition import suppress
from .events import (
    Answerer,
    Event,
    Fault,
    Heard,
    HungUp,
    Key,
    PromptDone,
    StreamBack,
    StreamLost,
    Verdict,
    Who,
)
from .facts import Facts, PublicHolidays, Wall
from .interlude import Interlude
from .journey import ERROR, Journey
from .listening import Listening, Meaning
from .memory import Memory
from .outcome import Ending
from .own_time import OwnTime
from .state import Finish, Leave, Trouble, Turn

MACHINE = "machine"


class Machine:
    """The sans-IO flow: `begin` once the caller can hear us, then events and wakes until the end.

    `now_ms` is whole and monotonic; do all actions of one event before the next, and wake it when
    `deadline_ms` is due, before an event of the same moment. `wall` tells what the clocks of the
    flow's zone show, `public` the holidays of each calendar's country around today. Once it is
    over (by `Hangup`, its last action ever, or by `HungUp`) every event yields nothing.
    """

    def __init__(
        self, flow: Flow, facts: Facts, wall: Wall, public: PublicHolidays | None = None
    ) -> None:
        self._flow = flow
        self._call = Memory(flow, facts, wall, public or {})
        self._journey = Journey(flow, self._call)
        self._time = OwnTime()
        self._listening = Listening(flow)
        self._interlude: Interlude | None = None
        self._is_person = False  # a machine neither presses keys nor becomes one
        self._is_opted_out = False

    @property
    def node(self) -> str:
        """Where the call is, or was when it ended."""
        return self._journey.name

    @property
    def is_over(self) -> bool:
        """Nothing happens any more."""
        return self._journey.is_over

    @property
    def disposition(self) -> str | None:
        """What became of the call, once that is known."""
        return self._call.outcome.disposition

    @property
    def language(self) -> str:
        """What the caller is spoken to in."""
        return self._call.language

    @property
    def slots(self) -> dict[str, str]:
        """What the flow collected and may be kept: `vars.…`."""
        return dict(self._call.slots)

    @property
    def deadline_ms(self) -> int | None:
        """Wake me then, if nothing happens first."""
        limit_ms = self._journey.limit_ms
        if self.is_over or limit_ms is None:
            return None
        of_node = None if self._interlude else self._journey.state.deadline_ms
        return self._time.when(limit_ms if of_node is None else min(limit_ms, of_node))

    def begin(self, now_ms: int) -> list[Action]:
        """Enter the flow's first node."""
        own_ms = self._tick(now_ms)
        return self._settled(self._journey.begin(own_ms), own_ms)

    def handle(self, event: Event, now_ms: int) -> list[Action]:
        """What to do about an event."""
        if self.is_over:
            return []
        own_ms = self._tick(now_ms)
        return self._settled(self._react(event, own_ms), own_ms)

    def wake(self, now_ms: int) -> list[Action]:
        """A deadline is due; at most one thing is done about it, the outermost limit first."""
        due_ms = self.deadline_ms
        if due_ms is None or due_ms > now_ms:
            return []
        own_ms = self._tick(now_ms)
        limit_ms = self._journey.limit_ms
        is_limit = limit_ms is not None and limit_ms <= own_ms
        turn = (
            self._journey.limit_reached("seconds", own_ms)
            if is_limit
            else self._journey.state.wake(own_ms)
        )
        return self._settled(turn, own_ms)

    # -- events --------------------------------------------------------------------------------

    def _tick(self, now_ms: int) -> int:
        self._call.now_ms = now_ms
        return self._time.of(now_ms)

    def _react(self, event: Event, own_ms: int) -> Turn:
        match event:
            case HungUp(by):
                return self._hung_up(by, own_ms)
            case StreamLost():
                self._time.stop(self._call.now_ms)
                return []
            case StreamBack():
                return self._stream_back(own_ms)
            case Key(digit):
                self._is_person = True
                return self._meant(self._meaning_of_key(digit, own_ms), event, own_ms)
            case Heard(text, Who.CALLER):
                meaning = self._listening.words(text, self._journey.node)
                return self._meant(meaning, event, own_ms)
            case Verdict(answerer):
                return self._answered_by(answerer)
            case Fault(what):
                return [Noted("fault", self.node), Trouble(ERROR, what)]
            case _:
                return self._told(event, own_ms)

    def _told(self, event: Event, own_ms: int) -> Turn:
        """What is the node's own business; after the emergency prompt, if that plays."""
        if self._interlude is None:
            return self._journey.state.handle(event, own_ms)
        if isinstance(event, PromptDone) and self._interlude.is_done(event.tag):
            return self._interlude_over(own_ms)
        if not isinstance(event, Key | Heard):
            self._interlude.missed.append(event)
        return []

    def _stream_back(self, own_ms: int) -> Turn:
        if not self._time.stands_still:
            return []
        self._time.go_on(self._call.now_ms)
        if self._interlude is not None:
            return [*self._interlude.again()]
        return self._journey.state.resume(own_ms)

    def _answered_by(self, answerer: Answerer) -> Turn:
        if answerer is Answerer.MACHINE and not self._is_person:
            has_handler = self._flow.handlers.machine is not None
            is_new = MACHINE not in self._call.handlers_entered
            return [Trouble(MACHINE, MACHINE)] if has_handler and is_new else []
        self._is_person |= answerer is Answerer.HUMAN
        return []

    def _hung_up(self, by: str, own_ms: int) -> Turn:
        if by == Who.CALLER:
            self._call.outcome.happened(Ending.CALLER_HANGUP)
        self._listening.forget_keys()
        return [*self._journey.close(own_ms)]

    # -- what holds everywhere -----------------------------------------------------------------

    def _meaning_of_key(self, digit: str, own_ms: int) -> Meaning | None:
        """In a collect they are data: all of a card's, and else from the second on."""
        node, state = self._journey.node, self._journey.state
        is_data = isinstance(state, CollectState) and state.is_typing
        if is_data or (isinstance(node, Collect) and node.is_sensitive):
            self._listening.forget_keys()
            return None
        return self._listening.key(digit, node, own_ms)

    def _meant(self, meaning: Meaning | None, event: Event, own_ms: int) -> Turn:
        match meaning:
            case Meaning.EMERGENCY:
                return self._emergency()
            case Meaning.OPT_OUT | Meaning.OPT_OUT_OF_NODE if not self._is_opted_out:
                return self._opted_out(meaning)
            case _:
                return self._told(event, own_ms)

    def _emergency(self) -> Turn:
        """The prompt at once, above whatever the node does; the line stays open."""
        emergency = self._flow.emergency
        if emergency is None or self._interlude is not None:
            return []
        self._interlude = Interlude(emergency.prompt, self._call)
        alert = Alert(self._call.facts.caller_number, self.node)
        return [alert, *self._interlude.begin()]

    def _interlude_over(self, own_ms: int) -> Turn:
        """On to where the flow says, or on with the node, which learns what it missed."""
        interlude, self._interlude = self._interlude, None
        emergency = self._flow.emergency
        assert interlude is not None
        assert emergency is not None
        if emergency.next is not None:
            return [Leave("emergency.next", emergency.next, is_root=True)]
        actions: Turn = [*self._settled(self._journey.state.resume(own_ms), own_ms)]
        for event in interlude.missed:
            if not self.is_over:
                actions += self._settled(self._react(event, own_ms), own_ms)
        return actions

    def _opted_out(self, meaning: Meaning) -> Turn:
        self._is_opted_out = True
        node = self._journey.node
        own = node.optout if isinstance(node, Ai) else None
        if meaning is Meaning.OPT_OUT_OF_NODE and own is not None:
            return [*suppress(self._call), Leave("optout.next", own.next, is_by_key=True)]
        optout = self._flow.optout
        assert optout is not None
        leave = Leave("optout.next", optout.next, is_by_key=True, is_root=True)
        return [*suppress(self._call), leave]

    def _settled(self, turn: Turn, own_ms: int) -> list[Action]:
        """Go where it leads; an emergency prompt that still plays is cut by that."""
        is_onward = any(isinstance(each, Leave | Trouble | Finish) for each in turn)
        if self._interlude is not None and is_onward:
            turn = [*self._interlude.stop(), *turn]
            self._interlude = None
        return self._journey.settled(turn, own_ms)
