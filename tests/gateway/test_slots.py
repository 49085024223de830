"""Slots are leases: renewed while a call goes on, free again when its process is dead."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from voicegate.gateway import redis_calls
from voicegate.gateway import slots as leases
from voicegate.gateway.call_record import CallFacts, CallRecord
from voicegate.gateway.core.actions import EndReason
from voicegate.gateway.core.errors import StoreError
from voicegate.gateway.redis_calls import RedisCalls
from voicegate.gateway.shared_calls import Limit
from voicegate.gateway.slots import Slot, Slots
from voicegate.gateway.store import OpenStore

PATIENCE_S = 30.0


def processes(store: OpenStore, limit: int, *names: str) -> list[RedisCalls]:
    return [
        RedisCalls(store.gateway_client(), store.prefix, store.where, name, limit) for name in names
    ]


@asynccontextmanager
async def holding(store: OpenStore, held: set[Slot]) -> AsyncGenerator[Slots]:
    async with store.gateway_client() as client:
        yield Slots(client, store.where, lambda: set(held))


def record(number: int, process: str) -> CallRecord:
    return CallRecord(CallFacts(f"call-{number}", f"CA{number}"), process)


async def taken(store: OpenStore) -> int:
    """How many slots are taken, by whatever process; those that ran out until the next asks."""
    async with store.gateway_client() as client:
        return await client.zcard(f"{store.prefix}slots")


async def until_taken(calls: RedisCalls, wanted: CallRecord) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await calls.announce(wanted) is Limit.TOTAL:
            pass


@pytest.fixture
def short_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (leases, redis_calls):
        monkeypatch.setattr(module, "LEASE_MS", 150)
    monkeypatch.setattr(leases, "RENEW_S", 0.02)


KILLED = """
import asyncio, sys
from voicegate.gateway import redis_calls, slots
from voicegate.gateway.call_record import CallFacts, CallRecord
from voicegate.gateway.store import OpenStore

slots.LEASE_MS = redis_calls.LEASE_MS = 1000
slots.RENEW_S = 0.05

async def hold(url, prefix):
    client = OpenStore("", prefix, url).gateway_client()
    calls = redis_calls.RedisCalls(client, prefix, "here", "killed", 2)
    await calls.start()
    for number in (1, 2):
        assert await calls.announce(CallRecord(CallFacts(f"call-{number}", f"CA{number}"), "killed"))
    print("held", flush=True)
    await asyncio.Event().wait()

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
        (calls,) = processes(store, 2, "here")
        assert await calls.announce(record(3, "here")) is Limit.TOTAL
        killed.kill()
        killed.communicate()
        await until_taken(calls, record(3, "here"))
        await calls.close()

    asyncio.run(wait())


@pytest.mark.usefixtures("short_leases")
def test_what_is_renewed_outlives_its_lease(store: OpenStore) -> None:
    """C154: several leases long; one that nobody renews any more runs out."""

    async def use() -> None:
        here, there = processes(store, 2, "here", "there")
        await here.start()
        await here.announce(record(1, "here"))
        for number in (2, 3, 4):  # each gets the other slot when the one before has run out
            await until_taken(there, record(number, "there"))
            assert await here.announce(record(9, "here")) is Limit.TOTAL
        await here.close()
        for number in (5, 6):
            await until_taken(there, record(number, "there"))
        await there.close()

    asyncio.run(use())


def test_a_call_that_goes_on_has_its_slot_back_when_the_store_has_lost_it(
    store: OpenStore,
) -> None:
    """C156: after a restart without history, or a pause longer than the lease; full or not."""

    async def use() -> None:
        (calls,) = processes(store, 1, "there")
        assert await calls.announce(record(2, "there")) == record(2, "there")
        async with holding(store, {("call-1", f"{store.prefix}slots")}) as slots:
            await slots.renew()
        assert await taken(store) == 2
        await calls.close()

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
        detour, pool = Detour(store.where), f"{store.prefix}slots"
        held = {("call-1", pool), ("call-2", pool)}
        behind = replace(store, url=store.url.replace(store.where, path))
        server = await asyncio.start_unix_server(detour.serve, path)
        async with server, holding(behind, held) as slots:
            renewing = asyncio.create_task(slots.renew())
            await detour.arrived.wait()
            held.discard(("call-1", pool))
            detour.let_go.set()
            await renewing
            assert await taken(store) == 1

    asyncio.run(use())


