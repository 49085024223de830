"""What goes wrong on the way to a model, and after it was ready: tried again, or final."""

import pytest

from voicegate.gateway.core.actions import (
    CloseModel,
    ConfigureModel,
    Fact,
    OpenModel,
    fact,
)
from voicegate.gateway.core.events import (
    ModelClosed,
    ModelConnected,
    ModelFault,
    ModelUnreachable,
    ModelUnreadable,
)
from voicegate.gateway.core.link import Link, LinkEvent, LinkLimits, LinkState
from voicegate.gateway.sim.rig.link import CONNECTED, OPENED, READY, waited_for

ALARM_ROWS = {"E2", "E3", "E6", "E7", "E8", "E9", "E10", "E26"}


# -- section by section: what the model side does at set-up ----------------------------------------

SETUP_FAULTS: list[tuple[str, list[LinkEvent], LinkEvent, LinkState, str]] = [
    ("E1", [], ModelUnreachable(0), LinkState.WAITING, "http_0"),
    ("E1", [], ModelUnreachable(500), LinkState.WAITING, "http_500"),
    ("E1", [], ModelUnreachable(503), LinkState.WAITING, "http_503"),
    ("E2", [], ModelUnreachable(401), LinkState.FAILED, "http_401"),
    ("E2", [], ModelUnreachable(403), LinkState.FAILED, "http_403"),
    ("E3", [], ModelUnreachable(404), LinkState.FAILED, "http_404"),
    ("E4", [], ModelUnreachable(429, 1_500), LinkState.WAITING, "http_429"),
    ("E6", [], ModelFault("invalid_api_key"), LinkState.FAILED, "invalid_api_key"),
    ("E6", [], ModelFault("missing_authentication"), LinkState.FAILED, "missing_authentication"),
    ("E6", [], ModelClosed(3000, "invalid_request_error"), LinkState.FAILED, "close_3000"),
    ("E7", [], ModelFault("missing_model"), LinkState.FAILED, "missing_model"),
    ("E7", [], ModelFault("invalid_model"), LinkState.FAILED, "invalid_model"),
    ("E7", [], ModelFault("model_not_found"), LinkState.FAILED, "model_not_found"),
    ("E7", [], ModelClosed(4000, "invalid_request_error.x"), LinkState.FAILED, "close_4000"),
    ("E7", [], ModelClosed(4004), LinkState.FAILED, "close_4004"),
    ("E8", [], ModelFault("beta_api_shape_disabled"), LinkState.FAILED, "beta_api_shape_disabled"),
    (
        "E8",
        [],
        ModelClosed(4000, "invalid_request_error.beta_api_shape_disabled"),
        LinkState.FAILED,
        "close_4000",
    ),
    ("E9", [], ModelFault("insufficient_quota"), LinkState.FAILED, "insufficient_quota"),
    ("E9", [], ModelFault("insufficient_quota.x"), LinkState.FAILED, "insufficient_quota.x"),
    ("E9", [], ModelFault("account_deactivated"), LinkState.FAILED, "account_deactivated"),
    (
        "E9",
        CONNECTED,
        ModelFault("billing_hard_limit_reached"),
        LinkState.FAILED,
        "billing_hard_limit_reached",
    ),
    (
        "E9",
        [],
        ModelClosed(1000, "insufficient_quota.credit_balance_exhausted"),
        LinkState.FAILED,
        "close_1000",
    ),
    ("E10", CONNECTED, ModelFault("media_unsupported"), LinkState.FAILED, "media_unsupported"),
    ("E23", CONNECTED, ModelFault("session_expired"), LinkState.WAITING, "session_expired"),
    ("E23", CONNECTED, ModelClosed(1001), LinkState.WAITING, "close_1001"),
    ("E24", CONNECTED, ModelClosed(1006), LinkState.WAITING, "close_1006"),
    ("E25", [], ModelClosed(1011), LinkState.WAITING, "close_1011"),
    ("E25", [], ModelClosed(1013), LinkState.WAITING, "close_1013"),
    ("E26", CONNECTED, ModelClosed(1009), LinkState.WAITING, "close_1009"),
    ("E37", CONNECTED, ModelUnreadable(3), LinkState.WAITING, "unreadable"),
]


