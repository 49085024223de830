"""Follows a channel in Redis: looks at every message, and now and then without one, as some are lost."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from redis.asyncio.client import PubSub

POLL_S = 1.0


class Follower:
    """Calls `look` again and again; that deals with a store which does not answer by itself."""

    def __init__(
        self,
        client: "Redis",
        channel: str,
        look: Callable[[], Awaitable[None]],
        poll_s: float = POLL_S,
    ) -> None:
        self._client = client
        self._channel = channel
        self._look = look
        self._poll_s = poll_s

    async def run(self) -> None:
        """Until cancelled, and a moment longer: the client may swallow that."""
        task = asyncio.current_task()
        assert task is not None
        async with self._client.pubsub() as channel:  # pyright: ignore[reportUnknownMemberType]
            while not task.cancelling():
                await self._wait(channel)
                await self._look()

    async def _wait(self, channel: "PubSub") -> None:
        """For a message, or as long as may pass without one."""
        try:
            if not channel.subscribed:
                await channel.subscribe(self._channel)
            await channel.get_message(ignore_subscribe_messages=True, timeout=self._poll_s)
        except (RedisError, OSError):
            await asyncio.sleep(self._poll_s)
