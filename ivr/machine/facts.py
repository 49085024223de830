"""What is known of a call before its flow begins, and what the clocks show."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

Wall = Callable[[int], datetime]  # `now_ms` -> what the clocks of the flow's zone show


@dataclass(frozen=True, slots=True)
class Facts:
    """Who is on the line.

    `caller_number` is the other person's number whoever dialled, `call_number` our own, both
    E.164. `language` is the one that the number was given, None for the flow's first.
    """

    caller_number: str = field(default="", repr=False)
    caller_country: str | None = None
    caller_region: str | None = None
    is_caller_known: bool = False
    call_number: str = field(default="", repr=False)
    attempt: int = 1
    language: str | None = None
    lead: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)


PublicHolidays = Mapping[str, Collection[date]]  # calendar -> days of its country around now