@pytest.mark.parametrize(("row", "before", "event", "state", "cause"), SETUP_FAULTS)
def test_what_goes_wrong_at_set_up_is_tried_again_or_final(
    row: str, before: list[LinkEvent], event: LinkEvent, state: LinkState, cause: str
) -> None:
    """C10, C12: rows E1 to E10 and the ends of a socket; the cause is kept by name.

    E2, E3, E6, E7: these are alarms, and final where there is no other model.
    """
    subject = waited_for(before)
    actions = subject.handle(event, 100)
    assert actions[-1] == fact("model.refused", row=row, cause=cause, alarm=row in ALARM_ROWS)
    assert subject.state is state
    assert subject.cause == cause
    assert subject.is_refused is (state is LinkState.FAILED)
    assert (subject.deadline_ms is None) is (state is LinkState.FAILED)
    is_socket_open = isinstance(event, ModelFault | ModelUnreadable)
    assert (CloseModel() in actions) is is_socket_open


@pytest.mark.parametrize(
    ("before", "cause"), [([], "connecting_timeout"), (CONNECTED, "configuring_timeout")]
)
def test_a_step_that_takes_too_long_is_begun_again(before: list[LinkEvent], cause: str) -> None:
    """E5: no `session.created`, or no `session.updated`; the half-open session is closed first."""
    subject = waited_for(before)
    due_ms = 8_000 if not before else 3_000
    assert subject.deadline_ms == due_ms
    actions = subject.wake(due_ms)
    late = fact("model.refused", row="E5", cause=cause, alarm=False)
    assert actions == [CloseModel(), late]
    assert subject.state is LinkState.WAITING


@pytest.mark.parametrize(
    "code", ["unknown_parameter", "invalid_value", "invalid_type", "integer_below_min_value"]
)
def test_refused_settings_are_sent_once_more_with_the_least(code: str) -> None:
    """E10."""
    subject = waited_for([ModelConnected()])
    assert subject.handle(ModelFault(code), 100) == [
        fact("error.model", row="E10", code=code, alarm=True),
        ConfigureModel("settings-1", is_minimal=True),
    ]
    assert subject.deadline_ms == 3_100
    assert subject.handle(OPENED, 200) == [fact("model.ready", attempt=1, differences="")]


def test_settings_refused_twice_are_final() -> None:
    """E10."""
    subject = waited_for([ModelConnected(), ModelFault("invalid_value")])
    assert subject.handle(ModelFault("invalid_value"), 100) == [
        CloseModel(),
        fact("model.refused", row="E10", cause="invalid_value", alarm=True),
    ]
    assert subject.state is LinkState.FAILED
    assert subject.is_refused


def test_a_new_attempt_asks_for_everything_again() -> None:
    """E5, E10."""
    subject = waited_for([ModelConnected(), ModelFault("invalid_value"), ModelClosed(1006)])
    assert subject.deadline_ms is not None
    subject.wake(subject.deadline_ms)
    assert subject.handle(ModelConnected(), 1_000) == [ConfigureModel("settings-2")]


