"""How calls end: by the caller, by a peer that misbehaves, by a model that goes."""

import pytest

from voicegate.codecs.frames import PCM16_8K
from voicegate.gateway.core.actions import (
    Action,
    CancelResponse,
    ClearAudio,
    CloseLeg,
    CloseModel,
    EndCall,
    EndReason,
    Fact,
    HearAudio,
    fact,
)
from voicegate.gateway.core.agent import AgentPlan
from voicegate.gateway.core.agent_script import agent_alone
from voicegate.gateway.core.call import Call
from voicegate.gateway.core.events import (
    CallerAudio,
    CarrierEnded,
    Event,
    LegClosed,
    LegEnd,
    LegFault,
    LegFaultKind,
    LegOpened,
    MarkPlayed,
    ModelAudio,
    ModelBlocked,
    ModelClosed,
    ModelCommitted,
    ModelFault,
    ModelResponded,
    ModelResponding,
    ResponseStatus,
)
from voicegate.gateway.core.leg_faults import GARBLED_MAX
from voicegate.gateway.core.phases import Phase
from voicegate.gateway.core.terms import CallLimits
from voicegate.gateway.core.uplink import Booked
from voicegate.gateway.sim.rig.story import PROMPTS, talking


def told(actions: list[Action]) -> list[Action]:
    return [action for action in actions if not isinstance(action, Fact)]


# -- the caller goes -------------------------------------------------------------------------------


def test_a_caller_who_hangs_up_stops_everything_at_once() -> None:
    """C16: response cancelled, model closed, nothing for the leg that is gone."""
    story = talking()
    story.at(100, ModelCommitted("u"), ModelResponding("r1"), ModelAudio("a", "r1", bytes(8_000)))
    assert told(story.at(400, LegClosed(LegEnd.STOPPED))) == [
        CancelResponse("cancel-1", "r1"),
        CloseModel(),
        EndCall(EndReason.CALLER_HUNG_UP),
    ]


def test_the_summary_tells_what_was_received_and_heard() -> None:
    """C49, C60."""
    story = talking()
    story.answers(100, 1_000)
    actions = story.at(400, LegClosed(LegEnd.STOPPED))
    assert actions[-2] == fact(
        "call.ended",
        reason="caller_hung_up",
        detail="caller_hung_up",
        frames_in=20,
        frames_forwarded=20,
        booked_before_ready=0,
        booked_stale=0,
        booked_after_end=0,
        booked_malformed=0,
        booked_not_for_model=0,
        padded_ms=0,
        filled_ms=0,
        items=1,
        cut_items=1,
        received_ms=1_000,
        heard_ms=300,
        stale_echoes=0,
        holes=0,
        round_trip_ms=0,
    )


def test_the_summary_counts_in_the_lines_own_format() -> None:
    story = talking(line=PCM16_8K)
    story.at(0, ModelCommitted("u"), ModelResponding("r1"), ModelAudio("a", "r1", bytes(16_000)))
    *_, summary = [a for a in story.at(400, CarrierEnded()) if isinstance(a, Fact)]
    assert (summary.fields["received_ms"], summary.fields["heard_ms"]) == (1_000, 400)


@pytest.mark.parametrize("first", [LegClosed(LegEnd.STOPPED), LegClosed(LegEnd.CLOSED)])
@pytest.mark.parametrize("second", [LegClosed(LegEnd.STOPPED), LegClosed(LegEnd.CLOSED)])
def test_stop_and_close_in_any_order_and_doubled_are_one_end(first: Event, second: Event) -> None:
    """C15, X26, X30."""
    story = talking()
    story.at(100, first)
    assert story.at(100, second) == []
    assert story.end is EndReason.CALLER_HUNG_UP


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        (LegEnd.STOPPED, EndReason.CALLER_HUNG_UP),
        (LegEnd.CLOSED, EndReason.CALLER_HUNG_UP),
        (LegEnd.LOST, EndReason.LEG_LOST),
        (LegEnd.SLOW, EndReason.SLOW_LEG),
        (LegEnd.MISBEHAVED, EndReason.PROTOCOL_ERROR),
    ],
)
def test_each_end_of_a_leg_has_its_reason(why: LegEnd, reason: EndReason) -> None:
    """C20, C58."""
    story = talking()
    story.at(100, LegClosed(why))
    assert story.end is reason


def test_what_the_carrier_says_of_the_call_closes_a_leg_that_still_stands() -> None:
    """C22: the unheard rest is taken back first."""
    story = talking()
    story.answers(0, 1_000)
    assert told(story.at(400, CarrierEnded())) == [
        ClearAudio(),
        CloseLeg(1000),
        CloseModel(),
        EndCall(EndReason.CALLER_HUNG_UP),
    ]


def test_a_wire_without_media_is_a_lost_leg() -> None:
    """C34."""
    story = talking()
    story.at(1_000)
    silent = story.call
    while silent.deadline_ms is not None:
        story.actions += silent.wake(silent.deadline_ms)
    assert story.end is EndReason.LEG_LOST


def test_of_two_deadlines_that_are_due_the_first_cause_stands() -> None:
    """C1, C20: the wire is dead, and the longest call is over, when a paused gateway looks."""
    story = talking(CallLimits(max_call_ms=10_000))
    actions = story.call.wake(20_000)
    assert actions[-1] == EndCall(EndReason.LEG_LOST)
    assert not any(action == fact("call.ending", reason="max_duration") for action in actions)


