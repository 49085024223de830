"""One call between its clock, its leg and its model: in order, one event after the other."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import pytest

from voicegate.gateway.core.actions import (
    Action,
    AskForResponse,
    ClearAudio,
    CloseLeg,
    ConfigureModel,
    EndReason,
    Fact,
    HearAudio,
    LegAction,
    ModelAction,
    OpenModel,
    PlayAudio,
)
from voicegate.gateway.core.agent import AgentPlan
from voicegate.gateway.core.call import Call, CallLimits, Prompts
from voicegate.gateway.core.events import (
    CallerAudio,
    CallRang,
    CarrierEnded,
    Event,
    LegClosed,
    LegEnd,
    LegOpened,
    MarkPlayed,
    ModelAudio,
    ModelClosed,
    ModelCommitted,
    ModelConnected,
    ModelHeardSpeech,
    ModelOpened,
    ModelResponded,
    ModelResponding,
    ResponseStatus,
)
from voicegate.gateway.core.phases import Phase
from voicegate.gateway.core.wire import Deliver
from voicegate.gateway.session import LEG_BACKLOG_MAX, MODEL_BACKLOG_MAX, Session

OPENED = ModelOpened("audio/pcm", "audio/pcm")


@dataclass(slots=True)
class Clock:
    """Time that stands until it is set."""

    ms: int = 0
    alarm_ms: int | None = None
    arms: int = 0

    def now_ms(self) -> int:
        return self.ms

    def set_alarm(self, at_ms: int | None) -> None:
        self.alarm_ms = at_ms
        self.arms += 1


@dataclass(slots=True)
class End:
    """What a leg and a model have in common: who is told, what was written, what is unread."""

    log: list[Action | str]
    backlog: int = 0
    deliver: Deliver | None = None
    closes: int = 0
    reply: Callable[[Action], None] | None = None

    def start(self, deliver: Deliver) -> None:
        self.deliver = deliver

    def backlog_bytes(self) -> int:
        return self.backlog

    def close(self) -> None:
        self.closes += 1

    def tell(self, *events: Event) -> None:
        assert self.deliver is not None
        for event in events:
            self.deliver(event)

    def _write(self, action: Action) -> None:
        self.log.append(action)
        if self.reply is not None:
            self.reply(action)


class Leg(End):
    """The caller's media, kept in memory."""

    def start(self, deliver: Deliver) -> None:
        super().start(deliver)
        deliver(LegOpened("MZ1"))

    def perform(self, action: LegAction) -> None:
        self._write(action)


class Model(End):
    """The one who speaks, kept in memory."""

    def perform(self, action: ModelAction) -> None:
        self._write(action)


@dataclass(slots=True)
class Desk:
    """A session with everything around it, in the order in which things were written."""

    keeps_steps: bool = False
    clock: Clock = field(default_factory=Clock)
    log: list[Action | str] = field(default_factory=list[Action | str])
    models: list[Model] = field(default_factory=list[Model])
    facts: list[Fact] = field(default_factory=list[Fact])
    steps: list[tuple[Event | None, list[Action]]] = field(
        default_factory=list[tuple[Event | None, list[Action]]]
    )
    crashes: list[Exception] = field(default_factory=list[Exception])
    ends: list[EndReason] = field(default_factory=list[EndReason])
    leg: Leg = field(init=False)
    session: Session = field(init=False)

    def __post_init__(self) -> None:
        self.leg = Leg(self.log)
        self.session = Session(
            Call(AgentPlan(), CallLimits(), Prompts()),
            clock=self.clock,
            open_model=self._open_model,
            watcher=self,
            on_end=self.ends.append,
            keeps_steps=self.keeps_steps,
        )

    def _open_model(self, _wanted: OpenModel) -> Model:
        self.models.append(Model(self.log))
        return self.models[-1]

    @property
    def model(self) -> Model:
        return self.models[-1]

    def saw_fact(self, fact: Fact, now_ms: int) -> None:
        assert now_ms <= max(now_ms, self.clock.ms)
        self.facts.append(fact)

    def saw_step(self, event: Event | None, actions: list[Action], now_ms: int) -> None:
        assert now_ms >= 0
        self.steps.append((event, actions))

    def saw_crash(self, error: Exception) -> None:
        self.crashes.append(error)

    def ring(self, at_ms: int) -> None:
        """The alarm goes off."""
        self.clock.ms = at_ms
        self.session.deliver(None)


