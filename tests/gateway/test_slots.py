"""Slots of calls, counted over all processes; those of a dead one come back."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from voicegate.gateway.core.errors import StoreError
from voicegate.gateway.slots import Pool, Slots
from voicegate.gateway.store import OpenStore

ALL = Pool("all", 2)
LONG_MS, SHORT_MS = 60_000, 150
PATIENCE_S = 30.0


@asynccontextmanager
async def process(
    store: OpenStore, lease_ms: int = LONG_MS, renew_s: float = 5.0
) -> AsyncGenerator[Slots]:
    async with store.gateway_client() as client:
        yield Slots(client, store.prefix, store.where, lease_ms=lease_ms, renew_s=renew_s)


def test_slots_are_counted_over_all_processes(store: OpenStore) -> None:
    """C154: given back, the next may have one."""

    async def use() -> None:
        async with process(store) as here, process(store) as there:
            assert await here.take("call-1", [ALL]) is None
            assert await there.take("call-2", [ALL]) is None
            assert await here.take("call-3", [ALL]) == ALL
            assert await there.take("call-3", [ALL]) == ALL
            assert (len(here), len(there), await here.count("all")) == (1, 1, 2)
            await there.give_back("call-2")
            assert await here.take("call-3", [ALL]) is None
            await here.give_back("call-3")
            await here.give_back("call-3")
            assert await there.count("all") == 1

    asyncio.run(use())


def test_a_call_that_is_announced_twice_takes_one_slot(store: OpenStore) -> None:
    """C4: also to another process."""

    async def use() -> None:
        async with process(store) as here, process(store) as there:
            only = Pool("all", 1)
            for slots in (here, here, there):
                assert await slots.take("call-1", [only]) is None
            assert await here.count("all") == 1

    asyncio.run(use())


def test_a_slot_is_had_in_every_pool_or_in_none(store: OpenStore) -> None:
    """C151, C154: in all, and for the called number; the first that is full is named."""

    async def use() -> None:
        async with process(store) as slots:
            number, other = Pool("number:1", 1), Pool("number:2", 1)
            assert await slots.take("call-1", [ALL, number]) is None
            assert await slots.take("call-2", [ALL, number]) == number
            assert await slots.count("all") == 1
            assert await slots.take("call-2", [ALL, other]) is None
            assert await slots.take("call-3", [ALL, number]) == ALL
            assert await slots.take("call-4", [Pool("none", 0)]) == Pool("none", 0)

    asyncio.run(use())


async def becomes(slots: Slots, count: int, pool: str = "all") -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await slots.count(pool) != count:
            pass


KILLED = """
import asyncio, sys
from voicegate.gateway.slots import Pool, Slots
from voicegate.gateway.store import OpenStore

async def hold(url, prefix):
    async with OpenStore("", prefix, url).gateway_client() as client:
        slots = Slots(client, prefix, "here", lease_ms=1000, renew_s=0.05)
        assert await slots.take("killed-1", [Pool("all", 2)]) is None
        assert await slots.take("killed-2", [Pool("all", 2)]) is None
        print("held", flush=True)
        await slots.run()

