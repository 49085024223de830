"""The agent's turns: greeting, answers, interruptions, keys, and what goes wrong in between."""

from dataclasses import dataclass, field
from typing import cast

import pytest

from voicegate.codecs.frames import PCMU_8K
from voicegate.gateway.core.actions import (
    Action,
    AddNote,
    AskForResponse,
    CancelResponse,
    ClearAudio,
    DeleteItem,
    EndReason,
    Fact,
    PlayAudio,
    Speaker,
    TruncateItem,
    fact,
)
from voicegate.gateway.core.agent import BROKE_OFF, NEUTRAL, Agent, AgentEvent, AgentPlan
from voicegate.gateway.core.bargein import Interruption
from voicegate.gateway.core.events import (
    CallerDigit,
    CallerSaid,
    ModelAudio,
    ModelAudioDone,
    ModelCommitted,
    ModelFault,
    ModelHeardQuiet,
    ModelHeardSpeech,
    ModelItemAdded,
    ModelResponded,
    ModelResponding,
    ModelSaid,
    ModelTruncated,
    ResponseStatus,
)
from voicegate.gateway.core.playout import Playout
from voicegate.gateway.core.responses import Gate, TurnLimits

COMPLETED, CANCELLED = ResponseStatus.COMPLETED, ResponseStatus.CANCELLED
FAILED, INCOMPLETE = ResponseStatus.FAILED, ResponseStatus.INCOMPLETE
SPEECH = ModelHeardSpeech("u1", 0)
QUIET = ModelHeardQuiet("u1", 900)


@dataclass(slots=True)
class Talk:
    """An agent, and everything it asked for."""

    plan: AgentPlan = field(default_factory=lambda: AgentPlan(greeting=None))
    playout: Playout = field(
        default_factory=lambda: Playout(PCMU_8K, lead_limit_ms=20_000, mark_every_ms=200)
    )
    agent: Agent = field(init=False)

    def __post_init__(self) -> None:
        self.agent = Agent(self.plan, self.playout, TurnLimits())

    def hear(self, *events: AgentEvent, at_ms: int = 0) -> list[Action]:
        """What the agent asks for, facts left out."""
        actions = [a for event in events for a in self.agent.handle(event, at_ms)]
        return [action for action in actions if not isinstance(action, Fact)]

    def wake(self) -> list[Action]:
        assert self.agent.deadline_ms is not None
        actions = self.agent.wake(self.agent.deadline_ms)
        return [action for action in actions if not isinstance(action, Fact)]


def delta(item_id: str, ms: int, response_id: str = "r1") -> ModelAudio:
    return ModelAudio(item_id, response_id, bytes(ms * 8))


def done(
    response_id: str = "r1", status: ResponseStatus = COMPLETED, reason: str = ""
) -> ModelResponded:
    return ModelResponded(response_id, status, reason)


def answering(ms: int = 1_000, plan: AgentPlan | None = None) -> Talk:
    """The model speaks its item `a` of response `r1`."""
    talk = Talk(plan or AgentPlan(greeting=None))
    talk.hear(ModelCommitted("u0"), ModelResponding("r1"), ModelItemAdded("a", "r1"))
    talk.hear(delta("a", ms))
    return talk


# -- greeting --------------------------------------------------------------------------------------


def test_the_greeting_is_a_note_and_a_bare_request() -> None:
    """C13: instructions in the request would replace the persona."""
    talk = Talk(AgentPlan(greeting="Say hello."))
    assert talk.agent.begin(0) == [
        AddNote("note-1", Speaker.SYSTEM, "Say hello."),
        AskForResponse("ask-2"),
    ]


def test_without_a_greeting_the_agent_waits() -> None:
    """C13."""
    assert Talk().agent.begin(0) == []


# -- a turn ----------------------------------------------------------------------------------------


