"""Leaving without loss: no new call, time for the live ones, a goodbye for those that remain."""

import asyncio

import structlog

from .admission import Admission
from .core.events import GatewayDraining
from .hang_ups import HangUps
from .live_calls import LiveCalls
from .loop_clock import loop_ms

_LOG = structlog.stdlib.get_logger("voicegate.drain")

QUIET_MOMENT_MS = 5_000
# A quiet moment, our last sentence and its echo; then the carrier's next request, or ours to it.
FAREWELL_S = 30.0


class Drain:
    """`signal` is for the operating system's signals, `leave` runs from the first one to the end."""

    def __init__(
        self,
        calls: LiveCalls,
        hang_ups: HangUps,
        admission: Admission,
        *,
        drain_s: float,
    ) -> None:
        self._calls = calls
        self._hang_ups = hang_ups
        self._admission = admission
        self._drain_s = drain_s
        self._asked = asyncio.Event()
        self._hurried = asyncio.Event()
        self._forced = asyncio.Event()

    def signal(self) -> None:
        """Leave; once more: now; and once more: at once."""
        self._admission.is_draining = True
        steps = (self._asked, self._hurried, self._forced)
        next((step for step in steps if not step.is_set()), self._forced).set()
        _LOG.warning("drain.signal", calls=len(self._calls))

    async def leave(self) -> None:
        """Wait for the first signal, then until nobody is left or the patience is used up."""
        await self._asked.wait()
        await self._until(self._hurried, self._drain_s)
        self._say_goodbye(QUIET_MOMENT_MS)
        await self._until(self._forced, FAREWELL_S)
        self._say_goodbye(0)  # who still waits for a quiet moment shall know what its end will be
        _LOG.warning("drain.over", calls=len(self._calls))

    def _say_goodbye(self, within_ms: int) -> None:
        by_ms = loop_ms(asyncio.get_running_loop()) + within_ms
        for call in self._calls:
            call.session.deliver(GatewayDraining(by_ms))

    async def _until(self, step: asyncio.Event, patience_s: float) -> None:
        """Until every call is over and settled, or patience is, or a signal asks for that step."""
        settled = asyncio.ensure_future(self._settled())
        hurried = asyncio.ensure_future(step.wait())
        await asyncio.wait(
            (settled, hurried), timeout=patience_s, return_when=asyncio.FIRST_COMPLETED
        )
        settled.cancel()
        hurried.cancel()

    async def _settled(self) -> None:
        await self._calls.emptied.wait()
        await self._hang_ups.settled.wait()
