"""Rule V017 for public holidays: the country and the subdivision must be known by their codes."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache

from ..numbers.yaml.fields import did_you_mean, shown
from .finding import Findings
from .flow import Flow
from .hours import HolidayRule
from .public_holidays import known_places

_CODE_CHARS = 3  # codes have no near ones: any two letters of it are another country
_COUNTRY_FIX = "write its two letters of ISO 3166, like US"


def check(flow: Flow, findings: Findings) -> None:
    """A name, or another code of the same place, is told with the code that it has here."""
    for name, calendar in flow.calendars.items():
        if calendar.holidays.country is not None:
            _check_place(calendar.holidays.country, calendar.holidays, name, findings)


def _check_place(country: str, rule: HolidayRule, calendar: str, findings: Findings) -> None:
    path = f"calendars.{calendar}.holidays"
    known = known_places().get(country)
    if known is None:
        what = f"public holidays of {shown(country)} are not known"
        fix = _meant(country, _countries()) or _COUNTRY_FIX
        findings.at("V017", f"{path}.country", what, fix)
    elif rule.subdivision is not None and rule.subdivision not in known:
        what = f"{country} has no subdivision {shown(rule.subdivision)}"
        fix = _subdivision_fix(rule.subdivision, country, known)
        findings.at("V017", f"{path}.subdivision", what, fix)


def _subdivision_fix(written: str, country: str, known: Sequence[str]) -> str:
    if not known:
        return "remove it: its holidays are the same everywhere"
    return _meant(written, _names_of_subdivisions(country)) or did_you_mean(written, [*known])


def _meant(written: str, codes: Mapping[str, str]) -> str | None:
    """The code of a place that is called so, or nearly so."""
    word = _folded(written)
    near = [word] if word in codes else []
    if len(word) > _CODE_CHARS:
        near += get_close_matches(word, [each for each in codes if len(each) > _CODE_CHARS], n=1)
    return f"did you mean {codes[near[0]]}?" if near else None


def _folded(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


@cache
def _countries() -> Mapping[str, str]:
    """Names and other codes of countries, to the code that is known."""
    from holidays.registry import COUNTRIES

    return {_folded(each): names[1] for names in COUNTRIES.values() for each in names}


@cache
def _names_of_subdivisions(country: str) -> Mapping[str, str]:
    """The same for the subdivisions of one country."""
    from holidays import country_holidays

    found = country_holidays(country)
    codes = {_folded(code): code for code in found.subdivisions}
    return codes | {_folded(name): code for name, code in found.subdivisions_aliases.items()}
