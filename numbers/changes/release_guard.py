"""May this number be given back? Asked before anybody is, and before any request."""

from datetime import datetime, timedelta

from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.failure import CommandError
from ..model import Number, Snapshot

QUIET = timedelta(days=30)


def check_release(
    number: Number | None, last_call: datetime | None, now: datetime, *, is_even_if_used: bool
) -> None:
    """Raises CommandError for a protected number, and for one that was called not long ago."""
    if number is not None and number.is_protected:
        what = "this number is protected: it is not given back"
        raise CommandError(ExitCode.CONFLICT, what, "take `protect` off in a plan of its own first")
    if last_call is not None and now - last_call < QUIET and not is_even_if_used:
        what = f"this number was called on {last_call.date().isoformat()}"
        raise CommandError(
            ExitCode.FAILED, what, "unassign it and wait 30 days, or say --even-if-used"
        )


def pools_with(stored: Snapshot, number: str) -> list[str]:
    """The pools that would keep a member which is not ours any more."""
    return sorted(pool.name for pool in stored.pools.values() if number in pool.members)
