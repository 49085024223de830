"""Which days are public holidays, for each calendar of a flow.

The dates are those of the library `holidays`, with the days on which one that falls on a weekend
is kept instead. Importing it takes longer than a caller may wait, so whoever makes a flow ready to
answer asks once, beside the calls; from then on a question is answered from memory, but for the
first in a new year, which computes that one.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

from .flow import Flow
from .machine.facts import PublicHolidays


def public_holidays(flow: Flow, around: date) -> PublicHolidays:
    """By calendar, the days of this year and of both its neighbours, for nights across New Year.

    A country that the library does not know has none, an unknown subdivision those of its country:
    a flow that was published with another release of it goes on answering.
    """
    return {
        name: _around(rule.country, rule.subdivision, around.year)
        for name, calendar in flow.calendars.items()
        if (rule := calendar.holidays).country is not None
    }


def known_places() -> Mapping[str, Sequence[str]]:
    """Codes of countries, each with those of its subdivisions."""
    from holidays import list_supported_countries

    return list_supported_countries(include_aliases=False)


@cache
def _around(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    years = (_of_year(country, subdivision, each) for each in (year - 1, year, year + 1))
    return frozenset[date]().union(*years)


@cache
def _of_year(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    from holidays import country_holidays

    of_country = known_places().get(country)
    if of_country is None:
        return frozenset()
    known = subdivision if subdivision in of_country else None
    return frozenset(country_holidays(country, subdiv=known, years=year))
