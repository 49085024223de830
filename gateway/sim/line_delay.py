"""A direction of a network in real time: what enters leaves later, in order."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Delay:
    """One way of a network: always `one_way_ms`, and an exponential extra of mean `jitter_ms`."""

    one_way_ms: float = 0.0
    jitter_ms: float = 0.0


class DelayLine(Generic[T]):
    """Delivers each thing after its delay, but never before what entered earlier."""

    def __init__(self, delay: Delay, rng: Random, deliver: Callable[[T], None]) -> None:
        self._delay = delay
        self._random = rng
        self._deliver = deliver
        self._loop = asyncio.get_running_loop()
        self._on_way: deque[tuple[float, T]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def enter(self, thing: T) -> None:
        """Send it on its way; without any delay it is delivered at once."""
        delay_ms = self._delay.one_way_ms
        if self._delay.jitter_ms:
            delay_ms += self._random.expovariate(1 / self._delay.jitter_ms)
        if not delay_ms and not self._on_way:
            self._deliver(thing)
            return
        due = self._loop.time() + delay_ms / 1000
        self._on_way.append((due, thing))
        if self._timer is None:
            self._timer = self._loop.call_at(due, self._run)

    def cut(self) -> None:
        """Lose what is on its way."""
        self._on_way.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _run(self) -> None:
        self._timer = None
        while self._on_way and self._on_way[0][0] <= self._loop.time():
            self._deliver(self._on_way.popleft()[1])
        if self._on_way:
            self._timer = self._loop.call_at(self._on_way[0][0], self._run)
