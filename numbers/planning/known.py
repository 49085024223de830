"""What file, store and provider know about each number, side by side."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ..model import Number, Snapshot
from ..provider import Owned


class State(StrEnum):
    """Who knows a number: file and provider; the file alone; the store, not the file; the provider
    alone.
    """

    MANAGED = "managed"
    MISSING = "missing"
    UNMANAGED = "unmanaged"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Known:
    """One number, which at least one of the three knows."""

    number: str
    file: Number | None
    stored: Number | None
    owned: Owned | None

    @property
    def state(self) -> State:
        """Who knows it."""
        if self.file is not None:
            return State.MISSING if self.owned is None else State.MANAGED
        return State.FOREIGN if self.stored is None else State.UNMANAGED


def known_numbers(file: Snapshot, store: Snapshot, owned: Iterable[Owned]) -> Iterator[Known]:
    """Every number that one of them knows, by number."""
    at_provider = {each.number: each for each in owned}
    for number in sorted({*file.numbers, *store.numbers, *at_provider}):
        yield Known(
            number, file.numbers.get(number), store.numbers.get(number), at_provider.get(number)
        )
