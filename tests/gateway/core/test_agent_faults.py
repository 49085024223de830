"""The agent when the model fails, refuses, or is told what it does not believe."""

from typing import cast

import pytest

from voicegate.gateway.core.actions import (
    AddNote,
    AnswerFunction,
    AskForResponse,
    DeleteItem,
    EndReason,
    Fact,
    Speaker,
    TruncateItem,
    fact,
)
from voicegate.gateway.core.agent import BROKE_OFF, CALL_DONE, NEUTRAL, AgentEvent, AgentPlan
from voicegate.gateway.core.events import (
    CallerDigit,
    ModelCalled,
    ModelCommitted,
    ModelFault,
    ModelResponding,
    ModelTruncated,
    ResponseStatus,
)
from voicegate.gateway.core.responses import Gate
from voicegate.gateway.sim.rig.talk import (
    CANCELLED,
    COMPLETED,
    FAILED,
    INCOMPLETE,
    QUIET,
    SPEECH,
    Talk,
    answering,
    delta,
    done,
)


def test_a_response_that_only_calls_a_function_is_an_answer() -> None:
    """And the call is answered at once: a conversation with an open call goes on no further."""
    talk = answering(0)
    called = talk.agent.handle(ModelCalled("r1", "call_1", "done", "{}"), 100)
    assert called[-1] == AnswerFunction("result-1", "call_1", CALL_DONE)
    assert AskForResponse not in [type(action) for action in talk.agent.handle(done(), 200)]
    assert talk.agent.deadline_ms is None


# -- responses that end badly ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "row", "after_ms"),
    [
        ("server_error", "E27", 250),
        ("rate_limit_exceeded", "E28", 1_000),
        ("inference_rate_limit_exceeded", "E28", 1_000),
    ],
)
def test_a_failed_response_is_asked_for_once_more(reason: str, row: str, after_ms: int) -> None:
    """E27, E28, X21: there is no error event, only silence."""
    talk = answering(0)
    actions = talk.agent.handle(done(status=FAILED, reason=reason), 100)
    assert actions[-1] == fact("error.model", row=row, code=reason, alarm=False)
    assert talk.agent.deadline_ms == 100 + after_ms
    assert talk.wake() == [AskForResponse("ask-1")]
    talk.hear(ModelResponding("r2"), done("r2", FAILED, reason), at_ms=2_000)
    assert talk.agent.failure is EndReason.MODEL_LOST


def test_a_completed_response_ends_a_row_of_failures() -> None:
    """E27."""
    talk = answering(0)
    for n in range(1, 4):
        talk.hear(done(f"r{2 * n - 1}", FAILED, "server_error"), at_ms=n)
        talk.wake()
        talk.hear(ModelResponding(f"r{2 * n}"), at_ms=n)
        talk.hear(delta(f"i{n}", 20, f"r{2 * n}"), done(f"r{2 * n}"), at_ms=n)
        talk.hear(ModelResponding(f"r{2 * n + 1}"), at_ms=n)
    assert talk.agent.failure is None


def test_a_turn_that_comes_before_the_second_try_is_the_second_try() -> None:
    """C83, E27: its answer sees everything."""
    talk = answering(0)
    talk.hear(done(status=FAILED, reason="server_error"), at_ms=100)
    talk.hear(SPEECH, QUIET, ModelCommitted("u1"), ModelResponding("r2"), at_ms=200)
    assert talk.agent.deadline_ms == 6_200
    talk.hear(delta("b", 20, "r2"), at_ms=250)
    talk.hear(done("r2"), at_ms=300)
    assert talk.agent.deadline_ms is None


@pytest.mark.parametrize("reason", ["server_error", "content_filter"])
def test_a_response_that_was_cut_and_fails_is_not_asked_for_again(reason: str) -> None:
    """C64, C83: nobody wants it any more."""
    talk = answering()
    talk.hear(SPEECH, at_ms=400)
    assert talk.hear(done(status=FAILED, reason=reason), at_ms=500) == []
    assert talk.agent.deadline_ms is None


def test_a_filtered_answer_is_given_once_more_neutrally() -> None:
    """E30."""
    talk = answering()
    assert talk.hear(done(status=INCOMPLETE, reason="content_filter"), at_ms=100) == [
        AddNote("note-1", Speaker.SYSTEM, NEUTRAL)
    ]
    assert talk.wake() == [AskForResponse("ask-2")]
    talk.hear(ModelResponding("r2"))
    assert talk.hear(done("r2", INCOMPLETE, "content_filter"), at_ms=200) == []
    assert talk.agent.failure is EndReason.MODEL_LOST