def talking(*, keeps_steps: bool = False) -> Desk:
    """A call in talk; its greeting was asked for and not answered so far."""
    desk = Desk(keeps_steps=keeps_steps)
    desk.session.deliver(CallRang())
    desk.session.attach(desk.leg)
    desk.model.tell(ModelConnected(), OPENED)
    assert desk.session.call.phase is Phase.TALKING
    return desk


# -- order -----------------------------------------------------------------------------------------


def test_actions_are_performed_in_the_order_of_the_list() -> None:
    """C39, C62: the clear is written before the cancel, on whichever socket."""
    desk = talking()
    desk.model.tell(ModelResponding("r1"), ModelAudio("a", "r1", bytes(8_000)))
    desk.log.clear()
    desk.model.tell(ModelHeardSpeech("u1", 0))
    names = [type(action).__name__ for action in desk.log]
    assert names == ["ClearAudio", "CancelResponse", "TruncateItem"]


def test_what_an_adapter_answers_from_inside_comes_next() -> None:
    """C1, C39: all actions of an event are performed before the next event."""
    desk = talking(keeps_steps=True)
    mark = MarkPlayed("0.1")
    desk.leg.reply = lambda action: desk.leg.tell(mark) if isinstance(action, PlayAudio) else None
    delta = ModelAudio("a", "r1", bytes(1_600))
    desk.model.tell(ModelResponding("r1"), delta)
    events = [event for event, _ in desk.steps]
    assert events[-2:] == [delta, mark]
    actions = desk.steps[-2][1]
    written = [action for action in actions if not isinstance(action, Fact)]
    assert desk.log[-len(written) :] == written


def test_several_events_from_inside_keep_their_order() -> None:
    """C39."""
    desk = talking(keeps_steps=True)
    marks = [MarkPlayed(f"0.{n}") for n in (1, 2, 3)]
    desk.leg.reply = lambda action: desk.leg.tell(*marks) if isinstance(action, PlayAudio) else None
    desk.model.tell(ModelResponding("r1"), ModelAudio("a", "r1", bytes(1_600)))
    assert [event for event, _ in desk.steps][-3:] == marks


def test_what_is_due_happens_before_the_event() -> None:
    """C1: at the same instant too."""
    desk = talking(keeps_steps=True)
    due_ms = desk.session.call.deadline_ms
    assert due_ms is not None
    desk.clock.ms = due_ms
    desk.leg.tell(CallerAudio(bytes(160), 0))
    assert [event for event, _ in desk.steps][-2:] == [None, CallerAudio(bytes(160), 0)]


def test_an_alarm_that_ends_the_call_leaves_nothing_for_the_event() -> None:
    """C21."""
    desk = Desk(keeps_steps=True)
    desk.session.deliver(CallRang())
    desk.clock.ms = 30_000
    desk.session.deliver(CarrierEnded())  # the pre-warm and the token are both over
    desk.session.deliver(CarrierEnded())
    assert len(desk.ends) == 1
    assert desk.clock.alarm_ms is None


def test_time_never_goes_back() -> None:
    """C1: a clock that is set back is held."""
    desk = talking()
    desk.clock.ms = 5_000
    desk.leg.tell(CallerAudio(bytes(160), 0))
    desk.clock.ms = 1_000
    desk.model.tell(ModelResponding("r1"), ModelAudio("a", "r1", bytes(1_600)))
    assert desk.session.call.playout.items["a"].first_sent_ms == 5_000


def test_steps_are_kept_on_request_only() -> None:
    assert talking().steps == []
    assert talking(keeps_steps=True).steps != []


# -- the model -------------------------------------------------------------------------------------


