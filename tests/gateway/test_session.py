"""One call between its clock, its leg and its model: in order, one event after the other."""

from typing import cast

import pytest

from voicegate.gateway.core.actions import (
    Action,
    AskForResponse,
    CloseLeg,
    ConfigureModel,
    EndReason,
    EndRecording,
    Fact,
    HearAudio,
    PlayAudio,
    RecordCaller,
)
from voicegate.gateway.core.agent import AgentPlan
from voicegate.gateway.core.agent_script import AgentScript
from voicegate.gateway.core.events import (
    CallerAudio,
    CallerDigit,
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
    ModelResponded,
    ModelResponding,
    ResponseStatus,
)
from voicegate.gateway.core.script import ScriptEvent
from voicegate.gateway.sim.rig.desk import OPENED, Desk, talking

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
    kinds = [type(action) for action in desk.log]
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


def test_a_call_that_goes_on_elsewhere_lets_go_of_its_model_and_ends_nowhere() -> None:
    """C6: no end, no reason, and nothing that happens later."""
    desk = Desk()
    desk.session.deliver(CallRang())
    desk.session.abandon()
    assert desk.models[0].closes == 1
    assert (desk.ends, desk.session.is_over, desk.clock.alarm_ms) == ([], True, None)
    desk.models[0].tell(ModelConnected(), OPENED)
    desk.session.deliver(CarrierEnded())
    desk.session.deliver(None)
    assert (desk.ends, len(desk.models), desk.clock.alarm_ms) == ([], 1, None)


class Dictation(AgentScript):
    """Records the caller from the beginning of the talk until a key."""

    def handle(self, event: ScriptEvent, now_ms: int) -> list[Action]:
        if isinstance(event, CallerDigit):
            return [EndRecording(is_kept=event.digit == "1")]
        return [RecordCaller("desk")]


@pytest.mark.parametrize("key", ["1", "2"])
def test_what_the_caller_says_is_recorded_while_that_is_asked_for(key: str) -> None:
    desk = talking(script=lambda stage: Dictation(AgentPlan(), stage))
    desk.leg.tell(CallerAudio(b"a" * 160, 20))
    desk.model.tell(ModelCommitted("u1"))
    desk.leg.tell(CallerAudio(b"b" * 160, 40), CallerDigit(key), CallerAudio(b"c" * 160, 60))
    assert (desk.boxes, desk.recorded, desk.kept) == (["desk"], [b"b" * 160], [key == "1"])


def test_a_recording_that_a_call_leaves_open_is_kept() -> None:
    desk = talking(script=lambda stage: Dictation(AgentPlan(), stage))
    desk.model.tell(ModelCommitted("u1"))
    desk.leg.tell(LegClosed(LegEnd.STOPPED))
    assert desk.kept == [True]
