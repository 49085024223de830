"""What is going to happen, in order of time."""

import heapq
from collections.abc import Callable

Happening = Callable[[], None]


class Agenda:
    """A virtual clock and what it leads to; what is due at the same time happens in order of entry."""

    def __init__(self) -> None:
        self.now_ms = 0
        self._entries: list[tuple[int, int, str, Happening]] = []
        self._count = 0

    def enter(self, in_ms: int, happening: Happening, kind: str = "") -> None:
        """It happens after that time, unless its kind is struck out before."""
        self._count += 1
        entry = (self.now_ms + in_ms, self._count, kind, happening)
        heapq.heappush(self._entries, entry)

    def strike(self, kind: str) -> None:
        """What was entered as this kind does not happen."""
        self._entries = [entry for entry in self._entries if entry[2] != kind]
        heapq.heapify(self._entries)

    @property
    def next_ms(self) -> int | None:
        """When the next thing happens."""
        return self._entries[0][0] if self._entries else None

    def take(self) -> Happening:
        """The next one; the clock shows its time then."""
        at_ms, _, _, happening = heapq.heappop(self._entries)
        self.now_ms = at_ms
        return happening