asyncio.run(hold(*sys.argv[1:]))
"""


def test_the_slots_of_a_process_that_is_killed_come_back(store: OpenStore) -> None:
    """C154: while it lives they are renewed, and nobody else gets them."""
    killed = subprocess.Popen(
        [sys.executable, "-c", KILLED, store.url, store.prefix], stdout=subprocess.PIPE, text=True
    )
    assert killed.stdout is not None
    assert killed.stdout.readline() == "held\n"

    async def wait() -> None:
        async with process(store) as slots:
            assert await slots.take("call", [ALL]) == ALL
            killed.kill()
            killed.communicate()
            await becomes(slots, 0)
            assert await slots.take("call", [ALL]) is None

    asyncio.run(wait())


def test_what_is_renewed_outlives_its_lease(store: OpenStore) -> None:
    """C154: several leases long, then let go."""

    async def use() -> None:
        async with process(store, SHORT_MS, 0.02) as slots, process(store) as other:
            await slots.take("call", [ALL])
            running = asyncio.create_task(slots.run())
            for _ in range(3):  # as long as a lease lasts that nobody renews
                async with process(store, SHORT_MS) as unrenewed:
                    await unrenewed.take("short", [Pool("short", 9)])
                    await becomes(other, 0, "short")
            await becomes(other, 1)
            running.cancel()
            await asyncio.wait([running])
            await becomes(other, 0)

    asyncio.run(use())


def test_a_call_that_goes_on_has_its_slot_back_when_the_store_has_lost_it(
    store: OpenStore,
) -> None:
    """C156: after a restart without history, or a pause longer than the lease; full or not."""

    async def use() -> None:
        async with process(store) as here, process(store) as there:
            await here.take("call-1", [Pool("all", 1), Pool("number", 1)])
            async with store.gateway_client() as client:
                await client.delete(f"{store.prefix}slots:all", f"{store.prefix}slots:number")
            assert await there.take("call-2", [Pool("all", 1)]) is None
            await here.renew()
            assert (await here.count("all"), await here.count("number")) == (2, 1)

    asyncio.run(use())


class Detour:
    """A way to Redis on which the first command waits until it is let go."""

    def __init__(self, real_path: str) -> None:
        self._real_path = real_path
        self.arrived = asyncio.Event()
        self.let_go = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, questions = await asyncio.open_unix_connection(self._real_path)
        async with asyncio.TaskGroup() as both:
            both.create_task(self._there(reader, questions))
            both.create_task(self._back(answers, writer))

    async def _there(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while question := await reader.read(65_536):
            if b"EVALSHA" in question and not self.arrived.is_set():
                self.arrived.set()
                await self.let_go.wait()
            writer.write(question)
        writer.close()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while answer := await reader.read(65_536):
            writer.write(answer)
        writer.close()


def test_a_slot_that_is_given_back_while_it_is_renewed_stays_given_back(
    store: OpenStore, tmp_path: Path
) -> None:
    """The renewal left first and arrives last."""
    path = str(tmp_path / "detour.sock")

    async def use() -> None:
        detour = Detour(store.where)
        behind = replace(store, url=store.url.replace(store.where, path))
        server = await asyncio.start_unix_server(detour.serve, path)
        async with server, process(store) as direct, process(behind) as slots:
            detour.arrived.set()
            await slots.take("call", [ALL])
            detour.arrived.clear()
            renewing = asyncio.create_task(slots.renew())
            await detour.arrived.wait()
            await slots.give_back("call")
            assert await direct.count("all") == 0
            detour.let_go.set()
            await renewing
            assert await direct.count("all") == 0

    asyncio.run(use())


def test_with_the_store_away_no_slot_is_had_and_none_is_lost() -> None:
    """C156: new calls are refused, those that go on are not disturbed."""

    async def use() -> None:
        async with process(OpenStore("", "{x}:", "unix:///nowhere/redis.sock")) as slots:
            with pytest.raises(StoreError, match="cannot be reached"):
                await slots.take("call", [ALL])
            assert len(slots) == 0
            await slots.renew()
            await slots.give_back("call")

    asyncio.run(use())


def test_renewing_goes_on_after_the_store_was_away(store: OpenStore) -> None:
    """C156: a connection that is cut is no reason to lose a slot."""

    async def use() -> None:
        async with process(store, LONG_MS, 0.01) as slots, store.gateway_client() as client:
            await slots.take("call", [ALL])
            running = asyncio.create_task(slots.run())
            for _ in range(3):
                await cast("Any", client).client_kill_filter(_type="normal", skipme=True)
                await client.delete(f"{store.prefix}slots:all")
                await becomes(slots, 1)
            running.cancel()
            await asyncio.wait([running])

    asyncio.run(use())
