"""The gate of responses, brought to each of its positions at 0."""

from ...core.responses import Responses, TurnLimits

CREATED_MS, FIRST_DELTA_MS, GAP_MS, CANCEL_MS = 2_000, 6_000, 4_000, 2_000


def responses() -> Responses:
    """Idle."""
    return Responses(TurnLimits(CREATED_MS, FIRST_DELTA_MS, GAP_MS, CANCEL_MS))


def asked() -> Responses:
    """A response was asked for."""
    subject = responses()
    subject.ask(0)
    return subject


def active(response_id: str = "r1") -> Responses:
    """It has begun."""
    subject = asked()
    subject.created(response_id, 0)
    return subject


def cancelling(response_id: str = "r1") -> Responses:
    """It was cut, and has not ended."""
    subject = active(response_id)
    subject.cut(0)
    return subject
