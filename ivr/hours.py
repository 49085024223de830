"""Opening hours: weekly ranges, holidays and exceptions, asked by a local time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
LOOK_AHEAD_DAYS = 30


class Opening(StrEnum):
    """What a calendar says of a moment: the three exits of an hours node."""

    OPEN = "open"
    CLOSED = "closed"
    HOLIDAY = "holiday"


class Range(NamedTuple):
    """Minutes of a day, the end left out. An end before the start is on the next day."""

    start: int
    end: int

    @property
    def crosses_midnight(self) -> bool:
        return self.end < self.start

    @property
    def today(self) -> tuple[int, int]:
        """The part on the day it belongs to."""
        return self.start, DAY_MINUTES if self.crosses_midnight else self.end

    @property
    def tomorrow(self) -> tuple[int, int]:
        """The part on the day after; empty unless it crosses midnight."""
        return 0, self.end if self.crosses_midnight else 0


@dataclass(frozen=True, slots=True)
class HolidayRule:
    """Whose public holidays count, and which days more or less."""

    country: str | None = None
    subdivision: str | None = None
    extra: frozenset[date] = frozenset()
    without: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Calendar:
    """Ranges for each day of the week, Monday first; an exception beats all else on its day."""

    weekly: tuple[tuple[Range, ...], ...] = ((),) * 7
    holidays: HolidayRule = HolidayRule()
    exceptions: Mapping[date, tuple[Range, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )


def opening(calendar: Calendar, local: datetime, public: Collection[date] = ()) -> Opening:
    """What holds at a time of the flow's zone, as its clocks show it.

    `public` are the holidays of the rule's country around that day. The hour that the clocks show
    twice is open both times or not at all; one they skip does not come.
    """
    day, minute = local.date(), local.hour * 60 + local.minute
    before = day - timedelta(days=1) if day > date.min else None
    begun = (each.today for each in ranges_of(calendar, day, public))
    left = (each.tomorrow for each in ranges_of(calendar, before, public)) if before else ()
    if any(start <= minute < end for start, end in (*begun, *left)):
        return Opening.OPEN
    if day not in calendar.exceptions and is_holiday(calendar.holidays, day, public):
        return Opening.HOLIDAY
    return Opening.CLOSED


def ranges_of(calendar: Calendar, day: date, public: Collection[date]) -> tuple[Range, ...]:
    """The ranges that belong to a day, whichever day they end on."""
    if day in calendar.exceptions:
        return calendar.exceptions[day]
    if is_holiday(calendar.holidays, day, public):
        return ()
    return calendar.weekly[day.weekday()]


def is_holiday(rule: HolidayRule, day: date, public: Collection[date]) -> bool:
    """Whether the rule makes a holiday of the day."""
    return day in rule.extra or (day in public and day not in rule.without)


def is_ever_open(calendar: Calendar, today: date, public: Collection[date] = ()) -> bool:
    """Whether any minute of the next 30 days is open."""
    days = (today + timedelta(days=ahead) for ahead in range(LOOK_AHEAD_DAYS))
    return any(ranges_of(calendar, day, public) for day in days)


def overlap(ranges: Collection[Range], *, before: Collection[Range] = ()) -> bool:
    """Whether ranges of one day meet, or meet what is left of those of the day before."""
    spans = sorted(
        span
        for span in (*(each.today for each in ranges), *(each.tomorrow for each in before))
        if span[0] < span[1]
    )
    return any(one[1] > other[0] for one, other in pairwise(spans))
