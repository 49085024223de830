"""Responses that are cut, refused, or end in another way than was asked."""

from collections.abc import Callable

import pytest

from voicegate.gateway.core.actions import AskForResponse, CancelResponse, fact
from voicegate.gateway.core.responses import Gate, Responses
from voicegate.gateway.sim.rig.gate import (
    active,
    asked,
    cancelling,
    responses,
)

# -- cutting ---------------------------------------------------------------------------------------


def test_an_active_response_is_cancelled_once_by_its_id() -> None:
    """C62, C67, C117."""
    subject = active()
    assert subject.cut(100) == [CancelResponse("cancel-2", "r1")]
    assert subject.cut(110) == []
    assert subject.gate is Gate.CANCELLING
    assert subject.cut_ids == {"r1"}


def test_a_response_cut_before_it_had_a_name_is_cancelled_when_it_gets_one() -> None:
    """C65."""
    subject = asked()
    assert subject.cut(100) == []
    assert subject.created("r1", 200) == [CancelResponse("cancel-2", "r1")]
    assert "r1" in subject.cut_ids


def test_the_answer_to_a_turn_that_was_cut_before_it_began_is_cancelled() -> None:
    """C65."""
    subject = responses()
    subject.committed(0)
    assert subject.cut(100) == []
    assert subject.created("r1", 200) == [CancelResponse("cancel-1", "r1")]
    assert subject.done("r1", 300) == []
    assert not subject.is_answer_owed


def test_the_answer_to_the_next_turn_is_not_cancelled_for_the_one_before() -> None:
    """C65: events are ordered, the earlier answer never came."""
    subject = responses()
    subject.committed(0)
    subject.cut(100)
    subject.committed(900)
    assert subject.created("r2", 1_000) == []
    assert subject.gate is Gate.ACTIVE


def test_a_cut_cancels_the_running_response_and_not_the_turn_behind_it() -> None:
    """C84: the turn is answered."""
    subject = active()
    subject.committed(10)
    subject.cut(20)
    assert subject.done("r1", 100) == []
    assert AskForResponse("ask-3") in subject.wake(2_100)


def test_a_turn_committed_while_a_cancel_is_on_its_way_can_be_cut_as_well() -> None:
    subject = cancelling()
    subject.committed(10)
    assert subject.is_active
    assert subject.cut(20) == []
    assert subject.done("r1", 100) == []
    assert subject.created("r2", 200) == [CancelResponse("cancel-3", "r2")]


def test_a_cut_drops_what_waited() -> None:
    subject = active()
    subject.ask(0)
    subject.cut(10)
    assert subject.done("r1", 100) == []


@pytest.mark.parametrize(
    ("prepare", "is_active"),
    [(responses, False), (asked, True), (active, True), (cancelling, False)],
)
def test_there_is_something_to_cancel_until_it_was_cancelled(
    prepare: Callable[[], Responses], *, is_active: bool
) -> None:
    """C61."""
    assert prepare().is_active is is_active


def test_what_was_cut_before_it_had_a_name_is_not_cut_again() -> None:
    """C67."""
    subject = asked()
    subject.cut(0)
    assert not subject.is_active
    subject = responses()
    subject.committed(0)
    assert subject.is_active
    subject.cut(10)
    assert not subject.is_active


def test_a_cut_with_nothing_active_does_nothing() -> None:
    subject = responses()
    assert subject.cut(0) == []
    assert subject.deadline_ms is None


# -- endings ---------------------------------------------------------------------------------------


def test_the_end_of_another_response_does_not_open_the_gate() -> None:
    subject = active("r2")
    assert subject.done("r1", 10) == []
    assert subject.gate is Gate.ACTIVE


def test_a_late_end_of_the_response_before_does_not_forget_what_was_asked() -> None:
    """C84: its cancel was never confirmed, so the gate had opened by itself."""
    subject = cancelling()
    subject.ask(0)
    assert subject.wake(2_000) == [AskForResponse("ask-3")]
    assert subject.done("r1", 2_100) == []
    assert subject.gate is Gate.ASKED
    assert subject.deadline_ms == 4_000


def test_a_refused_ask_leaves_again_when_the_response_that_ran_is_done() -> None:
    """C83, E15: pending until the next end of a response."""
    subject = asked()
    assert subject.refused(100, is_ours=True) == []
    assert subject.is_answer_owed
    assert subject.done("unknown", 300) == [AskForResponse("ask-2")]


def test_a_refused_ask_leaves_again_when_nothing_ends() -> None:
    """E15."""
    subject = asked()
    subject.refused(100, is_ours=True)
    assert AskForResponse("ask-2") in subject.wake(2_100)


def test_an_automatic_answer_that_was_refused_is_asked_for_when_the_response_that_ran_is_done() -> (
    None
):
    """C84, C85, E15: the caller's turn does not wait for a watchdog."""
    subject = cancelling()
    subject.committed(50)
    assert subject.refused(100, is_ours=True) == []
    assert subject.is_answer_owed
    assert subject.done("r1", 300) == [AskForResponse("ask-3")]


def test_a_refused_ask_that_was_cut_is_not_repeated() -> None:
    subject = asked()
    subject.cut(50)
    subject.refused(100, is_ours=True)
    assert not subject.is_answer_owed
    assert subject.wake(2_100) == []


@pytest.mark.parametrize("prepare", [responses, active, cancelling])
def test_a_refusal_of_what_was_not_asked_changes_nothing(prepare: Callable[[], Responses]) -> None:
    subject = prepare()
    gate = subject.gate
    assert subject.refused(10, is_ours=True) == []
    assert subject.ask_failed(10) == []
    assert subject.forget_ask(10) == []
    assert subject.gate is gate


def test_an_ask_that_fails_is_made_once_more() -> None:
    """C84."""
    subject = asked()
    assert subject.ask_failed(100) == [
        fact("response.missed", why="refused", failures=1),
        AskForResponse("ask-2"),
    ]
    assert subject.ask_failed(200) == [fact("response.missed", why="refused", failures=2)]
    assert subject.is_given_up


def test_an_ask_that_was_cut_and_fails_is_over() -> None:
    subject = asked()
    subject.cut(50)
    assert subject.ask_failed(100) == []
    assert not subject.is_answer_owed
    assert subject.ask(200) == [AskForResponse("ask-2")]


def test_an_ask_that_fails_makes_room_for_the_one_that_waits() -> None:
    subject = asked()
    subject.ask(10)
    assert subject.ask_failed(100) == [AskForResponse("ask-2")]


def test_a_forgotten_ask_leaves_the_gate_open() -> None:
    subject = asked()
    assert subject.forget_ask(100) == []
    assert subject.gate is Gate.IDLE
    assert subject.deadline_ms is None