@pytest.mark.parametrize("reason", ["insufficient_quota", "insufficient_quota.x"])
def test_an_unpaid_account_ends_the_call_without_another_try(reason: str) -> None:
    """E9."""
    talk = answering(0)
    talk.hear(done(status=FAILED, reason=reason))
    assert talk.agent.failure is EndReason.MODEL_REFUSED
    assert talk.agent.deadline_ms is None


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (INCOMPLETE, "max_output_tokens"),
        (CANCELLED, "turn_detected"),
        (CANCELLED, "client_cancelled"),
        (CANCELLED, ""),
    ],
)
def test_what_came_of_a_shortened_response_plays(status: ResponseStatus, reason: str) -> None:
    """E29, E31, E32."""
    talk = answering()
    assert talk.hear(done(status=status, reason=reason), at_ms=100) == []
    assert talk.playout.unheard_ms(100) == 900
    assert talk.agent.responses.gate is Gate.IDLE
    assert talk.agent.failure is None


# -- errors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "response_cancel_not_active",
        "input_audio_buffer_commit_empty",
        "item_delete_invalid_item_id",
        "item_retrieve_invalid_item_id",
        "invalid_event",
        "cannot_update_voice",
        "brand_new_error",
    ],
)
def test_a_harmless_error_is_only_counted(code: str) -> None:
    """C69, E11 to E14, E16, E20, E36, X11."""
    talk = answering()
    (counted,) = talk.agent.handle(ModelFault(code), 100)
    assert isinstance(counted, Fact)
    assert (counted.name, counted.fields["code"]) == ("error.model", code)
    assert talk.playout.unheard_ms(100) == 900
    assert talk.agent.failure is None


def test_an_ask_that_came_too_early_is_repeated_after_the_response() -> None:
    """E15."""
    talk = Talk(AgentPlan())
    talk.agent.begin(0)
    fault = ModelFault("conversation_already_has_active_response", "ask-2")
    assert talk.hear(fault) == []
    assert talk.hear(done("unknown")) == [AskForResponse("ask-3")]


def test_an_ask_refused_for_another_reason_is_made_once_more() -> None:
    """C84, C117: the error is told to be ours by its id."""
    talk = Talk(AgentPlan())
    talk.agent.begin(0)
    assert talk.hear(ModelFault("invalid_value", "ask-2")) == [AskForResponse("ask-3")]
    assert talk.hear(ModelFault("invalid_value", "note-1")) == []


def test_an_ask_that_meets_a_broken_server_is_made_again_soon() -> None:
    """E27."""
    talk = Talk(AgentPlan())
    talk.agent.begin(0)
    talk.hear(ModelFault("server_error", "ask-2"), at_ms=100)
    assert talk.agent.deadline_ms == 350
    assert talk.wake() == [AskForResponse("ask-3")]


def test_an_error_beside_a_response_leaves_it_to_the_response() -> None:
    """E27, C117: one incident, told twice, is one failure."""
    talk = answering(0)
    assert talk.hear(ModelFault("server_error"), at_ms=100) == []
    talk.hear(done(status=FAILED, reason="server_error"), at_ms=500)
    assert talk.agent.deadline_ms == 750
    assert talk.wake() == [AskForResponse("ask-1")]
    assert talk.agent.failure is None


def test_an_error_beside_an_answer_that_completes_asks_for_no_second_one() -> None:
    """E27, C117."""
    talk = answering(100)
    talk.hear(ModelFault("server_error"), at_ms=100)
    talk.hear(done(), at_ms=500)
    assert talk.agent.deadline_ms is None


def test_an_error_while_nobody_waits_makes_the_agent_say_nothing() -> None:
    """E27, C117."""
    talk = Talk()
    assert talk.hear(ModelFault("server_error"), at_ms=100) == []
    assert talk.agent.deadline_ms is None


def test_a_truncate_that_a_server_error_met_is_not_forgotten() -> None:
    """E27, C69: the model may believe that it said all of it."""
    talk = cut(200)
    answer = talk.hear(ModelFault("server_error", event_id="truncate-2"), at_ms=300)
    assert [type(action) for action in answer] == [DeleteItem, AddNote]
    assert talk.agent.failure is None


@pytest.mark.parametrize(
    ("status", "reason"),
    [(COMPLETED, ""), (INCOMPLETE, "max_output_tokens"), (FAILED, "context_length_exceeded")],
)
def test_an_answer_without_a_sound_is_none(status: ResponseStatus, reason: str) -> None:
    """C84, E38, X21: whatever it says of itself, the caller has heard nothing: asked again, once."""
    talk = answering(0)
    talk.hear(done(status=status, reason=reason), at_ms=100)
    assert talk.agent.deadline_ms == 101
    assert talk.wake() == [AskForResponse("ask-1")]
    talk.hear(ModelResponding("r2"), done("r2", status, reason), at_ms=300)
    assert talk.agent.failure is EndReason.MODEL_LOST


