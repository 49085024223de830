"""One clock, one heap, whole calls: the real call and adapters between a simulated line and model."""

from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from itertools import count
from typing import Any

ACTS_PER_MS_MAX = 20_000
NEVER_MS = 1 << 62


class TimeStandsStill(Exception):
    """Something makes work for the same instant without end."""


class World:
    """Virtual time. Nothing here looks at a real clock; equal times keep the order of entry."""

    def __init__(self) -> None:
        self.now_ms = 0
        self.heap: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = []
        self.order = count()  # the second member of every entry of the heap

    def at(self, due_ms: int, act: Callable[..., None], *args: object) -> None:
        """Call `act(*args)` at that time, or now if it has passed."""
        heappush(self.heap, (max(due_ms, self.now_ms), next(self.order), act, args))

    def run(self, until_ms: int) -> None:
        """Let time pass until nothing is due any more, or until that time."""
        heap = self.heap
        acts = 0
        while heap and heap[0][0] <= until_ms:
            due_ms, _, act, args = heappop(heap)
            if due_ms > self.now_ms:
                self.now_ms = due_ms
                acts = 0
            elif (acts := acts + 1) > ACTS_PER_MS_MAX:
                raise TimeStandsStill(f"at {due_ms} ms: {act} again and again")
            act(*args)


class Alarm:
    """One pending deadline of one machine: setting it anew forgets the one before."""

    def __init__(self, world: World, ring: Callable[[], None]) -> None:
        self._world = world
        self._ring = ring
        self._due_ms = NEVER_MS  # what is wanted
        self._entered_ms = NEVER_MS  # the earliest entry in the heap

    def set(self, due_ms: int | None) -> None:
        """Ring then; None: not at all. An entry that comes too early looks again."""
        if due_ms is None:
            due_ms = NEVER_MS
        self._due_ms = due_ms
        if due_ms < self._entered_ms:
            self._entered_ms = due_ms
            self._world.at(due_ms, self._look, due_ms)

    def _look(self, entered_ms: int) -> None:
        if entered_ms != self._entered_ms:
            return  # an earlier entry took its place
        self._entered_ms = NEVER_MS
        if self._due_ms > self._world.now_ms:
            self.set(self._due_ms)
        else:
            self._due_ms = NEVER_MS
            self._ring()


class Line:
    """One direction of a network: delay, jitter and stalls; nothing lost, nothing overtaken.

    `extra_ms` gives each message its jitter.
    """

    def __init__(self, world: World, delay_ms: int, extra_ms: Iterator[int]) -> None:
        self._world = world
        self._delay_ms = delay_ms
        self._extra_ms = extra_ms
        self._last_ms = 0
        self._stalled_until_ms = 0
        self.extra_ms_max = 0  # the most by which a message came later than the bare delay

    def send(self, arrive: Callable[..., None], *message: object) -> None:
        """Put a message on the wire; at the other end `arrive` is called with it."""
        world = self._world
        best_ms = world.now_ms + self._delay_ms
        due_ms = best_ms + next(self._extra_ms)
        if world.now_ms < self._stalled_until_ms:
            due_ms = max(due_ms, self._stalled_until_ms + self._delay_ms)
        if due_ms < self._last_ms:
            due_ms = self._last_ms
        self._last_ms = due_ms
        if due_ms - best_ms > self.extra_ms_max:
            self.extra_ms_max = due_ms - best_ms
        heappush(world.heap, (due_ms, next(world.order), arrive, message))

    def stall(self, ms: int) -> None:
        """What is sent within the next `ms` arrives after them."""
        self._stalled_until_ms = max(self._stalled_until_ms, self._world.now_ms + ms)
