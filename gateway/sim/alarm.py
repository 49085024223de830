"""What wakes a simulated machine in real time."""

import asyncio
from collections.abc import Callable


class Alarm:
    """The one timer of a machine: setting it anew forgets the deadline before.

    `now_ms` is the machine's clock; `ring` is called with its time at the deadline or after it.
    """

    def __init__(self, now_ms: Callable[[], int], ring: Callable[[int], None]) -> None:
        self.late_ms = 0  # by how much it rang too late the last time
        self._now_ms = now_ms
        self._ring = ring
        self._loop = asyncio.get_running_loop()
        self._due_ms: int | None = None
        self._timer: asyncio.TimerHandle | None = None

    def set(self, due_ms: int | None) -> None:
        """Ring then; None: not at all."""
        if due_ms == self._due_ms:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._due_ms, self._timer = due_ms, None
        if due_ms is not None:
            delay_s = (due_ms - self._now_ms()) / 1_000
            self._timer = self._loop.call_later(delay_s, self._is_due, due_ms)

    def _is_due(self, due_ms: int) -> None:
        now_ms = self._now_ms()
        self.late_ms = now_ms - due_ms
        self._due_ms = self._timer = None
        self._ring(now_ms)
