"""The slots of this process's calls: leases in Redis that run out unless they are renewed."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from . import redis_scripts
from .core.errors import StoreError
from .store_faults import soon

if TYPE_CHECKING:
    from redis.asyncio import Redis

LEASE_MS = 15_000
RENEW_S = 5.0

Slot = tuple[str, str]  # a call id, and the key of the pool in which it counts


class Slots:
    """Holds on to what `held` gives: the slots of the calls that go on here.

    A call has its slots when it is announced and gives them back with its end, both in the scripts
    that write its record. A process that is killed renews nothing: its slots are free when the
    leases have run out.
    """

    def __init__(self, client: "Redis", where: str, held: Callable[[], set[Slot]]) -> None:
        self._client = client
        self._where = where
        self._held = held
        self._renew = client.register_script(redis_scripts.RENEW)
        self._renewing: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Renew from now on."""
        self._renewing = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """Renew no more."""
        if self._renewing is not None:
            self._renewing.cancel()
            with suppress(asyncio.CancelledError):
                await self._renewing

    async def renew(self) -> None:
        """Once. Raises StoreError."""
        held = self._held()
        if not held:
            return
        place = {pool: number for number, pool in enumerate({pool for _, pool in held}, 1)}
        pairs = [part for call_id, pool in held for part in (call_id, place[pool])]
        async with soon(self._where):
            await self._renew(keys=[*place], args=[LEASE_MS, *pairs])
            for call_id, pool in held - self._held():  # over meanwhile: not to be brought back
                await self._client.zrem(pool, call_id)

    async def _run(self) -> None:
        """It asks whether it is cancelled, as the client may swallow that."""
        task = asyncio.current_task()
        assert task is not None
        while not task.cancelling():
            await asyncio.sleep(RENEW_S)
            with suppress(StoreError):  # at the next turn, then
                await self.renew()
