"""Where a number leads, changed: a version in, the version that is wanted out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.failure import CommandError
from ..model import Number, Route, ScheduleEntry, Share, Snapshot

WHOLE = 100


def assigned(stored: Snapshot, number: str, route: Route) -> Snapshot:
    """All callers of the number to one route, at once; its schedule stays."""
    known = known_number(stored, number)
    return with_number(stored, replace(known, shares=(Share(route, 1),)))


def split(stored: Snapshot, number: str, route: Route, percent: int) -> Snapshot:
    """`percent` of its callers to this route; the others keep their proportions."""
    known = known_number(stored, number)
    return with_number(stored, replace(known, shares=_split(known.shares, route, percent)))


def scheduled(stored: Snapshot, number: str, route: Route, at: datetime) -> Snapshot:
    """The route from an instant on, until the next entry of its schedule."""
    known = known_number(stored, number)
    others = [one for one in known.schedule if one.at.astimezone(UTC) != at.astimezone(UTC)]
    entries = sorted(
        [*others, ScheduleEntry(at, route)], key=lambda entry: entry.at.astimezone(UTC)
    )
    return with_number(stored, replace(known, schedule=tuple(entries)))


def unassigned(stored: Snapshot, number: str) -> Snapshot:
    """None of its routes, so that its callers come to the account's default route."""
    known = known_number(stored, number)
    if known.is_protected:
        what = "this number is protected: it keeps its route"
        raise CommandError(ExitCode.CONFLICT, what, "take `protect` off in a plan of its own first")
    return with_number(stored, replace(known, shares=(), schedule=(), fallback=None))


def known_number(stored: Snapshot, number: str) -> Number:
    """The number as it is. Raises CommandError for one that is not managed here."""
    known = stored.numbers.get(number)
    if known is None:
        what = "this number is not managed here"
        raise CommandError(
            ExitCode.NOT_FOUND, what, "adopt it by voicegate numbers import, or buy it"
        )
    return known


def with_number(stored: Snapshot, number: Number) -> Snapshot:
    """The version with this number instead of what it was."""
    return replace(stored, numbers=MappingProxyType({**stored.numbers, number.number: number}))


def _split(shares: Sequence[Share], route: Route, percent: int) -> tuple[Share, ...]:
    """In the order of old, so that a caller who can stay where he is does."""
    others = [share for share in shares if share.route != route]
    left = WHOLE - percent
    if not 0 < len(others) <= left:
        what = "there is no other route to share its callers with"
        if others:
            what = f"{left} of {WHOLE} callers are too few for {len(others)} other routes"
        raise CommandError(ExitCode.USAGE, what, "assign the route without --weight")
    weights = iter(_scaled([share.weight for share in others], left))
    places = [*shares] if len(others) < len(shares) else [*shares, Share(route, percent)]
    return tuple(
        Share(share.route, percent if share.route == route else next(weights)) for share in places
    )


def _scaled(weights: Sequence[int], total: int) -> list[int]:
    """Whole weights in these proportions, none of them 0, by the largest remainders."""
    whole, spare = sum(weights), total - len(weights)
    scaled = [1 + weight * spare // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: -(weights[place] * spare % whole))
    for place in by_remainder[: total - sum(scaled)]:
        scaled[place] += 1
    return scaled
