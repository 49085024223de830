"""A model that fails for everybody is asked for again by one call at a time."""

import pytest

from voicegate.gateway.core.actions import Fact, fact
from voicegate.gateway.core.breaker import PROBE_EVERY_MS, WINDOW_MS, Breaker

READY = fact("model.ready", attempt=1, differences="")
BUSY = fact("model.refused", row="E4", cause="http_429")
NO_KEY = fact("model.refused", row="E6", cause="invalid_api_key")
NO_MONEY = fact("error.model", row="E9", code="insufficient_quota", alarm=True)
ANSWERED = fact("response.done", response="r", status="completed", reason="")
CUT = fact("response.done", response="r", status="cancelled", reason="client_cancelled")


def after(*facts: Fact, now_ms: int = 0) -> Breaker:
    breaker = Breaker()
    for each in facts:
        breaker.saw(each, now_ms)
    return breaker


@pytest.mark.parametrize(
    "final",
    [
        fact("model.refused", row="E2", cause="http_401"),
        NO_KEY,
        fact("model.lost", row="E9", cause="close_1000"),
        NO_MONEY,
    ],
)
def test_a_refusal_that_no_call_can_escape_opens_it_at_once(final: Fact) -> None:
    """C152, E2, E6, E9."""
    breaker = Breaker()
    cause = final.text("cause") or final.text("code")
    told = fact("breaker.opened", row=final.text("row"), cause=cause, alarm=True)
    assert breaker.saw(final, 5) == told
    assert breaker.keeps_out(6)


@pytest.mark.parametrize(
    "harmless",
    [
        fact("model.refused", row="E1", cause="http_0"),
        fact("model.lost", row="E24", cause="close_1006"),
        fact("error.model", row="E27", code="server_error"),
        fact("call.started"),
    ],
)
def test_what_strikes_one_call_leaves_it_closed(harmless: Fact) -> None:
    """C152."""
    assert not after(*[harmless] * 9).is_open


def test_half_of_ten_connections_that_fail_open_it() -> None:
    """C152: nine say nothing yet, and less than half is no reason."""
    assert not after(*[BUSY] * 9).is_open
    assert not after(*[BUSY] * 4, *[READY] * 6).is_open
    assert after(*[READY] * 5, *[BUSY] * 5).cause == "5 of 10 connections failed"


def test_connections_of_more_than_a_minute_ago_count_no_more() -> None:
    """C152."""
    breaker = after(*[BUSY] * 9)
    assert breaker.saw(BUSY, WINDOW_MS) is None
    breaker = after(*[BUSY] * 9)
    assert breaker.saw(BUSY, WINDOW_MS - 1) is not None


def test_while_it_is_open_one_call_in_thirty_seconds_may_try() -> None:
    """C152."""
    breaker = after(NO_KEY)
    assert breaker.keeps_out(PROBE_EVERY_MS - 1)
    assert not breaker.keeps_out(PROBE_EVERY_MS)
    breaker.tried(PROBE_EVERY_MS)
    assert breaker.saw(NO_KEY, PROBE_EVERY_MS + 100) is None, "told once"
    assert breaker.keeps_out(2 * PROBE_EVERY_MS - 1)
    assert not breaker.keeps_out(2 * PROBE_EVERY_MS)


def test_a_session_that_is_ready_closes_it() -> None:
    """C152: and what failed before does not count against the next ones."""
    breaker = after(*[BUSY] * 10)
    assert breaker.saw(READY, 40_000) == fact("breaker.closed", cause="10 of 10 connections failed")
    assert not breaker.keeps_out(40_000)
    assert breaker.saw(BUSY, 40_001) is None


def test_where_money_was_missing_only_an_answer_closes_it() -> None:
    """C152, E9: such an account still connects."""
    breaker = after(NO_MONEY)
    assert breaker.saw(READY, 30_000) is None
    assert breaker.saw(CUT, 30_500) is None
    assert breaker.saw(ANSWERED, 31_000) == fact("breaker.closed", cause="insufficient_quota")


def test_calls_of_a_model_that_serves_are_no_probes() -> None:
    """C152."""
    breaker = Breaker()
    breaker.tried(0)
    assert not breaker.keeps_out(1)
