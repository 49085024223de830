"""What this process says of its calls: kept until it is written, written anew after an outage."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from .call_record import CallFacts, CallRecord
from .core.errors import StoreError

RETRY_S = 0.5
CLOSE_S = 2.0


class OwnCalls:
    """`put` writes a record and tells whose the call is then; it raises StoreError.

    `moved` is called for one that turns out to be another's.
    """

    kept_max = 10_000

    def __init__(
        self,
        process: str,
        put: Callable[[CallRecord], Awaitable[str]],
        moved: Callable[[CallFacts], None],
    ) -> None:
        self._process = process
        self._put = put
        self._moved = moved
        self._known: dict[str, CallRecord] = {}
        self._unwritten: dict[str, None] = {}
        self._news = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None

    def note(self, record: CallRecord) -> None:
        """It stood so in the store when that was asked; what is over here meanwhile stays so."""
        known = self._known.get(record.facts.call_sid)
        if known is None or known.reason is None:
            self._known[record.facts.call_sid] = record

    def keep(self, record: CallRecord) -> None:
        """It stands so here, and shall be written."""
        call_sid = record.facts.call_sid
        self._known[call_sid] = record
        self._unwritten[call_sid] = None
        if len(self._unwritten) > self.kept_max:
            self.forget(next(iter(self._unwritten)))
        self._news.set()

    def keep_all(self) -> None:
        """The store was away, and may have come back with nothing."""
        self._unwritten.update(dict.fromkeys(self._known))
        self._news.set()

    def forget(self, call_sid: str) -> None:
        """Another process has it."""
        self._known.pop(call_sid, None)
        self._unwritten.pop(call_sid, None)

    def live(self) -> list[CallFacts]:
        """Those that are not over."""
        return [record.facts for record in self._known.values() if record.reason is None]

    def start(self) -> None:
        """Write from now on."""
        self._writing = asyncio.get_running_loop().create_task(self._write())

    async def close(self) -> None:
        """Write what is left, if that goes quickly."""
        if self._writing is not None:
            self._writing.cancel()
            with suppress(asyncio.CancelledError):
                await self._writing
        with suppress(TimeoutError, StoreError):
            await asyncio.wait_for(self._flush(), CLOSE_S)

    async def _write(self) -> None:
        """It asks whether it is cancelled, as the client may swallow that."""
        task = asyncio.current_task()
        assert task is not None
        while not task.cancelling():
            await self._news.wait()
            self._news.clear()
            try:
                await self._flush()
            except StoreError:
                await asyncio.sleep(RETRY_S)
                self.keep_all()

    async def _flush(self) -> None:
        while self._unwritten:
            call_sid = next(iter(self._unwritten))
            record = self._known[call_sid]
            owner = await self._put(record)
            if self._known.get(call_sid) is record:  # else there is news of it
                self._settle(record, owner)

    def _settle(self, record: CallRecord, owner: str) -> None:
        call_sid = record.facts.call_sid
        del self._unwritten[call_sid]
        if owner != self._process or record.reason is not None:
            del self._known[call_sid]
        if owner != self._process:  # we were told, and did not hear
            self._moved(record.facts)