def test_the_model_is_opened_configured_and_heard() -> None:
    """C5, C8."""
    desk = talking()
    assert len(desk.models) == 1
    desk.leg.tell(CallerAudio(bytes(160), 0))
    kinds = [type(action) for action in desk.log if not isinstance(action, str)]
    assert kinds[0] is ConfigureModel
    assert kinds[-2:] == [AskForResponse, HearAudio]
    assert desk.session.has_leg


def test_events_of_a_model_that_was_replaced_are_dropped() -> None:
    """C10: its socket may still have something to say."""
    desk = Desk(keeps_steps=True)
    desk.session.deliver(CallRang())
    desk.session.attach(desk.leg)
    stale = desk.model
    stale.tell(ModelClosed(1006))
    desk.ring(250)
    assert len(desk.models) == 2
    count = len(desk.steps)
    stale.tell(ModelConnected(), OPENED, ModelClosed(1006))
    assert len(desk.steps) == count
    desk.model.tell(ModelConnected())
    assert len(desk.steps) == count + 1


def test_a_model_that_is_replaced_is_closed() -> None:
    desk = Desk()
    desk.session.deliver(CallRang())
    desk.session.attach(desk.leg)
    desk.ring(8_000)
    desk.ring(8_250)
    assert [model.closes for model in desk.models] == [1, 0]


def test_without_a_model_nobody_is_told() -> None:
    desk = Desk()
    desk.session.attach(desk.leg)
    desk.model.tell(ModelConnected(), OPENED)
    desk.model.tell(ModelClosed(1006))
    desk.log.clear()
    desk.leg.tell(CallerAudio(bytes(160), 0))
    assert desk.log == []


def test_without_a_leg_nothing_is_written_to_one() -> None:
    desk = Desk()
    desk.session.deliver(LegOpened("MZ1"))
    assert not desk.session.has_leg
    desk.model.tell(ModelConnected(), OPENED, ModelResponding("r1"))
    desk.model.tell(ModelAudio("a", "r1", bytes(1_600)))
    assert not any(isinstance(action, PlayAudio) for action in desk.log)


# -- the alarm -------------------------------------------------------------------------------------


def test_the_alarm_is_set_only_when_the_deadline_changed() -> None:
    """C188: 1,000 frames of talk, and the timer is touched when it is due, not at each frame."""
    desk = talking()
    desk.model.tell(ModelResponding("r1"), ModelResponded("r1", ResponseStatus.CANCELLED))
    arms, wakes = desk.clock.arms, 0
    for n in range(1_000):
        desk.clock.ms = 20 * n
        if desk.clock.alarm_ms is not None and desk.clock.alarm_ms <= desk.clock.ms:
            desk.session.deliver(None)
            wakes += 1
        desk.leg.tell(CallerAudio(b"\xff" * 160, 155 + 20 * n))
    assert desk.session.call.uplink.forwarded == 1_000
    assert desk.clock.arms - arms <= 2 * wakes
    assert wakes <= 40  # about two a second


def test_what_came_while_the_process_stood_still_is_read_before_anything_is_missed() -> None:
    """C33, C84: no silence in front of speech that waits in the socket, no answer asked for twice."""
    desk = talking()
    desk.clock.ms = 20
    desk.leg.tell(CallerAudio(b"\x10" * 160, 20))
    due_ms = desk.clock.alarm_ms
    assert due_ms is not None
    desk.clock.ms = due_ms + 500
    before = len(desk.log)
    desk.session.deliver(None)
    assert desk.clock.alarm_ms == due_ms + 540
    desk.leg.tell(CallerAudio(b"\x11" * 160, 40))
    assert desk.log[before:] == [HearAudio(b"\x11" * 160)]
    desk.ring(due_ms + 540)
    assert desk.log[before:] == [HearAudio(b"\x11" * 160)]


def test_what_did_not_come_meanwhile_is_missed_a_moment_later() -> None:
    """C33: the same, and the socket was empty."""
    desk = talking()
    desk.clock.ms = 20
    desk.leg.tell(CallerAudio(b"\x10" * 160, 20))
    assert desk.clock.alarm_ms is not None
    desk.clock.ms = desk.clock.alarm_ms + 500
    before = len(desk.log)
    desk.session.deliver(None)
    assert desk.log[before:] == []
    desk.ring(desk.clock.ms + 40)
    assert any(isinstance(action, HearAudio) for action in desk.log[before:])


