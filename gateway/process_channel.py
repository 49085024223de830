"""What processes say to each other: one channel of Redis for each, messages in JSON."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from redis.exceptions import RedisError

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from redis.asyncio.client import PubSub

Message = Mapping[str, Any]

POLL_S = 1.0
FIRST_S = 1.0


class ProcessChannel:
    """`heard` gets each message; `begun` is called when nothing can be missed from now on."""

    def __init__(
        self, client: "Redis", name: str, heard: Callable[[bytes], None], begun: Callable[[], None]
    ) -> None:
        self._client = client
        self._name = name
        self._heard = heard
        self._begun = begun
        self._is_open = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen from now on; where the store is away, as soon as it is back."""
        self._listening = asyncio.get_running_loop().create_task(self._listen())
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_open.wait(), FIRST_S)

    async def close(self) -> None:
        """Listen no more."""
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening

    async def _listen(self) -> None:
        """It asks whether it is cancelled, as the client may swallow that."""
        task = asyncio.current_task()
        assert task is not None
        async with self._client.pubsub() as channel:  # pyright: ignore[reportUnknownMemberType]
            while not task.cancelling():
                self._take(await self._next(channel))

    async def _next(self, channel: "PubSub") -> Message | None:
        try:
            if not channel.subscribed:
                await channel.subscribe(self._name)
            return cast("Message | None", await channel.get_message(timeout=POLL_S))
        except (RedisError, OSError):
            await asyncio.sleep(POLL_S)
            return None

    def _take(self, message: Message | None) -> None:
        """The client subscribes anew by itself after a connection was lost, and is told so."""
        if message is None:
            return
        if message["type"] == "subscribe":
            self._is_open.set()
            self._begun()
        elif message["type"] == "message":
            self._heard(message["data"])