def test_with_the_store_away_nothing_is_renewed_and_that_is_told() -> None:
    """C156: only what is held is worth a question."""

    async def use() -> None:
        nowhere = OpenStore("", "{x}:", "unix:///nowhere/redis.sock")
        async with holding(nowhere, set()) as slots:
            await slots.renew()
        async with holding(nowhere, {("call-1", "{x}:slots")}) as slots:
            with pytest.raises(StoreError, match="cannot be reached"):
                await slots.renew()

    asyncio.run(use())


@pytest.mark.usefixtures("short_leases")
def test_renewing_goes_on_after_the_store_was_away(store: OpenStore) -> None:
    """C156: a connection that is cut is no reason to lose a slot."""

    async def use() -> None:
        async with (
            holding(store, {("call-1", f"{store.prefix}slots")}) as slots,
            store.gateway_client() as client,
        ):
            slots.start()
            async with asyncio.timeout(PATIENCE_S):
                for _ in range(3):
                    await cast("Any", client).client_kill_filter(_type="normal", skipme=True)
                    await client.delete(f"{store.prefix}slots")
                    while not await client.zcard(f"{store.prefix}slots"):
                        pass
            await slots.close()

    asyncio.run(use())


def test_a_pool_that_is_full_takes_no_slot_of_the_others(store: OpenStore) -> None:
    """C151, C154: of all, and of the called number; a number without a limit has no pool."""

    async def use() -> None:
        (calls,) = processes(store, 2, "here")
        asked = [_called(1, "A"), _called(2, "A"), _called(3, "B"), _called(4, "C", None)]
        found = [await calls.announce(each) for each in asked]
        assert found == [asked[0], Limit.NUMBER, asked[2], Limit.TOTAL]
        assert await taken(store) == 2
        async with store.gateway_client() as client:
            assert await client.zscore(f"{store.prefix}slots:A", "call-1")
            assert await client.zcard(f"{store.prefix}slots:A") == 1
            assert not await client.exists(f"{store.prefix}slots:C")
            calls.keep(replace(asked[0], reason=EndReason.CALLER_HUNG_UP))
            await calls.close()
            assert not await client.exists(f"{store.prefix}slots:A")
        assert await taken(store) == 1

    asyncio.run(use())


def _called(number: int, called: str, max_calls: int | None = 1) -> CallRecord:
    facts = CallFacts(f"call-{number}", f"CA{number}", called, max_calls=max_calls)
    return CallRecord(facts, "here")


@pytest.mark.usefixtures("short_leases")
def test_the_slots_of_a_number_are_renewed_like_those_of_all(store: OpenStore) -> None:
    """C154: also where only the number has a limit."""

    async def use() -> None:
        here = RedisCalls(store.gateway_client(), store.prefix, store.where, "here")
        await here.start()
        await here.announce(_called(1, "A"))
        (there,) = processes(store, 1, "there")
        for number in (2, 3):  # the one slot of all, each as long as a lease that nobody renews
            await until_taken(there, record(number, "there"))
        assert await here.announce(_called(4, "A")) is Limit.NUMBER
        await here.close()
        await there.close()

    asyncio.run(use())


def test_without_a_limit_nothing_is_counted(store: OpenStore) -> None:
    async def use() -> None:
        calls = RedisCalls(store.gateway_client(), store.prefix, store.where, "here")
        await calls.announce(record(1, "here"))
        assert await taken(store) == 0
        await calls.close()

    asyncio.run(use())