# -- a peer that misbehaves ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [
        LegFaultKind.UNDECODABLE,
        LegFaultKind.BAD_MEDIA,
        LegFaultKind.NOT_JSON,
        LegFaultKind.BINARY,
    ],
)
def test_fifty_messages_in_a_row_that_cannot_be_read_end_the_call(kind: LegFaultKind) -> None:
    """C31."""
    story = talking()
    for _ in range(GARBLED_MAX - 1):
        assert story.call.handle(LegFault(kind), 0) == []
    assert EndCall(EndReason.PROTOCOL_ERROR) in story.call.handle(LegFault(kind), 0)
    assert story.call.leg_faults.counts[kind] == 50
    is_media = kind is LegFaultKind.BAD_MEDIA
    assert story.call.uplink.booked[Booked.MALFORMED] == 50 * is_media, "only a frame is one"


def test_one_good_frame_begins_the_count_anew() -> None:
    """C31."""
    story = talking()
    for n in range(200):
        story.at(20 * n, *[LegFault(LegFaultKind.BAD_MEDIA)] * 49)
    assert story.end is None
    assert story.call.uplink.booked[Booked.MALFORMED] == 49 * 200


@pytest.mark.parametrize("kind", [LegFaultKind.UNKNOWN_EVENT, LegFaultKind.WRONG_STREAM])
def test_what_is_not_for_us_is_ignored_and_counted(kind: LegFaultKind) -> None:
    """C31, C40."""
    story = talking()
    for _ in range(200):
        assert story.call.handle(LegFault(kind), 0) == []
    assert story.call.leg_faults.counts[kind] == 200


def test_a_hole_in_the_numbers_of_the_media_is_told_once_and_counted() -> None:
    """C40: lost, doubled, or beginning in the midst; a leg without numbers has no holes."""
    for chunks, holes in (((1, 2, 3), 0), ((2, 3), 1), ((1, 3, 3, 4), 2), ((0, 0, 0), 0)):
        call = Call(agent_alone(AgentPlan()), CallLimits(), PROMPTS)
        call.handle(LegOpened("MZ1"), 0)
        told = [
            action
            for at, chunk in enumerate(chunks, start=1)
            for action in call.handle(CallerAudio(b"\xff" * 160, 20 * at, chunk), 20 * at)
        ]
        assert [action.name for action in told if isinstance(action, Fact)] == ["leg.hole"] * (
            holes > 0
        )
        assert call.leg_faults.holes == holes


# -- the model goes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (ModelClosed(1006), EndReason.MODEL_LOST),
        (ModelClosed(1001), EndReason.MODEL_LOST),
        (ModelFault("session_expired"), EndReason.MODEL_LOST),
        (ModelFault("insufficient_quota"), EndReason.MODEL_REFUSED),
        (
            ModelResponded("r1", ResponseStatus.FAILED, "insufficient_quota"),
            EndReason.MODEL_REFUSED,
        ),
    ],
)
def test_a_caller_whose_model_is_gone_hears_an_apology(event: Event, reason: EndReason) -> None:
    """C12, E9, E23, E24: what was said before plays on."""
    story = talking()
    story.answers(0, 500)
    story.at(200, event)
    assert story.call.phase is Phase.ENDING
    assert story.played()[-1] == f"prompt:{reason}"
    story.at(1_500, MarkPlayed("0.9"))
    story.at(1_800)
    assert story.end is reason


def test_two_answers_that_do_not_come_are_a_lost_model() -> None:
    """C84."""
    story = talking()
    story.at(100, ModelCommitted("u"))
    story.at(4_200)
    assert story.call.reason is EndReason.MODEL_LOST
    assert story.played()[-1] == "prompt:model_lost"


def test_a_model_that_does_not_read_for_five_seconds_is_lost() -> None:
    """C35: the caller's frames wait meanwhile."""
    story = talking()
    story.at(100, ModelBlocked(is_blocked=True))
    heard = len([a for a in story.actions if isinstance(a, HearAudio)])
    story.at(5_099)
    assert len([a for a in story.actions if isinstance(a, HearAudio)]) == heard
    story.at(5_100)
    assert story.call.reason is EndReason.MODEL_LOST


def test_a_model_that_reads_again_gets_what_waited() -> None:
    """C35."""
    story = talking()
    story.at(100, ModelBlocked(is_blocked=True))
    story.at(1_100)
    actions = story.at(1_100, ModelBlocked(is_blocked=False))
    assert len(actions) == 50
    story.at(8_000)
    assert story.call.phase is Phase.TALKING


def test_an_error_in_talk_reaches_the_agent_and_the_call_goes_on() -> None:
    """E13, E14."""
    story = talking()
    actions = story.at(100, ModelFault("invalid_event"))
    assert actions == [fact("error.model", row="E13", code="invalid_event", alarm=True)]
    assert story.call.phase is Phase.TALKING


def test_what_exceeds_the_lead_follows_as_playback_advances() -> None:
    """C43."""
    story = talking(CallLimits(lead_limit_ms=1_000))
    story.answers(0, 3_000)
    assert story.call.playout.unheard_ms(0) == 3_000
    story.at(3_000)
    assert story.call.playout.items["a"].sent == 3_000 * 8
