"""The way to a ready model: in steps with deadlines, again with patience, or not at all."""

from typing import cast

import pytest

from voicegate.gateway.core.actions import (
    Action,
    CloseModel,
    ConfigureModel,
    OpenModel,
    fact,
)
from voicegate.gateway.core.events import (
    ModelClosed,
    ModelConnected,
    ModelFault,
    ModelOpened,
    ModelUnreachable,
)
from voicegate.gateway.core.link import Link, LinkEvent, LinkLimits, LinkState
from voicegate.gateway.sim.rig.link import OPENED, READY, link, waited_for

# -- the straight way ------------------------------------------------------------------------------


def test_a_link_connects_configures_and_is_ready() -> None:
    """C8: one update, and nothing else before it is confirmed."""
    subject = link()
    assert subject.open(0) == [fact("model.connecting", attempt=1), OpenModel()]
    assert subject.handle(ModelConnected(), 100) == [ConfigureModel("settings-1")]
    assert subject.handle(OPENED, 200) == [fact("model.ready", attempt=1, differences="")]
    assert subject.state is LinkState.READY
    assert subject.deadline_ms is None


def test_what_the_echo_says_otherwise_is_recorded() -> None:
    """C8."""
    subject = waited_for([ModelConnected()])
    opened = ModelOpened("audio/pcmu", "audio/pcmu", ("audio.input.format.type", "speed"))
    assert subject.handle(opened, 0) == [
        fact("model.ready", attempt=1, differences="audio.input.format.type,speed")
    ]


def test_a_link_is_opened_once() -> None:
    """C5: the caller who comes adopts what was begun at the webhook."""
    subject = link()
    subject.open(0)
    assert subject.open(10) == []
    assert subject.caller_waits(20) == []
    subject.handle(ModelConnected(), 30)
    subject.handle(OPENED, 40)
    assert subject.open(50) == []
    assert subject.state is LinkState.READY


def test_a_ready_link_is_closed_once() -> None:
    subject = waited_for(READY)
    assert subject.close() == [CloseModel()]
    assert subject.close() == []


def test_a_link_closed_for_nobody_came_opens_anew_for_a_caller() -> None:
    """C5."""
    subject = link()
    subject.open(0)
    subject.close()
    assert OpenModel() in subject.caller_waits(20_000)


def test_a_prewarmed_session_lost_before_the_caller_came_is_replaced() -> None:
    """C5, C10."""
    subject = link()
    subject.open(0)
    for event in (ModelConnected(), OPENED, ModelClosed(1006)):
        subject.handle(event, 100)
    assert subject.state is LinkState.LOST
    assert OpenModel() in subject.caller_waits(5_000)
    assert subject.state is LinkState.CONNECTING


def test_a_pause_before_the_next_attempt_ends_when_the_caller_comes() -> None:
    subject = link()
    subject.open(0)
    subject.handle(ModelClosed(1006), 100)
    assert subject.state is LinkState.WAITING
    assert OpenModel() in subject.caller_waits(120)


# -- out of turn -----------------------------------------------------------------------------------


@pytest.mark.parametrize("event", [ModelConnected(), OPENED])
@pytest.mark.parametrize(
    "before",
    [
        [],
        [ModelClosed(1006)],
        [ModelUnreachable(401)],
        READY,
        [*READY, ModelClosed(1006)],
    ],
)
def test_a_step_nobody_waits_for_changes_nothing(before: list[LinkEvent], event: LinkEvent) -> None:
    """C1: doubled, or of a session that is gone."""
    subject = waited_for(before)
    if not before:
        subject.close()
    state, deadline_ms = subject.state, subject.deadline_ms
    assert subject.handle(event, 10) == []
    assert (subject.state, subject.deadline_ms) == (state, deadline_ms)


