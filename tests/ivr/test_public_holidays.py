"""Public holidays: those that people of a place keep, and what a calendar makes of them."""

from collections.abc import Callable, Collection
from datetime import date, datetime
from types import MappingProxyType

import pytest

from voicegate.ivr.check import Verdict
from voicegate.ivr.flow import Flow
from voicegate.ivr.hours import Opening, opening
from voicegate.ivr.public_holidays import public_holidays

Place = Callable[[str], Flow]


@pytest.fixture(scope="session")
def place(example: Callable[[str], str], judged: Callable[[str], Verdict]) -> Place:
    """The clinic with other holidays."""

    def found(holidays: str) -> Flow:
        text = example("clinic-main").replace('country: US, extra: ["2026-11-27"]', holidays)
        flow = judged(text).flow
        assert flow is not None
        return flow

    return found


def days_of(flow: Flow, around: date) -> Collection[date]:
    return public_holidays(flow, around)["desk"]


def told(flow: Flow, local: str) -> Opening:
    at = datetime.fromisoformat(local)
    return opening(flow.calendars["desk"], at, days_of(flow, at))


@pytest.mark.parametrize(
    ("local", "what"),
    [
        ("2026-11-25T10:00", Opening.OPEN),
        ("2026-11-26T10:00", Opening.HOLIDAY),  # Thanksgiving
        ("2026-11-27T10:00", Opening.HOLIDAY),  # the flow's own
        ("2026-11-30T10:00", Opening.OPEN),
        ("2026-07-03T10:00", Opening.HOLIDAY),  # Independence Day is a Saturday
        ("2026-07-02T10:00", Opening.OPEN),
        ("2026-07-06T10:00", Opening.OPEN),
        ("2027-12-31T10:00", Opening.HOLIDAY),  # New Year's Day 2028 is a Saturday
    ],
)
def test_the_clinic_keeps_the_holidays_of_its_country_and_its_own(
    local: str, what: Opening, place: Place
) -> None:
    """F6: with the days on which a holiday is kept that falls on a weekend."""
    assert told(place('country: US, extra: ["2026-11-27"]'), local) is what


def test_a_state_keeps_days_that_others_do_not(place: Place) -> None:
    """F6: Epiphany is kept in Bavaria and not in Berlin, nor by all of Germany."""
    epiphany, unity = date(2026, 1, 6), date(2026, 10, 3)
    bavaria, berlin, all_of_it = (
        days_of(place(f"country: DE{of}"), epiphany)
        for of in (", subdivision: BY", ", subdivision: BE", "")
    )
    assert epiphany in bavaria
    assert epiphany not in berlin
    assert epiphany not in all_of_it
    assert all(unity in days for days in (bavaria, berlin, all_of_it))


def test_except_takes_a_public_holiday_back(place: Place) -> None:
    works = place('country: US, except: ["2026-11-26"]')
    assert told(works, "2026-11-26T10:00") is Opening.OPEN
    assert told(works, "2026-12-25T10:00") is Opening.HOLIDAY
    assert told(works, "2027-11-25T10:00") is Opening.HOLIDAY  # that day of that year alone


def test_the_neighbours_of_a_year_are_known_in_it(place: Place) -> None:
    """Who calls before midnight on New Year's Eve may ask after it."""
    flow = place("country: US")
    for around in (date(2026, 12, 31), date(2027, 1, 1), date(2028, 6, 1)):
        assert date(2027, 1, 1) in days_of(flow, around)
    assert date(2025, 12, 25) in days_of(flow, date(2026, 12, 31))


def test_what_was_asked_once_is_answered_from_memory(place: Place) -> None:
    """Also for another version of the flow: the place counts, and the year."""
    first, second = place("country: CA"), place('country: CA, extra: ["2026-11-27"]')
    assert days_of(first, date(2026, 1, 1)) is days_of(second, date(2026, 12, 31))
    assert days_of(first, date(2026, 1, 1)) is not days_of(first, date(2027, 1, 1))


@pytest.mark.parametrize("country", ["XX", "MON"])  # one is nobody's, one a name in the library
def test_an_unknown_country_has_no_holidays_and_keeps_no_caller_out(
    country: str, place: Place
) -> None:
    assert days_of(place(f"country: {country}"), date(2026, 12, 25)) == frozenset()


def test_an_unknown_subdivision_has_the_holidays_of_its_country(place: Place) -> None:
    unknown, country = place("country: US, subdivision: QQ"), place("country: US")
    assert days_of(unknown, date(2026, 12, 25)) == days_of(country, date(2026, 12, 25))


def test_a_calendar_without_a_country_is_not_asked_for(place: Place) -> None:
    own = place('extra: ["2026-11-27"]')
    assert public_holidays(own, date(2026, 12, 25)) == MappingProxyType({})
    assert opening(own.calendars["desk"], datetime(2026, 12, 25, 10)) is Opening.OPEN
