"""What a simulated far side will do later: acts on one heap, with the time as an argument."""

import heapq
from collections.abc import Callable

Act = Callable[[int], None]


class Agenda:
    """Acts in order of their due time; equal times keep the order in which they were entered."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Act]] = []
        self._entered = 0

    @property
    def deadline_ms(self) -> int | None:
        """When the next act is due."""
        return self._heap[0][0] if self._heap else None

    def at(self, due_ms: int, act: Act) -> None:
        """Call `act(now_ms)` in the first run at or after `due_ms`."""
        self._entered += 1
        heapq.heappush(self._heap, (due_ms, self._entered, act))

    def run(self, now_ms: int) -> None:
        """Perform everything that is due, including what those acts enter for now."""
        while self._heap and self._heap[0][0] <= now_ms:
            heapq.heappop(self._heap)[2](now_ms)

    def clear(self) -> None:
        """Forget everything."""
        self._heap.clear()
