"""Slots of calls that all processes share: leases in Redis that run out unless they are renewed."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

from .core.errors import StoreError
from .store_faults import explain

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from redis.commands.core import AsyncScript

LEASE_MS = 15_000
RENEW_S = 5.0

_PURGE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""

# KEYS one sorted set a pool  ARGV call, milliseconds, then the limit of each pool.
# A slot in all pools or in none; 0, or the number of the first pool that is full.
_TAKE = f"""{_PURGE}
for i, pool in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', pool, '-inf', now)
  if not redis.call('ZSCORE', pool, ARGV[1])
    and redis.call('ZCARD', pool) >= tonumber(ARGV[i + 2]) then return i end
end
for _, pool in ipairs(KEYS) do
  redis.call('ZADD', pool, now + ARGV[2], ARGV[1])
  redis.call('PEXPIRE', pool, ARGV[2])
end
return 0
"""

# KEYS pools  ARGV milliseconds, then a call and the number of its pool by turns. A call that goes on
# has its slot back whether there is room or not.
_RENEW = f"""{_PURGE}
for i = 2, #ARGV, 2 do
  local pool = KEYS[tonumber(ARGV[i + 1])]
  redis.call('ZADD', pool, now + ARGV[1], ARGV[i])
  redis.call('PEXPIRE', pool, ARGV[1])
end
return 1
"""

# KEYS pools  ARGV call
_RETURN = """
for _, pool in ipairs(KEYS) do redis.call('ZREM', pool, ARGV[1]) end
return 1
"""

# KEYS pool
_COUNT = f"""{_PURGE}
return redis.call('ZCOUNT', KEYS[1], '(' .. now, '+inf')
"""


@dataclass(frozen=True, slots=True)
class Pool:
    """Slots for calls of one kind: all of them, those of one number. `limit` may be 0."""

    name: str
    limit: int


class Slots:
    """What this process holds for its calls, and `run`, which renews it.

    A process that is killed renews nothing: its slots are free again when the lease has run out.
    """

    def __init__(
        self,
        client: "Redis",
        prefix: str,
        where: str,
        *,
        lease_ms: int = LEASE_MS,
        renew_s: float = RENEW_S,
    ) -> None:
        self._prefix = prefix
        self._where = where
        self._lease_ms = lease_ms
        self._renew_s = renew_s
        self._held: dict[str, tuple[str, ...]] = {}
        self._take = client.register_script(_TAKE)
        self._renew = client.register_script(_RENEW)
        self._return = client.register_script(_RETURN)
        self._count = client.register_script(_COUNT)

    def __len__(self) -> int:
        return len(self._held)

    async def take(self, call_id: str, pools: Sequence[Pool]) -> Pool | None:
        """A slot in each pool for this call, or the first pool that is full; twice is once.

        Raises StoreError: who cannot count takes no call.
        """
        keys = tuple(self._key(pool.name) for pool in pools)
        limits = [pool.limit for pool in pools]
        full = await self._ask(self._take, keys, [call_id, self._lease_ms, *limits])
        if full:
            return pools[full - 1]
        self._held[call_id] = keys
        return None

    async def give_back(self, call_id: str) -> None:
        """The call is over, or never began. Where the store is away, the lease runs out."""
        keys = self._held.pop(call_id, ())
        if keys:
            with suppress(StoreError):
                await self._ask(self._return, keys, [call_id])

    async def count(self, name: str) -> int:
        """The slots of a pool that are taken, by whatever process. Raises StoreError."""
        return await self._ask(self._count, (self._key(name),), [])

    async def renew(self) -> None:
        """Hold on to what is held. Raises StoreError."""
        held = dict(self._held)
        keys = tuple({key: None for pools in held.values() for key in pools})
        if not keys:
            return
        number = {key: place for place, key in enumerate(keys, 1)}
        pairs = [(call, number[key]) for call, pools in held.items() for key in pools]
        await self._ask(
            self._renew, keys, [self._lease_ms, *(part for pair in pairs for part in pair)]
        )
        for call in held.keys() - self._held.keys():  # over meanwhile: not to be brought back
            await self._ask(self._return, held[call], [call])

    async def run(self) -> None:
        """Renew until cancelled; what fails is tried again at the next turn.

        It asks, as the client may swallow a cancellation that comes while it is at work.
        """
        task = asyncio.current_task()
        assert task is not None
        while not task.cancelling():
            await asyncio.sleep(self._renew_s)
            with suppress(StoreError):
                await self.renew()

    def _key(self, pool: str) -> str:
        return f"{self._prefix}slots:{pool}"

    async def _ask(
        self, script: "AsyncScript", keys: Sequence[str], args: Sequence[str | int]
    ) -> int:
        try:
            return int(await script(keys=keys, args=args))
        except (RedisError, OSError) as error:
            raise explain(error, self._where) from None
