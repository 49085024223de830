"""A calendar of a flow file."""

from datetime import date
from types import MappingProxyType

from ..numbers.yaml.tree import Node
from . import value_rules
from .fields import Fields, value_of
from .hours import Calendar, HolidayRule, Range, overlap
from .value_rules import day, days, reference, times


def read(fields: Fields) -> Calendar:
    """The calendar; V032 where its hours overlap."""
    weekly = fields.mapping("weekly")
    holidays = fields.mapping("holidays")
    exceptions = fields.mapping("exceptions")
    found = Calendar(
        _weekly(weekly) if weekly else ((),) * 7,
        _holidays(holidays) if holidays else HolidayRule(),
        MappingProxyType(_exceptions(exceptions) if exceptions else {}),
    )
    fields.close()
    return found


def _weekly(fields: Fields) -> tuple[tuple[Range, ...], ...]:
    week: dict[int, tuple[Range, ...]] = {}
    for name, key in fields.entries():
        ranges = fields.values(name, times)
        for index in value_of(key, fields.path, days, fields.findings) or ():
            if index in week:
                what = f"has {value_rules.DAYS[index]} twice"
                fields.report("V032", what, "Write all ranges of a day in one list", at=key)
            week[index] = ranges
    found = tuple(week.get(index, ()) for index in range(7))
    of_days = zip(value_rules.DAYS, found, (found[-1], *found), strict=False)
    meeting = [name for name, ranges, before in of_days if overlap(ranges, before=before)]
    if meeting:
        _report_overlap(fields, ", ".join(meeting), fields.node)
    return found


def _holidays(fields: Fields) -> HolidayRule:
    if "subdivision" in fields.node.keys:
        fields.need("country")
    found = HolidayRule(
        fields.maybe("country", reference),
        fields.maybe("subdivision", reference),
        frozenset(fields.values("extra", day)),
        frozenset(fields.values("except", day)),
    )
    fields.close()
    return found


def _exceptions(fields: Fields) -> dict[date, tuple[Range, ...]]:
    found: dict[date, tuple[Range, ...]] = {}
    for name, key in fields.entries():
        on = value_of(key, fields.path, day, fields.findings)
        ranges = fields.values(name, times)
        if overlap(ranges):
            _report_overlap(fields, name, key)
        if on is not None:
            found[on] = ranges
    return found


def _report_overlap(fields: Fields, when: str, at: Node) -> None:
    fields.report("V032", f"overlaps on {when}", "Let one range begin when the other ends", at=at)
