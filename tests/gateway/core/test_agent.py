"""The agent's turns: greeting, answers, interruptions, and what goes wrong in between."""

import pytest

from voicegate.gateway.core.actions import (
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
from voicegate.gateway.core.agent import AgentPlan
from voicegate.gateway.core.bargein import Interruption
from voicegate.gateway.core.events import (
    CallerSaid,
    ModelAudioDone,
    ModelCommitted,
    ModelHeardQuiet,
    ModelHeardSpeech,
    ModelItemAdded,
    ModelResponding,
    ModelSaid,
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
    told = talk.agent.handle(delta("b", 200, "r2"), 50)
    assert fact("audio.first_sent", item="b", response="r2", lead_ms=950) in told
    assert told[-1] == fact("response.first_delta", response="r2")
    assert not [a for a in talk.agent.handle(delta("b", 200, "r2"), 60) if isinstance(a, Fact)]


def test_words_are_neither_acted_upon_nor_told() -> None:
    """C146: late, empty or missing transcripts block nothing."""
    talk = answering()
    for event in (ModelSaid("a", "Hello", is_final=True), CallerSaid("u1", "so", is_final=False)):
        assert talk.agent.handle(event, 0) == []


@pytest.mark.parametrize(("text", "words"), [("", 0), (" \n", 0), ("no", 1), ("so it  is", 3)])
def test_of_a_transcript_only_the_number_of_words_is_told(text: str, words: int) -> None:
    """C146, C163: none at all tells of a cut by a noise."""
    told = Talk().agent.handle(CallerSaid("u1", text, is_final=True), 0)
    assert told == [fact("turn.transcribed", item="u1", words=words)]


def test_the_edges_of_speech_are_placed_on_the_line() -> None:
    """C36, C163: the end by the last sound, not by the silence that gave it away."""
    talk = Talk()
    talk.uplink.ready(0)
    for number in range(100):
        talk.uplink.hear(bytes(160), 155 + 20 * number, 1_000 + 20 * number)
    started = talk.agent.handle(ModelHeardSpeech("u1", 460), 3_030)[-1]
    ended = talk.agent.handle(ModelHeardQuiet("u1", 1_900, silence_ms=500), 3_030)[0]
    assert started == fact(
        "turn.caller_started", item="u1", model_ms=460, line_ms=615, ago_ms=1_590, waited_ms=0
    )
    assert ended == fact(
        "turn.caller_ended", item="u1", model_ms=1_900, line_ms=1_555, ago_ms=650, waited_ms=0
    )


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


# -- watchdogs -------------------------------------------------------------------------------------


def test_a_response_that_stops_speaking_is_cancelled_and_asked_for_again() -> None:
    """C84, E38: cancel, truncate, go on; there is nothing left to clear."""
    talk = answering()
    assert talk.agent.deadline_ms == 4_000
    assert talk.wake() == [
        CancelResponse("cancel-1", "r1"),
        TruncateItem("truncate-2", "a", 1_000),
    ]
    assert talk.hear(done(status=CANCELLED), at_ms=4_100) == [AskForResponse("ask-3")]


def test_a_response_is_not_given_up_while_what_it_said_still_plays() -> None:
    """C84, E38: five seconds given, and then nothing: silence begins when they are over."""
    talk = answering(5_000)
    assert talk.agent.deadline_ms == 5_000


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


# -- leaving ---------------------------------------------------------------------------------------


def test_an_agent_that_leaves_cancels_what_is_on_its_way() -> None:
    """C16."""
    assert answering().agent.leave(0) == [CancelResponse("cancel-1", "r1")]
    assert Talk().agent.leave(0) == []
