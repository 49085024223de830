"""One response at a time: the gate, what is owed, and the watchdogs."""

from collections.abc import Callable
from typing import cast

import pytest

from voicegate.gateway.core.actions import AskForResponse, CancelResponse, fact
from voicegate.gateway.core.responses import Gate, Responses
from voicegate.gateway.sim.rig.gate import (
    CANCEL_MS,
    CREATED_MS,
    FIRST_DELTA_MS,
    GAP_MS,
    active,
    asked,
    cancelling,
    responses,
)

# -- the gate --------------------------------------------------------------------------------------


def test_an_ask_leaves_at_once_when_nothing_is_active() -> None:
    """C83, C117: with an id of its own."""
    subject = responses()
    assert subject.ask(100) == [AskForResponse("ask-1")]
    assert subject.gate is Gate.ASKED
    assert subject.deadline_ms == 2_100


@pytest.mark.parametrize("busy", [asked, active, cancelling])
def test_a_second_ask_waits_for_the_gate(busy: Callable[[], Responses]) -> None:
    """C83, X12."""
    subject = busy()
    assert subject.ask(10) == []
    assert subject.is_answer_owed


def test_a_waiting_ask_leaves_when_the_response_is_done() -> None:
    """C83, X12."""
    subject = active()
    subject.ask(10)
    assert subject.done("r1", 500) == [AskForResponse("ask-2")]
    assert subject.gate is Gate.ASKED


def test_several_asks_that_wait_become_one() -> None:
    """C83: one pending request."""
    subject = active()
    for now_ms in range(3):
        subject.ask(now_ms)
    assert subject.done("r1", 500) == [AskForResponse("ask-2")]
    subject.created("r2", 600)
    assert subject.done("r2", 700) == []


def test_nothing_is_asked_for_while_the_caller_speaks() -> None:
    """C83."""
    subject = responses()
    subject.caller_started()
    assert subject.ask(0) == []
    assert subject.caller_stopped(1_000) == []
    assert subject.wake(3_000) == [
        fact("response.missed", why="no_response", failures=1),
        AskForResponse("ask-1"),
    ]


def test_an_ask_waits_when_a_response_ends_while_the_caller_speaks() -> None:
    subject = active()
    subject.ask(0)
    subject.caller_started()
    assert subject.done("r1", 100) == []
    assert subject.deadline_ms is None
    subject.caller_stopped(200)
    assert subject.deadline_ms == 2_200


def test_a_pause_of_the_caller_does_not_move_a_watchdog_that_runs() -> None:
    subject = active()
    subject.ask(0)
    subject.caller_started()
    subject.caller_stopped(200)
    assert subject.deadline_ms == FIRST_DELTA_MS


def test_what_waited_is_dropped_when_the_answer_to_a_turn_sees_it_anyway() -> None:
    """C83."""
    subject = responses()
    subject.caller_started()
    subject.ask(0)
    subject.caller_stopped(1_000)
    subject.committed(1_000)
    subject.created("r1", 1_200)
    assert subject.done("r1", 1_900) == []


def test_what_was_asked_a_moment_before_a_turn_may_not_have_been_seen_in_it() -> None:
    """C83: the way to the model takes its time."""
    subject = responses()
    subject.caller_started()
    subject.ask(900)
    subject.caller_stopped(1_000)
    subject.committed(1_000)
    subject.created("r1", 1_200)
    assert subject.done("r1", 1_900) == [AskForResponse("ask-1")]


def test_an_ask_refused_for_another_response_is_made_after_it() -> None:
    """C83, E15: the answer to a turn was begun before the model saw why we asked."""
    subject = responses()
    subject.ask(0)
    subject.committed(10)
    subject.created("r1", 20)
    assert subject.refused(30, is_ours=True) == []
    assert subject.done("r1", 900) == [AskForResponse("ask-2")]


def test_an_answer_that_was_cut_and_lost_never_plays() -> None:
    """C65, X8: it had no name for two seconds; then it comes, and the caller still speaks."""
    subject = responses()
    subject.committed(0)
    subject.cut(100)
    subject.caller_started()
    assert subject.wake(2_100) == []
    assert subject.created("r1", 2_400) == [CancelResponse("cancel-1", "r1")]
    assert "r1" in subject.cut_ids


def test_an_answer_to_a_later_turn_is_not_taken_for_the_lost_one() -> None:
    """C65: responses come in the order of their turns."""
    subject = responses()
    subject.committed(0)
    subject.cut(100)
    subject.wake(2_100)
    subject.committed(3_000)
    assert subject.created("r1", 3_100) == []