def test_an_alarm_that_rings_too_early_is_set_again() -> None:
    desk = talking()
    alarm_ms = desk.clock.alarm_ms
    assert alarm_ms is not None
    arms = desk.clock.arms
    desk.ring(alarm_ms - 1)
    assert (desk.clock.alarm_ms, desk.clock.arms) == (alarm_ms, arms + 1)


def test_a_call_works_without_an_event_loop() -> None:
    """C188: no task, no future, no timer of its own."""
    desk = talking()
    desk.model.tell(ModelCommitted("u1"), ModelResponding("r1"))
    desk.model.tell(ModelAudio("a", "r1", bytes(1_600)))
    assert PlayAudio(bytes(1_600), "a") in desk.log


# -- limits ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("excess", "end"), [(0, None), (1, EndReason.SLOW_LEG)])
def test_a_carrier_that_does_not_read_is_given_up(excess: int, end: EndReason | None) -> None:
    """C58: more than 1 MiB unsent."""
    desk = talking()
    desk.leg.backlog = LEG_BACKLOG_MAX + excess
    desk.model.tell(ModelResponding("r1"), ModelAudio("a", "r1", bytes(1_600)))
    assert desk.ends == ([] if end is None else [end])
    assert (desk.leg.closes > 0) is (end is not None)


def test_a_carrier_that_takes_nothing_for_five_seconds_is_given_up() -> None:
    """C58: however little waits, and whether or not more is written to it."""
    desk = talking()
    desk.leg.backlog = 1
    desk.model.tell(ModelResponding("r1"), ModelAudio("a", "r1", bytes(1_600)))
    began_ms = desk.clock.ms
    for elapsed_ms in range(20, 5_020, 20):
        desk.clock.ms = began_ms + elapsed_ms
        desk.leg.tell(CallerAudio(b"\xff" * 160, 155 + elapsed_ms))
    assert desk.ends == []
    desk.clock.ms += 1
    desk.leg.tell(CallerAudio(b"\xff" * 160, 155 + 5_020))
    assert desk.ends == [EndReason.SLOW_LEG]


def test_a_carrier_that_takes_some_now_and_then_is_kept() -> None:
    """C58."""
    desk = talking()
    desk.leg.backlog = 1_000
    desk.model.tell(ModelResponding("r1"), ModelAudio("a", "r1", bytes(1_600)))
    desk.model.tell(ModelResponded("r1", ResponseStatus.COMPLETED))
    for elapsed_ms in range(20, 20_000, 20):
        desk.clock.ms += 20
        desk.leg.backlog -= elapsed_ms % 4_000 == 0
        desk.leg.tell(CallerAudio(b"\xff" * 160, 155 + elapsed_ms))
    assert desk.ends == []


def test_a_clock_that_was_set_back_is_told_once() -> None:
    """I26."""
    desk = talking()
    now_ms = desk.clock.ms
    for back_ms in (700, 600, 500):
        desk.clock.ms = now_ms - back_ms
        desk.leg.tell(CallerAudio(b"\xff" * 160, 155))
    told = [each for each in desk.facts if each.name == "clock.set_back"]
    assert told == [Fact("clock.set_back", {"ms": 700})]
    assert desk.session.times_set_back == 3


def test_a_slow_carrier_is_told_nothing_more() -> None:
    """C58: neither what waits nor a goodbye."""
    desk = talking()
    desk.leg.backlog = LEG_BACKLOG_MAX + 1
    desk.model.tell(ModelResponding("r1"), ModelAudio("a", "r1", bytes(8_000)))
    assert not any(isinstance(action, ClearAudio | CloseLeg) for action in desk.log)


def test_a_model_that_does_not_read_is_written_to_no_more_until_it_does() -> None:
    """C35: frames wait, and follow."""
    desk = talking()
    desk.model.backlog = MODEL_BACKLOG_MAX + 1
    desk.leg.tell(*(CallerAudio(bytes([n]) * 160, 155 + 20 * n) for n in range(10)))
    heard = [action for action in desk.log if isinstance(action, HearAudio)]
    assert len(heard) == 1  # the one after which it was seen
    desk.model.backlog = MODEL_BACKLOG_MAX
    desk.leg.tell(CallerAudio(bytes([10]) * 160, 155 + 200))
    heard = [action for action in desk.log if isinstance(action, HearAudio)]
    assert heard == [HearAudio(bytes([n]) * 160) for n in range(11)]


