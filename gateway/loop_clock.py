"""The clock of one call, over the event loop."""

import asyncio
from collections.abc import Callable


def loop_ms(loop: asyncio.AbstractEventLoop) -> int:
    """The loop's time; rounded, as its timers ring at the nearest millisecond."""
    return round(loop.time() * 1_000)


class LoopClock:
    """Whole monotonic milliseconds, and one alarm that calls `ring`."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._loop = asyncio.get_running_loop()
        self._alarm: asyncio.TimerHandle | None = None

    def now_ms(self) -> int:
        """Now."""
        return round(self._loop.time() * 1_000)

    def set_alarm(self, at_ms: int | None) -> None:
        """Ring then, and not as was said before."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = None if at_ms is None else self._loop.call_at(at_ms / 1_000, self._ring)