def test_an_ask_waits_while_the_model_is_about_to_answer_a_turn() -> None:
    """C83: the server creates that response by itself, ours would be the second."""
    subject = responses()
    subject.committed(0)
    assert subject.ask(10) == []
    subject.created("r1", 50)
    assert subject.done("r1", 900) == [AskForResponse("ask-1")]


def test_an_ask_waits_for_the_answer_that_was_cut_before_it_had_a_name() -> None:
    """C65, C83: a key cuts the answer on its way and asks for another."""
    subject = responses()
    subject.committed(0)
    subject.cut(10)
    assert subject.ask(20) == []
    assert subject.created("r1", 50) == [CancelResponse("cancel-1", "r1")]
    assert subject.done("r1", 100) == [AskForResponse("ask-2")]


def test_an_ask_does_not_wait_for_ever_for_a_cut_answer_that_never_came() -> None:
    subject = responses()
    subject.committed(0)
    subject.cut(10)
    subject.ask(20)
    assert AskForResponse("ask-1") in subject.wake(2_010)


def test_an_ask_behind_a_turn_waits_for_its_answer_when_the_gate_opens() -> None:
    subject = active()
    subject.committed(10)
    subject.ask(20)
    assert subject.done("r1", 100) == []
    assert subject.deadline_ms == 2_100
    assert AskForResponse("ask-2") in subject.wake(2_100)


# -- watchdogs -------------------------------------------------------------------------------------


def test_a_committed_turn_that_nobody_answers_is_asked_for_once() -> None:
    """C84, E38."""
    subject = responses()
    subject.committed(0)
    assert subject.deadline_ms == CREATED_MS
    assert subject.wake(2_000) == [
        fact("response.missed", why="no_response", failures=1),
        AskForResponse("ask-1"),
    ]
    assert subject.wake(4_000) == [fact("response.missed", why="no_response", failures=2)]
    assert subject.is_given_up
    assert not subject.is_answer_owed


def test_a_response_without_a_first_delta_is_cancelled_and_asked_for_again() -> None:
    """C84, E38."""
    subject = active()
    assert subject.deadline_ms == FIRST_DELTA_MS
    assert subject.wake(6_000) == [
        CancelResponse("cancel-2", "r1"),
        fact("response.missed", why="no_first_delta", failures=1),
    ]
    assert subject.done("r1", 6_100) == [AskForResponse("ask-3")]


def test_a_gap_inside_a_response_is_cancelled_and_asked_for_again() -> None:
    """C84, E38."""
    subject = active()
    subject.sounded(1_000)
    assert subject.deadline_ms == 1_000 + GAP_MS
    actions = subject.wake(5_000)
    assert actions[1] == fact("response.missed", why="delta_gap", failures=1)
    assert subject.is_answer_owed


def test_after_the_end_of_an_item_the_next_may_take_its_time() -> None:
    subject = active()
    subject.sounded(1_000)
    subject.item_ended(1_200)
    assert subject.deadline_ms == 1_200 + FIRST_DELTA_MS


def test_a_cancel_that_is_never_confirmed_does_not_close_the_gate_for_ever() -> None:
    subject = cancelling()
    assert subject.wake(CANCEL_MS) == []
    assert subject.gate is Gate.IDLE
    assert subject.ask(3_000) == [AskForResponse("ask-3")]


def test_sound_ends_a_row_of_failures() -> None:
    """C84: two in a row."""
    subject = responses()
    subject.committed(0)
    subject.wake(2_000)
    subject.created("r1", 2_100)
    subject.sounded(2_200)
    subject.done("r1", 3_000)
    subject.committed(5_000)
    assert AskForResponse("ask-2") in subject.wake(7_000)
    assert not subject.is_given_up


def test_a_late_sound_of_a_cancelled_response_moves_no_watchdog() -> None:
    subject = cancelling()
    subject.sounded(100)
    subject.item_ended(200)
    assert subject.deadline_ms == CANCEL_MS


def test_a_gate_in_no_position_is_a_bug() -> None:
    """C1."""
    subject = responses()
    subject.gate = cast("Gate", "ajar")
    with pytest.raises(AssertionError):
        subject.wake(0)


def test_ids_tell_what_was_sent_and_never_repeat() -> None:
    """C117."""
    subject = responses()
    assert [subject.event_id(what) for what in ("note", "ask", "note")] == [
        "note-1",
        "ask-2",
        "note-3",
    ]
