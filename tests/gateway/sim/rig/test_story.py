"""A call moved by hand: time passes in order, and all that it asked for is kept."""

from voicegate.gateway.core.actions import EndReason, Fact, HearAudio, OpenModel
from voicegate.gateway.core.agent import AgentPlan
from voicegate.gateway.core.agent_script import agent_alone
from voicegate.gateway.core.call import Call
from voicegate.gateway.core.events import CallRang, LegClosed, LegEnd
from voicegate.gateway.core.phases import Phase
from voicegate.gateway.core.terms import CallLimits, Prompts
from voicegate.gateway.sim.rig.story import SILENCE, Story, talking


def test_a_call_in_talk_has_a_line_that_sends_silence() -> None:
    story = talking()
    assert story.call.phase is Phase.TALKING
    story.at(110)
    assert story.asked(HearAudio) == [HearAudio(SILENCE)] * 5
    assert (story.now_ms, story.end) == (110, None)


def test_what_is_due_happens_on_the_way() -> None:
    story = talking(CallLimits(max_call_ms=1_000))
    story.at(990)
    assert story.call.phase is Phase.TALKING
    assert story.at(1_010) == []
    assert [told.fields["reason"] for told in story.facts("call.ending")] == ["max_duration"]
    assert story.played() == ["prompt:max_duration"] * len(story.played()) != []


def test_what_the_events_ask_for_is_told_apart_and_kept_with_the_rest() -> None:
    story = Story(Call(agent_alone(AgentPlan()), CallLimits(), Prompts()))
    actions = story.at(0, CallRang())
    assert OpenModel() in actions
    assert story.actions == actions
    assert story.at(20_000) == []
    assert len(story.asked(Fact)) > len([one for one in actions if isinstance(one, Fact)])


def test_the_end_of_a_call_has_its_reason() -> None:
    story = talking()
    story.answers(0, 100)
    story.at(100, LegClosed(LegEnd.STOPPED))
    assert story.played() == ["a"]
    assert story.end is EndReason.CALLER_HUNG_UP