def test_a_blocked_model_that_is_replaced_leaves_no_block_behind() -> None:
    """C35."""
    desk = Desk()
    desk.session.deliver(CallRang())
    desk.session.attach(desk.leg)
    desk.model.backlog = MODEL_BACKLOG_MAX + 1
    desk.model.tell(ModelConnected(), ModelClosed(1006))
    desk.ring(250)
    desk.model.tell(ModelConnected(), OPENED)
    desk.leg.tell(CallerAudio(bytes(160), 155))
    assert HearAudio(bytes(160)) in desk.log


# -- the end ---------------------------------------------------------------------------------------


def test_the_end_closes_everything_and_is_told_once() -> None:
    """C16, C21."""
    desk = talking()
    desk.leg.tell(LegClosed(LegEnd.STOPPED), LegClosed(LegEnd.CLOSED))
    assert desk.ends == [EndReason.CALLER_HUNG_UP]
    assert desk.session.is_over
    assert (desk.model.closes, desk.leg.closes) == (1, 1)
    assert desk.clock.alarm_ms is None


def test_after_the_end_nothing_is_written_and_no_alarm_is_set() -> None:
    """C21."""
    desk = talking()
    desk.leg.tell(CarrierEnded())
    arms, count = desk.clock.arms, len(desk.log)
    desk.ring(99_000)
    desk.leg.tell(CallerAudio(bytes(160), 0), CarrierEnded())
    desk.model.tell(ModelAudio("a", "r1", bytes(1_600)))
    assert (desk.clock.arms, len(desk.log)) == (arms, count)
    assert len(desk.ends) == 1


def test_a_call_ended_by_us_closes_its_leg_with_the_right_code() -> None:
    """C17."""
    desk = talking()
    desk.session.deliver(CarrierEnded())
    assert CloseLeg(1000) in desk.log


# -- our own bugs ----------------------------------------------------------------------------------


def _break(action: Action) -> None:
    if isinstance(action, PlayAudio):
        raise ZeroDivisionError


def test_a_bug_ends_its_call_with_internal_error_and_no_other() -> None:
    """C25: loudly, and once."""
    desk, other = talking(), talking()
    desk.leg.reply = _break
    for one in (desk, other):
        one.model.tell(ModelResponding("r1"), ModelAudio("a", "r1", bytes(1_600)))
    assert desk.ends == [EndReason.INTERNAL_ERROR]
    assert [type(error) for error in desk.crashes] == [ZeroDivisionError]
    assert desk.facts[-1].fields["reason"] == "internal_error"
    assert (desk.model.closes, desk.leg.closes) == (1, 1)
    assert desk.clock.alarm_ms is None
    assert other.ends == other.crashes == []
    assert PlayAudio(bytes(1_600), "a") in other.log


def test_after_a_bug_nothing_of_that_call_goes_on() -> None:
    """C21, C25: not even what had been waiting."""
    desk = talking(keeps_steps=True)

    def answer_and_break(action: Action) -> None:
        desk.leg.tell(MarkPlayed("0.1"))
        _break(action)

    desk.leg.reply = answer_and_break
    desk.model.tell(ModelResponding("r1"), ModelAudio("a", "r1", bytes(1_600)))
    count = len(desk.steps)
    desk.leg.tell(CallerAudio(bytes(160), 0))
    desk.ring(9_000)
    assert len(desk.steps) == count
    assert len(desk.ends) == len(desk.crashes) == 1


def test_an_event_that_nobody_knows_is_a_bug() -> None:
    """C1, C25."""
    desk = talking()
    desk.session.deliver(cast("Event", "surprise"))
    assert desk.ends == [EndReason.INTERNAL_ERROR]
    assert [type(error) for error in desk.crashes] == [AssertionError]