def test_a_turn_is_heard_answered_and_played() -> None:
    talk = Talk()
    assert talk.agent.handle(ModelHeardSpeech("u1", 1_460), 0)[-1] == fact(
        "turn.caller_started", item="u1", model_ms=1_460
    )
    assert talk.agent.is_caller_speaking
    assert talk.agent.handle(ModelHeardQuiet("u1", 4_256), 0) == [
        fact("turn.caller_ended", item="u1", model_ms=4_256)
    ]
    assert talk.agent.handle(ModelCommitted("u1"), 0) == [fact("turn.committed", item="u1")]
    assert not talk.agent.is_caller_speaking
    assert talk.agent.handle(ModelResponding("r1"), 0) == [fact("response.created", response="r1")]
    assert talk.agent.handle(ModelItemAdded("a", "r1"), 0) == []
    assert PlayAudio(bytes(1_600), "a") in talk.agent.handle(delta("a", 200), 0)
    assert talk.agent.handle(ModelAudioDone("a", "r1"), 0) == []
    assert talk.agent.handle(done(), 0) == [
        fact(
            "response.done",
            response="r1",
            status="completed",
            reason="",
            input_tokens=0,
            output_tokens=0,
        )
    ]


def test_each_answer_tells_when_its_first_audio_left() -> None:
    """C42: also of the second, which was announced as the first was."""
    talk = answering()
    talk.hear(ModelAudioDone("a", "r1"), done())
    talk.hear(ModelCommitted("u2"), ModelResponding("r2"), ModelItemAdded("b", "r2"))
    first = fact("audio.first_sent", item="b", response="r2")
    assert first in talk.agent.handle(delta("b", 200, "r2"), 50)
    assert first not in talk.agent.handle(delta("b", 200, "r2"), 60)


def test_words_are_neither_acted_upon_nor_told() -> None:
    """C146: late, empty or missing transcripts block nothing."""
    talk = answering()
    for event in (ModelSaid("a", "Hello", is_final=False), CallerSaid("u1", "hi", is_final=True)):
        assert talk.agent.handle(event, 0) == []


def test_nobody_speaks_and_nobody_waits() -> None:
    """C158: a quiet moment."""
    talk = Talk()
    assert talk.agent.is_quiet(0)
    talk.hear(SPEECH)
    assert not talk.agent.is_quiet(0)
    talk.hear(QUIET, ModelCommitted("u1"))
    assert not talk.agent.is_quiet(0)
    talk.hear(ModelResponding("r1"), delta("a", 500), ModelAudioDone("a", "r1"), done())
    assert not talk.agent.is_quiet(400)
    assert talk.agent.is_quiet(500)


# -- interruptions ---------------------------------------------------------------------------------


def test_speech_over_the_answer_cuts_it_in_one_loop_turn() -> None:
    """C62: clear, cancel, truncate."""
    assert answering().hear(SPEECH, at_ms=400) == [
        ClearAudio(),
        CancelResponse("cancel-1", "r1"),
        TruncateItem("truncate-2", "a", 400),
    ]


@pytest.mark.parametrize("late", range(6))
def test_whatever_still_comes_of_a_cut_answer_is_dropped(late: int) -> None:
    """C64: late deltas, an item that begins late, late ends; no media until the next answer."""
    talk = answering()
    talk.hear(SPEECH, at_ms=400)
    for _ in range(late):
        assert talk.hear(delta("a", 250), at_ms=410) == []
    assert talk.hear(ModelItemAdded("b", "r1"), delta("b", 250), at_ms=420) == []
    assert talk.hear(ModelAudioDone("a", "r1", b"tail"), ModelAudioDone("b", "r1")) == []
    assert not talk.playout.has_audio
    assert talk.playout.items["a"].dropped == 250 * late * 8
    talk.hear(done(status=CANCELLED, reason="client_cancelled"), ModelCommitted("u1"))
    assert talk.hear(ModelResponding("r2"), delta("c", 20, "r2"))[1:] == [
        PlayAudio(bytes(160), "c")
    ]


def test_an_item_that_a_cut_answer_began_late_is_taken_out_at_its_end() -> None:
    """C63: nobody heard a word of it."""
    talk = answering()
    talk.hear(SPEECH, at_ms=400)
    talk.hear(ModelItemAdded("b", "r1"), ModelItemAdded("other", "r1"))
    assert talk.hear(done(status=CANCELLED)) == [
        DeleteItem("delete-3", "b"),
        DeleteItem("delete-4", "other"),
    ]
    assert talk.hear(done(status=CANCELLED)) == []


def test_an_answer_cut_before_it_had_a_name_never_plays() -> None:
    """C65."""
    talk = Talk(AgentPlan())
    talk.agent.begin(0)
    assert talk.hear(SPEECH) == []
    assert talk.hear(ModelResponding("r1")) == [CancelResponse("cancel-3", "r1")]
    assert talk.hear(ModelItemAdded("a", "r1"), delta("a", 500)) == []
    assert talk.hear(done(status=CANCELLED)) == [DeleteItem("delete-4", "a")]


