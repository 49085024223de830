"""What is examined, and what one check makes of it."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from ...gateway.terminal.examination import Finding, Health
from ..model import Number, Route, Snapshot
from ..planning.webhook import Webhook
from ..provider import Owned

NAMED = 3


@dataclass(frozen=True, slots=True)
class Case:
    """What is examined: the version in force and the provider's numbers."""

    stored: Snapshot
    owned: Sequence[Owned]
    webhook: Webhook
    has_flow: Callable[[Route], bool]

    @property
    def managed(self) -> Iterator[tuple[Number, Owned]]:
        """Numbers that both know."""
        for each in self.owned:
            if each.number in self.stored.numbers:
                yield self.stored.numbers[each.number], each


@dataclass(frozen=True, slots=True)
class Ill:
    """What may be wrong with some of many, how bad that is, and what to do."""

    what: str
    remedy: str
    health: Health = Health.FAIL
    has_fix: bool = False

    def finding(self, check: str, of: Collection[str]) -> Finding | None:
        """Some of them are named; None where there are none."""
        if not of:
            return None
        named = ", ".join(sorted(of)[:NAMED])
        more = f" and {len(of) - NAMED} more" if len(of) > NAMED else ""
        value = f"{self.what}: {named}{more}"
        return Finding(check, self.health, value, self.remedy, self.has_fix)


def finding(check: str, ill: Ill, wrong: Collection[str], fine: str) -> Finding:
    """Fine if nothing is wrong."""
    return ill.finding(check, wrong) or Finding(check, Health.OK, fine)