@pytest.mark.parametrize(
    ("row", "gone"),
    [
        ("E3", ModelUnreachable(404)),
        ("E7", ModelFault("model_not_found")),
        ("E7", ModelClosed(4004)),
    ],
)
def test_a_model_that_cannot_be_had_is_replaced_by_the_second_one_once(
    row: str, gone: LinkEvent
) -> None:
    """E3, E7, C10: at once; it is an alarm all the same, and if the second is gone too, final."""
    subject = Link(LinkLimits(), jitter=0.0, has_fallback=True)
    assert OpenModel() in subject.caller_waits(0)
    actions = [action for action in subject.handle(gone, 100) if not isinstance(action, CloseModel)]
    assert [type(action).__name__ for action in actions] == ["Fact", "Fact", "Fact", "OpenModel"]
    assert isinstance(actions[0], Fact)
    assert (actions[0].name, actions[0].text("row")) == ("error.model", row)
    assert actions[0].fields["alarm"]
    assert actions[1] == fact("model.fallback")
    assert actions[3] == OpenModel(is_fallback=True)
    assert subject.handle(ModelClosed(1006), 200)
    assert OpenModel(is_fallback=True) in subject.wake(2_200), "it stays with the second"
    subject.handle(gone, 2_300)
    assert (subject.state, subject.is_refused) == (LinkState.FAILED, True)


def test_a_close_that_is_our_mistake_is_tried_again_once() -> None:
    """E26."""
    subject = waited_for([ModelClosed(1008)])
    assert subject.state is LinkState.WAITING
    subject.wake(250)
    subject.handle(ModelClosed(1002), 300)
    assert (subject.state, subject.is_refused) == (LinkState.FAILED, True)


def test_a_server_that_asks_to_come_back_later_is_given_a_second() -> None:
    """E25: close 1013; a server that restarts is not."""
    subject = waited_for([ModelClosed(1013)], at_ms=100)
    assert subject.deadline_ms == 1_100
    assert waited_for([ModelClosed(1012)], at_ms=100).deadline_ms == 350


@pytest.mark.parametrize("before", [CONNECTED, READY])
def test_two_unreadable_messages_in_a_row_are_ignored(before: list[LinkEvent]) -> None:
    """E37."""
    subject = waited_for(before)
    state = subject.state
    for in_a_row in (1, 2):
        assert subject.handle(ModelUnreadable(in_a_row), 10) == []
    assert subject.state is state


# -- after it was ready ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "row", "cause", "is_refused"),
    [
        (ModelClosed(1001, "Your session hit the maximum duration"), "E23", "close_1001", False),
        (ModelClosed(1000), "E24", "close_1000", False),
        (ModelClosed(1005), "E24", "close_1005", False),
        (ModelClosed(1006), "E24", "close_1006", False),
        (ModelClosed(1011), "E25", "close_1011", False),
        (ModelClosed(1008), "E26", "close_1008", False),
        (ModelUnreadable(3), "E37", "unreadable", False),
        (ModelFault("session_expired"), "E23", "session_expired", False),
        (ModelFault("insufficient_quota"), "E9", "insufficient_quota", True),
    ],
)
def test_a_session_that_ends_is_lost_with_its_cause(
    event: LinkEvent, row: str, cause: str, *, is_refused: bool
) -> None:
    """C12, E23 to E26."""
    subject = waited_for(READY)
    lost = fact("model.lost", row=row, cause=cause, alarm=row in ALARM_ROWS)
    assert subject.handle(event, 100)[-1] == lost
    assert (subject.state, subject.cause) == (LinkState.LOST, cause)
    assert subject.is_refused is is_refused
    assert subject.deadline_ms is None


def test_a_model_that_does_not_read_for_five_seconds_is_lost() -> None:
    """C35."""
    subject = waited_for(READY)
    subject.blocked(is_blocked=True, now_ms=1_000)
    assert subject.deadline_ms == 6_000
    assert subject.wake(6_000) == [
        CloseModel(),
        fact("model.lost", row="E5", cause="ready_timeout", alarm=False),
    ]


def test_a_model_that_reads_again_in_time_is_not_lost() -> None:
    """C35."""
    subject = waited_for(READY)
    subject.blocked(is_blocked=True, now_ms=1_000)
    subject.blocked(is_blocked=False, now_ms=5_999)
    assert subject.deadline_ms is None


def test_before_it_is_ready_a_full_socket_moves_no_deadline() -> None:
    subject = waited_for([ModelConnected()])
    deadline_ms = subject.deadline_ms
    subject.blocked(is_blocked=True, now_ms=10)
    assert subject.deadline_ms == deadline_ms
