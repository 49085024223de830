"""A process that wants to leave, and its calls."""

from voicegate.gateway.core.actions import (
    ClearAudio,
    CloseModel,
    EndCall,
    EndReason,
    fact,
)
from voicegate.gateway.core.agent import AgentPlan
from voicegate.gateway.core.agent_script import agent_alone
from voicegate.gateway.core.call import Call
from voicegate.gateway.core.events import (
    CallRang,
    GatewayDraining,
    LegOpened,
    ModelAudio,
    ModelClosed,
    ModelCommitted,
    ModelHeardSpeech,
    ModelResponded,
    ModelResponding,
    ResponseStatus,
)
from voicegate.gateway.core.phases import Phase
from voicegate.gateway.core.terms import CallLimits
from voicegate.gateway.sim.rig.story import PROMPTS, talking


def test_a_call_that_nobody_has_answered_yet_is_drained_at_once() -> None:
    """C157."""
    call = Call(agent_alone(AgentPlan()), CallLimits(), PROMPTS)
    call.handle(CallRang(), 0)
    actions = call.handle(GatewayDraining(5_000), 100)
    assert actions[-1] == EndCall(EndReason.DRAINED)
    assert CloseModel() in actions


def test_a_quiet_call_is_drained_at_once_with_a_word() -> None:
    """C158."""
    story = talking()
    story.at(100, GatewayDraining(5_000))
    assert story.call.phase is Phase.ENDING
    assert story.played()[-1] == "prompt:drained"


def test_a_call_that_is_being_set_up_is_drained_with_a_word() -> None:
    call = Call(agent_alone(AgentPlan()), CallLimits(), PROMPTS)
    call.handle(CallRang(), 0)
    call.handle(LegOpened("MZ1"), 0)
    actions = call.handle(GatewayDraining(5_000), 100)
    assert fact("call.ending", reason="drained") in actions
    assert call.phase is Phase.ENDING


def test_a_call_in_talk_is_drained_at_its_next_quiet_moment() -> None:
    """C158: the answer is heard first."""
    story = talking()
    story.answers(0, 1_000)
    story.at(100, GatewayDraining(5_000))
    story.at(900)
    assert story.call.phase is Phase.TALKING
    story.at(1_100)
    assert story.call.phase is Phase.ENDING
    assert story.call.reason is EndReason.DRAINED


def test_a_call_that_never_falls_quiet_is_drained_when_its_time_is_up() -> None:
    """C158."""
    story = talking()
    story.at(0, ModelHeardSpeech("u", 0))
    story.at(100, GatewayDraining(1_050))
    story.at(1_049)
    assert story.call.phase is Phase.TALKING
    story.at(1_050)
    assert story.call.reason is EndReason.DRAINED


def test_of_two_announced_drains_the_later_counts() -> None:
    """C157: a second signal is in a hurry."""
    story = talking()
    story.at(0, ModelHeardSpeech("u", 0))
    story.at(100, GatewayDraining(9_000), GatewayDraining(500))
    story.at(500)
    assert story.call.reason is EndReason.DRAINED


def test_a_long_answer_is_not_heard_out_when_the_time_is_up() -> None:
    """C158: what waits is dropped, what plays is cleared, and the word is heard."""
    story = talking()
    story.answers(0, 60_000)
    story.at(100, GatewayDraining(5_000))
    story.at(5_000)
    assert story.call.reason is EndReason.DRAINED
    assert ClearAudio() in story.actions
    assert story.played()[-1] == "prompt:drained"
    assert story.call.playout.ends_at_ms(5_000) <= 6_100


def test_a_lost_model_leaves_what_was_sent_and_takes_what_waits() -> None:
    """C118: and the apology follows at once on the rest, with nothing told as heard in full."""
    story = talking()
    story.at(
        0, ModelCommitted("u"), ModelResponding("r1"), ModelAudio("a", "r1", bytes(8 * 30_010))
    )
    actions = story.at(100, ModelClosed(1006))
    assert ClearAudio() not in actions
    item = story.call.playout.items["a"]
    assert item.is_cut
    assert (item.sent, item.dropped) == (8 * 20_000, 8 * 10_010)
    assert story.call.playout.ends_at_ms(100) == 20_000 + 1_000


def test_an_unfinished_answer_holds_up_nobody_when_its_response_is_over() -> None:
    """C50, E27: its last part-frame is played, and the next item follows in the same turn."""
    story = talking()
    story.at(0, ModelCommitted("u"), ModelResponding("r1"), ModelAudio("a", "r1", bytes(8 * 110)))
    story.at(50, ModelResponded("r1", ResponseStatus.INCOMPLETE, "max_output_tokens"))
    story.at(60, ModelCommitted("u2"), ModelResponding("r2"), ModelAudio("b", "r2", bytes(160)))
    assert story.played() == ["a", "a", "b"]
    assert story.call.playout.items["a"].sent == 8 * 110
