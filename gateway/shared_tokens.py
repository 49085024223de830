"""Which stream tokens were used, known to all processes of one Redis."""

import secrets
from typing import TYPE_CHECKING

from .store_faults import soon
from .tokens import Now

if TYPE_CHECKING:
    from redis.asyncio import Redis

# Processes' clocks differ: the mark stays for as long as any of them may take the token for fresh.
CLOCKS_APART_MS = 60_000

# KEYS mark  ARGV who asks, milliseconds. Asked again by the same, as after a lost answer: the same.
_CONSUME = """
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return redis.call('GET', KEYS[1]) == ARGV[1] and 1 or 0
"""


class RedisTokenStore:
    """See TokenStore. `where` is what errors call this Redis."""

    def __init__(self, client: "Redis", prefix: str, now: Now, where: str) -> None:
        self._prefix = prefix
        self._now = now
        self._where = where
        self._consume = client.register_script(_CONSUME)

    async def consume(self, nonce: str, expires_at_ms: int) -> bool:
        """See TokenStore. Raises StoreError: nobody knows, so nobody may pass."""
        left_ms = expires_at_ms - self._now()
        if left_ms <= 0:
            return False
        key, asker = f"{self._prefix}token:{nonce}", secrets.token_hex(8)
        async with soon(self._where):
            return bool(await self._consume(keys=[key], args=[asker, left_ms + CLOCKS_APART_MS]))
