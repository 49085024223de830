"""Opening hours against an oracle that paints every open minute of a calendar."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicegate.ivr.check import Verdict
from voicegate.ivr.hours import (
    DAY_MINUTES,
    Calendar,
    HolidayRule,
    Opening,
    Range,
    is_ever_open,
    opening,
    overlap,
)
from voicegate.ivr.public_holidays import public_holidays

NIGHTS = [  # zone, a day on whose night the clocks change
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour
    ("Asia/Beirut", date(2026, 3, 29)),  # at midnight
]
FEASTS = [  # zone, whose holidays, a public holiday
    ("America/New_York", "US", None, date(2027, 1, 1)),
    ("America/New_York", "US", None, date(2026, 7, 3)),
    ("Europe/Berlin", "DE", "BY", date(2026, 1, 6)),
    ("Europe/Berlin", "DE", "BB", date(2027, 3, 28)),  # Easter, and the clocks change
    ("Australia/Lord_Howe", "AU", "NSW", date(2026, 4, 5)),  # likewise, half an hour
]
MINUTES = st.integers(0, DAY_MINUTES - 1)
RANGES = st.builds(Range, MINUTES, st.integers(0, DAY_MINUTES)).filter(lambda r: r.start != r.end)
DAYS = st.lists(RANGES, max_size=2).map(tuple)


def painted(calendar: Calendar, first: date, days: int, public: frozenset[date]) -> set[datetime]:
    """Every open minute as the clock on the wall shows it, minute by minute."""
    found: set[datetime] = set()
    for ahead in range(-1, days):
        day = first + timedelta(days=ahead)
        is_public = day in public and day not in calendar.holidays.without
        ranges = calendar.weekly[day.weekday()]
        if is_public or day in calendar.holidays.extra:
            ranges = ()
        for begin, end in calendar.exceptions.get(day, ranges):
            midnight = datetime(day.year, day.month, day.day)
            last = end if end > begin else end + DAY_MINUTES
            found |= {midnight + timedelta(minutes=minute) for minute in range(begin, last)}
    return found


@st.composite
def calendars(draw: st.DrawFn, around: date) -> tuple[Calendar, frozenset[date]]:
    near = st.integers(-2, 2).map(lambda ahead: around + timedelta(days=ahead))
    some = st.frozensets(near, max_size=2)
    rule = HolidayRule("US", None, extra=draw(some), without=draw(some))
    exceptions = draw(st.dictionaries(near, DAYS, max_size=2))
    weekly = tuple(draw(DAYS) for _ in range(7))
    return Calendar(weekly, rule, MappingProxyType(exceptions)), draw(some)


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from(NIGHTS))
def test_every_minute_of_a_changing_night_is_as_painted(
    data: st.DataObject, night: tuple[str, date]
) -> None:
    """F6: ranges across midnight, holidays and exceptions; clocks that skip or repeat an hour."""
    zone, around = ZoneInfo(night[0]), night[1]
    calendar, public = data.draw(calendars(around))
    compare_with_paint(calendar, public, around, zone)


@settings(max_examples=20, deadline=None)
@given(st.data(), st.sampled_from(FEASTS))
def test_every_minute_around_a_public_holiday_is_as_painted(
    judged: Callable[[str], Verdict],
    example: Callable[[str], str],
    data: st.DataObject,
    feast: tuple[str, str, str | None, date],
) -> None:
    """F6: nights into and out of it, also where the clocks change or the year ends."""
    zone, country, subdivision, around = feast
    calendar, _ = data.draw(calendars(around))
    rule = replace(calendar.holidays, country=country, subdivision=subdivision)
    calendar = replace(calendar, holidays=rule)
    flow = judged(example("clinic-main")).flow
    assert flow is not None
    known = public_holidays(replace(flow, calendars={"desk": calendar}), around)["desk"]
    assert around in known
    compare_with_paint(calendar, frozenset(known), around, ZoneInfo(zone))


def compare_with_paint(
    calendar: Calendar, public: frozenset[date], around: date, zone: ZoneInfo
) -> None:
    """36 hours, from noon of the day before."""
    opens = painted(calendar, around - timedelta(days=1), 4, public)
    at = datetime(around.year, around.month, around.day, tzinfo=zone).astimezone(UTC)
    at -= timedelta(hours=12)
    for _ in range(36 * 60):
        local = at.astimezone(zone)
        is_open = opening(calendar, local, public) is Opening.OPEN
        assert is_open == (local.replace(tzinfo=None, fold=0) in opens), local
        at += timedelta(minutes=1)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_a_calendar_is_ever_open_if_a_minute_is_painted(data: st.DataObject) -> None:
    today = date(2026, 11, 21)
    week = data.draw(st.lists(st.sampled_from([(), (Range(1300, 60),)]), min_size=7, max_size=7))
    closed = data.draw(st.frozensets(st.integers(0, 31).map(lambda n: today + timedelta(days=n))))
    calendar = Calendar(tuple(week), HolidayRule(extra=closed))
    first = today + timedelta(days=1)
    begun = painted(calendar, first, 29, frozenset())
    begun = {at for at in begun if (at.hour, at.minute) == (21, 40)}
    assert is_ever_open(calendar, today) is bool(begun)


WORK = Calendar(
    weekly=((Range(510, 1050),),) * 5 + ((Range(1320, 360),), ()),
    holidays=HolidayRule("US", extra=frozenset([date(2026, 11, 27)])),
    exceptions=MappingProxyType({date(2026, 12, 24): (Range(510, 720),), date(2026, 12, 31): ()}),
)
CHRISTMAS = {date(2026, 12, 25)}


@pytest.mark.parametrize(
    ("local", "what"),
    [
        ("2026-11-25T08:29", Opening.CLOSED),
        ("2026-11-25T08:30", Opening.OPEN),
        ("2026-11-25T17:29", Opening.OPEN),
        ("2026-11-25T17:30", Opening.CLOSED),
        ("2026-11-27T10:00", Opening.HOLIDAY),
        ("2026-11-28T23:59", Opening.OPEN),
        ("2026-11-29T05:59", Opening.OPEN),  # the night of Saturday
        ("2026-11-29T06:00", Opening.CLOSED),
        ("2026-12-24T11:59", Opening.OPEN),
        ("2026-12-24T13:00", Opening.CLOSED),
        ("2026-12-25T10:00", Opening.HOLIDAY),
        ("2026-12-31T10:00", Opening.CLOSED),  # an exception, not a holiday
    ],
)
def test_a_working_week(local: str, what: Opening) -> None:
    assert opening(WORK, datetime.fromisoformat(local), CHRISTMAS) is what


def test_a_range_may_end_at_midnight_and_fill_the_day() -> None:
    whole = Calendar(((Range(0, DAY_MINUTES),), *((),) * 6))
    assert opening(whole, datetime(2026, 11, 23, 23, 59)) is Opening.OPEN
    assert opening(whole, datetime(2026, 11, 24, 0, 0)) is Opening.CLOSED


def test_ranges_that_touch_do_not_overlap() -> None:
    assert not overlap([Range(0, 60), Range(60, 120)])
    assert not overlap([Range(360, 420)], before=[Range(1320, 360)])
    assert overlap([Range(359, 420)], before=[Range(1320, 360)])
    assert overlap([Range(100, 200), Range(150, 160)])
    assert overlap([Range(1320, 60), Range(1400, 1430)])