@pytest.mark.parametrize("event", [ModelClosed(1006), ModelUnreachable(500)])
def test_the_end_of_what_has_ended_changes_nothing(event: LinkEvent) -> None:
    subject = waited_for([ModelClosed(1006)])
    deadline_ms = subject.deadline_ms
    assert subject.handle(event, 10) == []
    assert subject.deadline_ms == deadline_ms


@pytest.mark.parametrize("events", [[], READY])
def test_an_error_that_is_no_answer_to_the_settings_is_none_of_the_links_business(
    events: list[LinkEvent],
) -> None:
    subject = waited_for(events)
    assert subject.handle(ModelFault("server_error"), 10) == []


def test_an_event_that_no_link_knows_is_a_bug() -> None:
    """C1."""
    with pytest.raises(AssertionError):
        waited_for().handle(cast("LinkEvent", "surprise"), 0)


# -- patience --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("jitter", "pauses_ms"),
    [(0.0, [250, 500, 1_000, 2_000, 2_000]), (1.0, [375, 750, 1_500, 3_000])],
)
def test_attempts_are_spaced_wider_and_wider(jitter: float, pauses_ms: list[int]) -> None:
    """C10: jitter is an input, so that calls do not knock in step."""
    subject, now_ms = link(jitter), 0
    subject.caller_waits(0)
    for attempt, pause_ms in enumerate(pauses_ms, start=2):
        subject.handle(ModelUnreachable(0), now_ms)
        now_ms += pause_ms
        assert subject.deadline_ms == now_ms
        assert subject.wake(now_ms) == [fact("model.connecting", attempt=attempt), OpenModel()]


@pytest.mark.parametrize(("asked_ms", "pause_ms"), [(0, 250), (700, 700), (60_000, 2_000)])
def test_a_busy_model_is_given_the_time_it_asks_for_within_reason(
    asked_ms: int, pause_ms: int
) -> None:
    """E4."""
    subject = waited_for()
    subject.handle(ModelUnreachable(429, asked_ms), 100)
    assert subject.deadline_ms == 100 + pause_ms


def test_set_up_ends_twelve_seconds_after_the_caller_came() -> None:
    """C10: no attempt begins that could not end in time, no step lasts longer."""
    subject, now_ms, actions = link(), 0, list[Action]()
    actions += subject.caller_waits(0)
    while subject.deadline_ms is not None:
        now_ms = subject.deadline_ms
        actions += subject.wake(now_ms)
    assert now_ms == 12_000
    assert subject.state is LinkState.FAILED
    assert not subject.is_refused
    assert actions.count(OpenModel()) == 2


def test_a_failure_too_late_for_another_attempt_is_the_last() -> None:
    """C10."""
    subject = waited_for()
    subject.handle(ModelUnreachable(0), 11_800)
    assert subject.state is LinkState.FAILED
    assert subject.deadline_ms is None


def test_without_a_caller_set_up_has_no_end_of_its_own() -> None:
    """C5: the time for that is the webhook's business."""
    subject = link()
    subject.open(0)
    for now_ms in range(0, 60_000, 5_000):
        subject.handle(ModelUnreachable(0), now_ms)
        assert subject.state is LinkState.WAITING
        subject.wake(now_ms + 2_000)


def test_a_caller_shortens_a_step_that_is_under_way() -> None:
    subject = Link(LinkLimits(setup_total_ms=1_000), jitter=0.0)
    subject.open(0)
    assert subject.deadline_ms == 8_000
    subject.caller_waits(500)
    assert subject.deadline_ms == 1_500


def test_two_failures_then_a_success_is_a_normal_call() -> None:
    """C10."""
    subject, now_ms = waited_for(), 0
    for _ in range(2):
        subject.handle(ModelUnreachable(0), now_ms)
        assert subject.deadline_ms is not None
        now_ms = subject.deadline_ms
        subject.wake(now_ms)
    subject.handle(ModelConnected(), now_ms)
    assert subject.handle(OPENED, now_ms) == [fact("model.ready", attempt=3, differences="")]
