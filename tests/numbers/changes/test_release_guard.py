"""Which number may be given back."""

from datetime import UTC, datetime, timedelta

import pytest

from voicegate.gateway.terminal.exit_code import ExitCode
from voicegate.gateway.terminal.failure import CommandError
from voicegate.numbers.changes.release_guard import QUIET, check_release, pools_with
from voicegate.numbers.model import Number, Pool, Snapshot

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ONE = "+12125550142"
JUST_NOW, LONG_AGO = NOW - QUIET + timedelta(seconds=1), NOW - QUIET


def refused(number: Number, last_call: datetime | None, *, even: bool) -> ExitCode:
    with pytest.raises(CommandError) as caught:
        check_release(number, last_call, NOW, is_even_if_used=even)
    return caught.value.failure.exit_code


def test_a_number_that_was_called_within_thirty_days_is_kept_unless_that_is_said() -> None:
    assert refused(Number(ONE), JUST_NOW, even=False) is ExitCode.FAILED
    check_release(Number(ONE), JUST_NOW, NOW, is_even_if_used=True)


@pytest.mark.parametrize("last_call", [None, LONG_AGO])
def test_a_quiet_number_may_go(last_call: datetime | None) -> None:
    check_release(Number(ONE), last_call, NOW, is_even_if_used=False)
    check_release(None, last_call, NOW, is_even_if_used=False)


def test_protection_holds_whatever_is_said() -> None:
    """Rule f."""
    assert refused(Number(ONE, is_protected=True), None, even=True) is ExitCode.CONFLICT


def test_pools_that_would_lose_a_member_are_named() -> None:
    pools = {name: Pool(name, (ONE,)) for name in "ba"} | {"c": Pool("c", ("+12125550143",))}
    assert pools_with(Snapshot("main", pools=pools), ONE) == ["a", "b"]
