"""Calls that we ended and that the carrier has not picked up again: hung up by REST in the end."""

import asyncio

import structlog

from .carriers.carrier import Carrier
from .core.errors import CarrierError

_LOG = structlog.stdlib.get_logger("voicegate.hang_ups")


class HangUps:
    """Waits after our goodbye for the carrier's next step, and acts if there is none.

    A sign is its request for what comes after the stream, or its word that the call is over. With
    no carrier to ask, nothing is done. `settled` is set while nothing is waited for.
    """

    def __init__(self, carrier: Carrier | None, *, grace_s: float = 5.0) -> None:
        self._carrier = carrier
        self._grace_s = grace_s
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._asking: set[asyncio.Task[None]] = set()
        self.settled = asyncio.Event()
        self.settled.set()

    def expect(self, call_sid: str) -> None:
        """We have ended this call; the carrier should show that it knows."""
        loop = asyncio.get_running_loop()
        self._waiting[call_sid] = loop.call_later(self._grace_s, self._ask, call_sid)
        self.settled.clear()

    def forget(self, call_sid: str) -> None:
        """The carrier has the call, or has ended it."""
        timer = self._waiting.pop(call_sid, None)
        if timer is not None:
            timer.cancel()
            self._settle()

    def _ask(self, call_sid: str) -> None:
        del self._waiting[call_sid]
        if self._carrier is not None:
            task = asyncio.get_running_loop().create_task(_hang_up(self._carrier, call_sid))
            self._asking.add(task)
            task.add_done_callback(self._asked)
        self._settle()

    def _asked(self, task: asyncio.Task[None]) -> None:
        self._asking.discard(task)
        self._settle()

    def _settle(self) -> None:
        if not self._waiting and not self._asking:
            self.settled.set()


async def _hang_up(carrier: Carrier, call_sid: str) -> None:
    try:
        await carrier.hang_up(call_sid)
    except CarrierError as error:
        _LOG.warning("hangup.failed", call_sid=call_sid, status=error.status, code=error.code)
    else:
        _LOG.info("hangup.done", call_sid=call_sid)