def test_an_item_announced_and_never_spoken_is_forgotten_with_its_response() -> None:
    talk = Talk()
    talk.hear(ModelCommitted("u0"), ModelResponding("r1"), ModelItemAdded("a", "r1"), done())
    assert not talk.playout.has_announced


def test_where_speech_may_not_interrupt_the_turn_is_answered_after_the_passage() -> None:
    """C75: nothing is cut, and the caller is not ignored."""
    talk = answering(plan=AgentPlan(greeting=None, interruption=Interruption.OFF))
    assert talk.hear(SPEECH, QUIET, ModelCommitted("u1"), at_ms=400) == []
    assert talk.hear(ModelAudioDone("a", "r1"), done(), at_ms=500) == []
    assert talk.playout.unheard_ms(500) == 500
    assert talk.wake() == [AskForResponse("ask-1")]


# -- keys ------------------------------------------------------------------------------------------


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


# -- watchdogs -------------------------------------------------------------------------------------


def test_a_response_that_stops_speaking_is_cut_and_asked_for_again() -> None:
    """C84, E38: cancel, truncate, go on."""
    talk = answering()
    assert talk.agent.deadline_ms == 4_000
    assert talk.wake() == [
        ClearAudio(),
        CancelResponse("cancel-1", "r1"),
        TruncateItem("truncate-2", "a", 1_000),
    ]
    assert talk.hear(done(status=CANCELLED), at_ms=4_100) == [AskForResponse("ask-3")]


def test_a_response_that_only_announced_an_item_loses_it() -> None:
    """C63, C84: nothing received."""
    talk = Talk()
    talk.hear(ModelCommitted("u0"), ModelResponding("r1"), ModelItemAdded("a", "r1"))
    assert talk.wake() == [CancelResponse("cancel-1", "r1"), DeleteItem("delete-2", "a")]


def test_a_stuck_response_does_not_silence_the_one_before_it() -> None:
    """C75: that one was given in full, and still plays."""
    talk = answering(10_000, AgentPlan(greeting=None, interruption=Interruption.OFF))
    talk.hear(ModelAudioDone("a", "r1"), done(), SPEECH, QUIET, ModelCommitted("u1"))
    talk.hear(ModelResponding("r2"), at_ms=1_000)
    assert talk.wake() == [CancelResponse("cancel-1", "r2")]
    assert talk.playout.unheard_ms(7_000) == 3_000


def test_two_answers_that_do_not_come_are_the_end() -> None:
    """C84."""
    talk = Talk()
    talk.hear(ModelCommitted("u0"))
    assert talk.wake() == [AskForResponse("ask-1")]
    assert talk.agent.failure is None
    assert talk.wake() == []
    assert talk.agent.failure is EndReason.MODEL_LOST


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
        talk.hear(ModelResponding(f"r{2 * n}"), done(f"r{2 * n}"), at_ms=n)
        talk.hear(ModelCommitted("u"), ModelResponding(f"r{2 * n + 1}"), at_ms=n)
    assert talk.agent.failure is None


def test_a_turn_that_comes_before_the_second_try_is_the_second_try() -> None:
    """C83, E27: its answer sees everything."""
    talk = answering(0)
    talk.hear(done(status=FAILED, reason="server_error"), at_ms=100)
    talk.hear(SPEECH, QUIET, ModelCommitted("u1"), ModelResponding("r2"), at_ms=200)
    assert talk.agent.deadline_ms == 6_200
    assert talk.hear(done("r2"), at_ms=300) == []


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


def test_a_server_error_in_a_turn_asks_again_when_its_response_is_done() -> None:
    """E27."""
    talk = answering(0)
    talk.hear(ModelFault("server_error"), at_ms=100)
    assert talk.wake() == []
    assert talk.hear(done(status=FAILED), at_ms=500) == [AskForResponse("ask-1")]


def test_a_final_error_in_a_call_is_the_end() -> None:
    """E9."""
    talk = answering()
    talk.hear(ModelFault("account_deactivated"))
    assert talk.agent.failure is EndReason.MODEL_REFUSED


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


# -- leaving ---------------------------------------------------------------------------------------


def test_an_agent_that_leaves_cancels_what_is_on_its_way() -> None:
    """C16."""
    assert answering().agent.leave(0) == [CancelResponse("cancel-1", "r1")]
    assert Talk().agent.leave(0) == []
