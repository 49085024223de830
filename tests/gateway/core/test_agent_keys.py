"""The caller's keys: they cut, are collected, told to the model, and are not taken for speech."""

import pytest

from voicegate.gateway.core.actions import (
    AddNote,
    AskForResponse,
    CancelResponse,
    ClearAudio,
    Fact,
    Speaker,
    TruncateItem,
    fact,
)
from voicegate.gateway.core.agent import AgentEvent, AgentPlan
from voicegate.gateway.core.events import (
    CallerDigit,
    ModelCommitted,
    ModelResponding,
)
from voicegate.gateway.sim.rig.talk import (
    CANCELLED,
    QUIET,
    SPEECH,
    Talk,
    answering,
    delta,
    done,
)


def test_a_key_cuts_and_is_collected() -> None:
    """C76."""
    talk = answering()
    assert talk.hear(CallerDigit("4"), at_ms=400) == [
        ClearAudio(),
        CancelResponse("cancel-1", "r1"),
        TruncateItem("truncate-2", "a", 400),
    ]
    assert talk.hear(CallerDigit("2"), at_ms=500) == []
    talk.hear(done(status=CANCELLED))
    assert talk.hear(CallerDigit("#"), at_ms=600) == [
        AddNote("note-3", Speaker.USER, "The caller pressed 4 2 on the keypad."),
        AskForResponse("ask-4"),
    ]


def test_keys_are_told_to_the_model_after_a_pause() -> None:
    """C76: 3 s."""
    talk = Talk()
    talk.hear(CallerDigit("9"), at_ms=1_000)
    assert talk.agent.deadline_ms == 4_000
    assert talk.wake() == [
        AddNote("note-1", Speaker.USER, "The caller pressed 9 on the keypad."),
        AskForResponse("ask-2"),
    ]


def test_keys_leave_no_trace_of_themselves_but_their_count() -> None:
    """C146."""
    talk = Talk()
    actions = [a for key in "1234#" for a in talk.agent.handle(CallerDigit(key), 0)]
    facts = [action for action in actions if isinstance(action, Fact)]
    assert fact("dtmf.collected", count=4) in facts
    assert [f for f in facts if f.name == "dtmf.key"] == [fact("dtmf.key")] * 5


def test_keys_need_not_interrupt() -> None:
    """C76: digits typed over a prompt are kept."""
    talk = answering(plan=AgentPlan(greeting=None, dtmf_interrupts=False))
    assert talk.hear(CallerDigit("4"), at_ms=400) == []
    assert talk.playout.unheard_ms(400) == 600
    assert [type(a) for a in talk.hear(CallerDigit("#"), at_ms=500)] == [AddNote]
    assert talk.hear(done(), at_ms=600) == [AskForResponse("ask-2")]


@pytest.mark.parametrize(
    ("first", "second"), [(CallerDigit("4"), SPEECH), (SPEECH, CallerDigit("4"))]
)
def test_a_key_and_speech_in_either_order_give_one_cut(
    first: AgentEvent, second: AgentEvent
) -> None:
    """C67, C76."""
    talk = answering()
    assert ClearAudio() in talk.hear(first, at_ms=400)
    assert talk.hear(second, at_ms=500) == []


def test_a_key_kept_from_before_interrupts_nothing() -> None:
    """C76."""
    talk = answering()
    assert talk.agent.keep_key("4", 400) == [fact("dtmf.key")]
    assert talk.playout.unheard_ms(400) == 600
    assert talk.agent.deadline_ms == 3_400


def test_keys_typed_into_an_answer_on_its_way_are_answered_after_it_was_cut() -> None:
    """C65, C76, C83: no second request while the first may still be created."""
    talk = Talk()
    talk.hear(ModelCommitted("u0"))
    assert [type(a) for a in talk.hear(CallerDigit("1"), CallerDigit("#"))] == [AddNote]
    assert talk.hear(ModelResponding("r1")) == [CancelResponse("cancel-2", "r1")]
    assert talk.hear(done(status=CANCELLED)) == [AskForResponse("ask-3")]


def test_speech_right_after_a_key_that_goes_on_cuts_after_all() -> None:
    """C76, I13: it was taken for the key's tone, which would have ended by now."""
    talk = answering(10_000)
    talk.hear(CallerDigit("1"), at_ms=1_000)
    talk.hear(ModelResponding("r2"), delta("b", 5_000, "r2"), at_ms=1_050)
    assert talk.hear(SPEECH, at_ms=1_100) == []
    assert talk.agent.deadline_ms == 1_900
    assert talk.wake()[:2] == [ClearAudio(), CancelResponse("cancel-3", "r2")]


def test_the_tone_of_a_key_cuts_nothing() -> None:
    """C76: it ends, and that is all."""
    talk = answering(10_000)
    talk.hear(CallerDigit("1"), at_ms=1_000)
    talk.hear(ModelResponding("r2"), delta("b", 5_000, "r2"), SPEECH, at_ms=1_100)
    assert talk.hear(QUIET, at_ms=1_700) == []
    assert talk.agent.deadline_ms != 1_900