def test_a_new_turn_begins_with_new_patience() -> None:
    """E27: two failures in a row are two of one turn."""
    talk = answering(0)
    talk.hear(done(status=FAILED, reason="server_error"), at_ms=100)
    talk.wake()
    talk.hear(ModelResponding("r2"), delta("b", 100, "r2"), done("r2", INCOMPLETE), at_ms=500)
    talk.hear(SPEECH, QUIET, ModelCommitted("u1"), ModelResponding("r3"), at_ms=9_000)
    talk.hear(done("r3", FAILED, "server_error"), at_ms=9_100)
    assert talk.agent.failure is None


def test_what_has_been_asked_is_not_asked_again() -> None:
    """C83, E27: an ask waited for the response that failed; it is the second try."""
    talk = Talk(AgentPlan(greeting=None, dtmf_interrupts=False))
    talk.hear(ModelCommitted("u0"), ModelResponding("r1"))
    talk.hear(CallerDigit("1"), CallerDigit("#"), at_ms=50)
    asked = talk.hear(done(status=FAILED, reason="server_error"), at_ms=100)
    assert asked == [AskForResponse("ask-2")]
    assert talk.agent.deadline_ms == 2_100  # and no second try at 350


# -- a truncate that is refused --------------------------------------------------------------------


def cut(at_ms: int) -> Talk:
    talk = answering()
    talk.hear(SPEECH, at_ms=at_ms)
    return talk


def test_a_truncate_beyond_the_items_end_is_made_again_at_its_length_once() -> None:
    """E18: then the item is taken out, and one note tells what was heard."""
    talk = cut(400)
    too_large = ModelFault("audio_end_too_large", "truncate-2", limit_ms=350)
    assert talk.hear(too_large) == [TruncateItem("shorten-3", "a", 350)]
    again = ModelFault("audio_end_too_large", "shorten-3", limit_ms=300)
    assert talk.hear(again) == [
        DeleteItem("delete-4", "a"),
        AddNote("note-5", Speaker.SYSTEM, BROKE_OFF),
    ]


@pytest.mark.parametrize("limit_ms", [None, 400, 5_000])
def test_a_truncate_that_cannot_be_made_shorter_takes_the_item_out(limit_ms: int | None) -> None:
    """C69, E18."""
    talk = cut(400)
    fault = ModelFault("audio_end_too_large", "truncate-2", limit_ms=limit_ms)
    assert talk.hear(fault)[0] == DeleteItem("delete-3", "a")


def test_an_item_without_audio_is_taken_out_and_its_beginning_told() -> None:
    """C69, E19."""
    fault = ModelFault("unsupported_content_type", "truncate-2")
    assert cut(400).hear(fault) == [
        DeleteItem("delete-3", "a"),
        AddNote("note-4", Speaker.SYSTEM, BROKE_OFF),
    ]


def test_an_item_of_which_nothing_was_heard_is_taken_out_in_silence() -> None:
    """C63, C69: a truncate to 0 that was refused."""
    fault = ModelFault("unsupported_content_type", "truncate-2")
    assert cut(0).hear(fault) == [DeleteItem("delete-3", "a")]


@pytest.mark.parametrize(("at_ms", "notes"), [(400, [BROKE_OFF]), (0, [])])
def test_an_item_that_the_model_does_not_know_is_forgotten(at_ms: int, notes: list[str]) -> None:
    """E17: but what was heard of it is told."""
    actions = cut(at_ms).hear(ModelFault("item_truncate_invalid_item_id", "truncate-2"))
    assert [a.text for a in actions if isinstance(a, AddNote)] == notes
    assert len(actions) == len(notes)


def test_a_truncate_is_no_longer_ours_to_mend_once_it_was_confirmed() -> None:
    """C117."""
    talk = cut(400)
    assert talk.hear(ModelTruncated("other", 400), ModelTruncated("a", 400)) == []
    assert talk.hear(ModelFault("unsupported_content_type", "truncate-2")) == []


def test_the_truncate_of_a_watchdog_is_mended_as_well() -> None:
    talk = answering()
    talk.wake()
    fault = ModelFault("unsupported_content_type", "truncate-2")
    assert talk.hear(fault)[0] == DeleteItem("delete-3", "a")


def test_an_event_that_no_agent_knows_is_a_bug() -> None:
    """C1."""
    with pytest.raises(AssertionError):
        Talk().agent.handle(cast("AgentEvent", "surprise"), 0)
