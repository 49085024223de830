"""Local times and zones, with the nights in which clocks skip an hour or show it twice."""

from datetime import UTC, datetime, timedelta, timezone
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.numbers.errors import NumberError
from voicegate.numbers.fakes.snapshot import instant
from voicegate.numbers.local_time import parse, render, zone

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-12-24T18:00", datetime(2026, 12, 24, 23, tzinfo=UTC)),
        ("2026-07-01T18:00:30", datetime(2026, 7, 1, 22, 0, 30, tzinfo=UTC)),
        ("2026-11-01T01:30", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        ("2026-11-01T01:30-04:00", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        ("2026-11-01T01:30-05:00", datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),
        ("2026-03-08T03:00", datetime(2026, 3, 8, 7, tzinfo=UTC)),
    ],
)
def test_a_local_time_is_an_instant_of_its_zone(text: str, at: datetime) -> None:
    assert parse(text, NEW_YORK).astimezone(UTC) == at
    assert parse(text, NEW_YORK).tzinfo is NEW_YORK


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("2026-03-08T02:30", "skip this time, write 2026-03-08T03:30"),
        ("2026-11-01T01:30-06:00", "another offset"),
        ("2026-07-01T18:00-05:00", "another offset"),
        ("2026-02-30T12:00", "no such day"),
        ("2026-12-24T24:30", "no such day or hour"),
        ("2026-12-24T12:00+99:00", "no such day or hour"),
        ("2026-12-24", "2026-12-24T18:00"),
        ("12:00", "2026-12-24T18:00"),
        ("1026-12-24T18:00", "2026-12-24T18:00"),
        ("2026-12-24T18:00Z", "2026-12-24T18:00"),
    ],
)
def test_a_time_that_no_clock_shows_is_refused(text: str, advice: str) -> None:
    with pytest.raises(NumberError, match=advice):
        parse(text, NEW_YORK)


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        ("America/NewYork", "did you mean America/New_York?"),
        ("America", "did you mean America/"),
        ("../etc/passwd", "write one like"),
        ("", "write one like"),
        ("a\x00b", "write one like"),
    ],
)
def test_a_zone_that_does_not_exist_is_refused(key: str, advice: str) -> None:
    with pytest.raises(NumberError, match=advice.replace("?", r"\?")):
        zone(key)


@given(st.integers())
def test_an_instant_written_and_read_is_the_same(seed: int) -> None:
    at = instant(Random(seed))
    text, key = render(at)
    again = parse(text, zone(key))
    assert again.astimezone(UTC) == at.astimezone(UTC)
    assert again.tzinfo is at.tzinfo


def test_an_instant_without_a_zone_is_written_in_utc() -> None:
    at = datetime(2026, 12, 24, 18, 0, 1, 5, tzinfo=timezone(timedelta(hours=-5)))
    text, key = render(at)
    assert (text, key) == ("2026-12-24T23:00:01.000005", "UTC")
    assert parse(text, zone(key)) == at
