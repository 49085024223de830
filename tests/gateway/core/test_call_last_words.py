"""What is said at the end of a call, how long it is waited for, and what counts meanwhile."""

from voicegate.gateway.core.actions import (
    EndReason,
    Fact,
    PlaceMark,
)
from voicegate.gateway.core.events import (
    CallerAudio,
    CallRang,
    GatewayDraining,
    LegClosed,
    LegEnd,
    LegOpened,
    MarkPlayed,
    ModelAudio,
    ModelBlocked,
    ModelCommitted,
    ModelConnected,
    ModelFault,
    ModelHeardSpeech,
    ModelResponding,
)
from voicegate.gateway.core.phases import Phase
from voicegate.gateway.core.terms import CallLimits, Prompts
from voicegate.gateway.core.uplink import Booked
from voicegate.gateway.sim.rig.story import OPENED, PROMPTS, Story, talking


def ending(prompts: Prompts = PROMPTS) -> Story:
    """A call that says goodbye from 1,000 to 2,000."""
    story = talking(CallLimits(max_call_ms=1_000), prompts)
    story.at(1_000)
    assert story.call.phase is Phase.ENDING
    return story


def test_the_longest_call_ends_with_a_goodbye_that_is_heard() -> None:
    """C17, C23: its last mark, and the tail of 300 ms."""
    story = ending()
    assert "prompt:max_duration" in story.played()
    last = [a.name for a in story.actions if isinstance(a, PlaceMark)][-1]
    story.at(2_060, MarkPlayed(last))
    story.at(2_359)
    assert story.end is None
    story.at(2_360)
    assert story.end is EndReason.MAX_DURATION


def test_last_words_whose_mark_is_lost_end_two_seconds_late_at_most() -> None:
    """C17."""
    story = ending()
    story.at(3_999)
    assert story.end is None
    story.at(4_000)
    assert story.end is EndReason.MAX_DURATION


def test_with_all_heard_and_nothing_to_say_only_the_tail_remains() -> None:
    """C17: no mark is awaited that will never come."""
    story = talking(CallLimits(max_call_ms=1_000), Prompts())
    story.answers(0, 200)
    story.at(260, MarkPlayed("0.2"))
    story.at(1_300)
    assert story.end is EndReason.MAX_DURATION


def test_what_the_agent_was_saying_is_heard_before_the_last_words() -> None:
    """C12, C17."""
    story = talking(CallLimits(max_call_ms=1_000))
    story.answers(900, 600)
    story.at(1_000)
    assert story.played()[-1] == "prompt:max_duration"
    assert story.call.playout.ends_at_ms(1_000) == 2_500


def test_while_last_words_play_nothing_new_is_accepted() -> None:
    """C1, C27: the caller's frames are booked, the model is gone."""
    story = ending()
    booked = story.call.uplink.booked[Booked.AFTER_END]
    events = [
        CallerAudio(bytes(160), 1_020),
        ModelHeardSpeech("u", 0),
        ModelCommitted("u"),
        ModelAudio("b", "r2", bytes(1_600)),
        ModelConnected(),
        OPENED,
        ModelFault("invalid_api_key"),
        ModelBlocked(is_blocked=False),
        GatewayDraining(9_000),
        CallRang(),
        LegOpened("MZ2"),
    ]
    for event in events:
        assert story.call.handle(event, 1_020) == []
    assert story.call.uplink.booked[Booked.AFTER_END] == booked + 1
    assert story.call.deadline_ms == 4_000


def test_a_caller_who_hangs_up_during_the_last_words_changes_no_reason() -> None:
    """C20: later signals are details."""
    story = ending()
    actions = story.at(1_500, LegClosed(LegEnd.STOPPED))
    assert story.end is EndReason.MAX_DURATION
    (summary,) = [a for a in actions if isinstance(a, Fact)]
    assert (summary.fields["reason"], summary.fields["detail"]) == (
        "max_duration",
        "caller_hung_up",
    )


def test_the_last_words_wait_no_longer_than_a_watchdog_of_the_agent() -> None:
    """C21, C84: what the agent waited for is of no interest any more."""
    story = talking(CallLimits(max_call_ms=1_000))
    story.at(100, ModelCommitted("u"), ModelResponding("r1"))
    story.at(1_000)
    assert story.call.deadline_ms == 4_000
