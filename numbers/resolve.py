"""Which route answers a call, and why: a decision by arithmetic alone, each step with its reason."""

from bisect import bisect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from itertools import accumulate, chain
from typing import NamedTuple

from .local_time import render
from .model import Number, Override, Route, RouteKind, ScheduleEntry, Share, Snapshot

ALL_NUMBERS = "*"


class Step(StrEnum):
    """Where a route was looked for; the first that has one is taken."""

    OVERRIDE = "override"
    SCHEDULE = "schedule"
    ROUTE = "route"
    FALLBACK = "fallback"
    DEFAULT = "default route"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Reason:
    """What one step found. An alarm is for the operator: somebody has to mend it."""

    step: Step
    text: str
    is_alarm: bool = False

    def __str__(self) -> str:
        return f"{self.step}: {self.text}"


class Resolution(NamedTuple):
    """The route of a call, None where the caller hears the closing document, and the reasons."""

    route: Route | None
    reasons: tuple[Reason, ...]


class _Find(NamedTuple):
    """What one step says, and its route if it has one."""

    step: Step
    text: str
    route: Route | None = None
    is_closed: bool = False

    @property
    def is_last(self) -> bool:
        return self.route is not None or self.is_closed


def _has_none(_route: Route) -> bool:
    return False


def resolve(
    snapshot: Snapshot,
    number: str,
    caller: str,
    at: datetime,
    overrides: Mapping[str, Override],
    *,
    has_flow: Callable[[Route], bool] = _has_none,
) -> Resolution:
    """Who answers a call from `caller` to `number`, both E.164, at an instant with a zone.

    An override by hand comes first (that of the number, then that of `*`), then the schedule's
    entry in force, the number's own route, its fallback and the account's default route. A route
    whose agent or flow is not there is an alarm and leads to the fallback; `has_flow` says
    whether a flow is there and valid. A caller without a number is the empty text.
    """
    reasons: list[Reason] = []
    for find in _finds(snapshot, number, caller, at, overrides):
        missing = find.route and _missing(find.route, snapshot, has_flow)
        if missing:
            reasons.append(Reason(find.step, f"{find.text}, but {missing}", is_alarm=True))
            continue
        reasons.append(Reason(find.step, find.text))
        if find.is_last:
            return Resolution(find.route, tuple(reasons))
    reasons.append(Reason(Step.NOBODY, "no route is left that answers", is_alarm=True))
    return Resolution(None, tuple(reasons))


def _finds(
    snapshot: Snapshot, number: str, caller: str, at: datetime, overrides: Mapping[str, Override]
) -> Iterator[_Find]:
    """Each step in turn; after the first with a route only what stands in for it."""
    wanted = snapshot.numbers.get(number)
    for find in chain(_of_overrides(number, at, overrides), _of_number(wanted, caller, at)):
        yield find
        if find.is_last:
            break
    yield _stand_in(Step.FALLBACK, wanted.fallback if wanted else None)
    yield _stand_in(Step.DEFAULT, snapshot.default_route)


def _stand_in(step: Step, route: Route | None) -> _Find:
    return _Find(step, str(route) if route else "there is none", route)


def _of_number(wanted: Number | None, caller: str, at: datetime) -> Iterator[_Find]:
    if wanted is None:
        yield _Find(Step.ROUTE, "the number is not managed here")
        return
    if wanted.schedule:
        yield _of_schedule(wanted.schedule, at)
    yield _of_shares(wanted.shares, wanted.number, caller)


def _of_overrides(number: str, at: datetime, overrides: Mapping[str, Override]) -> Iterator[_Find]:
    for key, whose in ((number, "of the number"), (ALL_NUMBERS, "of all numbers")):
        override = overrides.get(key)
        if override is None:
            continue
        if override.until is not None and not _is_before(at, override.until):
            yield _Find(Step.OVERRIDE, f"that {whose} has run out")
            continue
        route = override.route
        text = "closed by hand" if route is None else f"{route}, set by hand"
        yield _Find(Step.OVERRIDE, f"{text}, {whose}", route, is_closed=route is None)


def _of_schedule(schedule: tuple[ScheduleEntry, ...], at: datetime) -> _Find:
    """Of the entries that have begun and not ended, the one that began last."""
    in_force = [
        entry
        for entry in schedule
        if not _is_before(at, entry.at) and (entry.until is None or _is_before(at, entry.until))
    ]
    if not in_force:
        return _Find(Step.SCHEDULE, "no entry is in force")
    entry = max(in_force, key=lambda entry: entry.at.astimezone(UTC))
    return _Find(Step.SCHEDULE, f"{entry.route} since {' '.join(render(entry.at))}", entry.route)


def _of_shares(shares: tuple[Share, ...], number: str, caller: str) -> _Find:
    if not shares:
        return _Find(Step.ROUTE, "there is none")
    share = _chosen(shares, number, caller)
    if len(shares) == 1:
        return _Find(Step.ROUTE, str(share.route), share.route)
    total = sum(each.weight for each in shares)
    return _Find(Step.ROUTE, f"{share.route}, {share.weight} of {total} callers", share.route)


def _chosen(shares: tuple[Share, ...], number: str, caller: str) -> Share:
    """The same for a caller every time: the place that SHA-256 gives him among all weights."""
    digest = sha256((caller + number).encode()).digest()
    ends = list(accumulate(share.weight for share in shares))
    return shares[bisect(ends, int.from_bytes(digest, "big") % ends[-1])]


def _missing(route: Route, snapshot: Snapshot, has_flow: Callable[[Route], bool]) -> str | None:
    """Why nobody would answer at this route; a number or a SIP address is taken for granted."""
    if route.kind is RouteKind.AGENT and route.target not in snapshot.agents:
        return "there is no such agent"
    if route.kind is RouteKind.FLOW and not has_flow(route):
        return "there is no such flow, or it is not valid"
    return None


def _is_before(one: datetime, other: datetime) -> bool:
    """As instants: clocks of one zone compare wrongly in the night when they go back."""
    return one.astimezone(UTC) < other.astimezone(UTC)
