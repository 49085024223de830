"""Whoever follows looks at each message and now and then without one, and survives what breaks."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, cast

import pytest

from voicegate.gateway.store import OpenStore
from voicegate.numbers.serving.follower import Follower

PATIENCE_S = 30.0
NEVER_S = 3600.0


def follow(
    store: OpenStore,
    poll_s: float,
    meanwhile: Callable[["asyncio.Queue[None]", Any], Coroutine[Any, Any, None]],
) -> None:
    """Runs a follower; `meanwhile` is handed its looks and another client."""

    async def run() -> None:
        looks = asyncio.Queue[None]()

        async def look() -> None:
            looks.put_nowait(None)

        async with store.gateway_client() as client, store.gateway_client() as other:
            running = asyncio.create_task(Follower(client, "news", look, poll_s).run())
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await meanwhile(looks, cast("Any", other))
            finally:
                running.cancel()
                await asyncio.wait([running])

    asyncio.run(run())


async def told(looks: "asyncio.Queue[None]", other: Any) -> None:
    """A message reached the follower, and it looked."""
    await looks.get()  # its subscription was answered
    assert await other.publish("news", "1") == 1
    await looks.get()
    assert looks.empty()


def test_a_message_is_looked_at_at_once(store: OpenStore) -> None:
    follow(store, NEVER_S, told)


@pytest.mark.parametrize("times", [3])
def test_without_messages_it_looks_now_and_then(store: OpenStore, times: int) -> None:
    async def meanwhile(looks: "asyncio.Queue[None]", other: Any) -> None:
        for _ in range(times):
            await looks.get()

    follow(store, 0.01, meanwhile)


def test_a_connection_that_is_cut_is_made_anew(store: OpenStore) -> None:
    async def meanwhile(looks: "asyncio.Queue[None]", other: Any) -> None:
        await looks.get()
        await other.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        while not (await other.pubsub_numsub("news"))[0][1]:
            await looks.get()
        while not looks.empty():
            looks.get_nowait()
        await other.publish("news", "1")
        await looks.get()

    follow(store, 0.05, meanwhile)
