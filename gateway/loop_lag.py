"""How late the event loop is: measured all the time, judged over the last seconds."""

import asyncio
import time
from collections import deque
from collections.abc import Callable

import structlog

TICK_MS = 20
LATE_MS = 50  # worth a line in the log: two frames of every call waited

_LOG = structlog.stdlib.get_logger("voicegate.loop")


class LagWindow:
    """The delays of the last ticks, in milliseconds."""

    def __init__(self, ticks: int) -> None:
        self._delays_ms: deque[float] = deque(maxlen=ticks)

    def saw(self, delay_ms: float) -> None:
        """One tick came this much late."""
        self._delays_ms.append(delay_ms)

    @property
    def is_full(self) -> bool:
        """There is enough to judge."""
        return len(self._delays_ms) == self._delays_ms.maxlen

    def percentile_ms(self, percent: int) -> float:
        """The delay that so many percent of the ticks did not exceed (nearest rank)."""
        ranked = sorted(self._delays_ms)
        return ranked[-(-len(ranked) * percent // 100) - 1] if ranked else 0.0


class LoopLag:
    """Ticks for as long as the loop runs and tells each delay to `report`, in milliseconds."""

    def __init__(self, report: Callable[[float], None], *, window_ms: int = 5_000) -> None:
        self._report = report
        self._window = LagWindow(window_ms // TICK_MS)
        self._due_s = 0.0
        self._tick: asyncio.TimerHandle | None = None

    @property
    def p99_ms(self) -> float:
        """Over the window; 0 until there has been a whole one."""
        return self._window.percentile_ms(99) if self._window.is_full else 0.0

    def start(self) -> None:
        """Begin to tick."""
        self._due_s = time.monotonic() + TICK_MS / 1_000
        self._tick = asyncio.get_running_loop().call_later(TICK_MS / 1_000, self._ticked)

    def stop(self) -> None:
        """Tick no more."""
        if self._tick is not None:
            self._tick.cancel()

    def _ticked(self) -> None:
        delay_ms = max(0.0, (time.monotonic() - self._due_s) * 1_000)
        self._window.saw(delay_ms)
        self._report(delay_ms)
        if delay_ms > LATE_MS:
            _LOG.warning("loop.late", delay_ms=round(delay_ms))
        self.start()
