"""A running gateway answers by the registry, follows it, and tells it of calls."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Generator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from voicegate.gateway.call_record import CallFacts
from voicegate.gateway.registry_client import RegistryClient
from voicegate.gateway.sim.rig.loops import turn
from voicegate.gateway.store import OpenStore
from voicegate.numbers.directory import Answering
from voicegate.numbers.model import Agent, Number, Route, RouteKind, Share, Snapshot
from voicegate.numbers.registry import snapshot_json
from voicegate.numbers.registry.keys import Keys
from voicegate.numbers.registry.origin import Origin
from voicegate.numbers.registry.store import RedisStore
from voicegate.numbers.serving.view import Standing

ACCOUNT = "AC1"
CALLED, CALLER = "+12125550142", "+15550100001"
HOUSE = Route(RouteKind.AGENT, "default")
PATIENCE_S = 30.0  # only a test that fails waits so long


def snapshot(name: str) -> Snapshot:
    route = Route(RouteKind.AGENT, name)
    number = Number(CALLED, shares=(Share(route, 1),))
    return Snapshot(ACCOUNT, numbers={CALLED: number}, agents={name: Agent(name, "Be kind.")})


@pytest.fixture
def admin(store: OpenStore) -> Generator[RedisStore, None, None]:
    keys = Keys(store.prefix, ACCOUNT)
    with store.command_client() as client:
        yield RedisStore(client, keys, snapshot_json.parse, snapshot_json.render, Origin())


@asynccontextmanager
async def following(
    store: OpenStore, folder: Path, held: Collection[int] = ()
) -> AsyncGenerator[RegistryClient, None]:
    client = RegistryClient(store, ACCOUNT, folder, house=HOUSE, held=lambda: held)
    await client.start()
    try:
        yield client
    finally:
        await client.close()


async def answered_by(client: RegistryClient, name: str) -> Answering:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = client.directory.resolve(CALLED, CALLER)
            if found.route == Route(RouteKind.AGENT, name):
                return found
            await turn()


def test_a_call_is_answered_by_the_version_in_force(
    store: OpenStore, admin: RedisStore, tmp_path: Path
) -> None:
    """N6: before anything was applied by the house, then by what was, without a new start."""

    async def main() -> None:
        async with following(store, tmp_path) as client:
            assert client.directory.resolve(CALLED, CALLER) == Answering(HOUSE)
            admin.commit(0, snapshot("clinic"), "plan-1", "ann", "{}")
            first = await answered_by(client, "clinic")
            admin.commit(1, snapshot("night"), "plan-2", "ann", "{}")
            second = await answered_by(client, "night")
            assert (first.version, second.version) == (1, 2)
            assert client.standing == {"version": 2, "standing": Standing.CURRENT}

    asyncio.run(main())


def test_the_end_of_a_call_is_written_down_for_its_number(
    store: OpenStore, admin: RedisStore, tmp_path: Path
) -> None:
    async def main() -> None:
        async with following(store, tmp_path) as client:
            client.note_call(CALLED)

    assert admin.last_call(CALLED) is None
    asyncio.run(main())
    assert admin.last_call(CALLED) is not None


def test_without_the_store_the_last_good_copy_answers(
    store: OpenStore, admin: RedisStore, tmp_path: Path
) -> None:
    """N7: also what a call's end has to tell is lost without a word."""

    async def main() -> None:
        admin.commit(0, snapshot("clinic"), "plan-1", "ann", "{}")
        async with following(store, tmp_path) as client:
            await answered_by(client, "clinic")
        nowhere = replace(store, url=f"unix://{tmp_path}/nobody.sock")
        async with following(nowhere, tmp_path) as client:
            found = client.directory.resolve(CALLED, CALLER)
            assert (found.version, found.agent) == (1, Agent("clinic", "Be kind."))
            assert client.standing["standing"] == Standing.AWAY
            client.note_call(CALLED)

    asyncio.run(main())


def test_a_call_that_rang_elsewhere_is_answered_by_the_version_of_then(
    store: OpenStore, admin: RedisStore, tmp_path: Path
) -> None:
    """C6, N6: also where another one is in force by now."""
    facts = CallFacts(
        "one", "CA1", CALLED, b"", Route(RouteKind.AGENT, "clinic"), "clinic", None, 1
    )

    async def main() -> None:
        async with following(store, tmp_path) as client:
            admin.commit(0, snapshot("clinic"), "plan-1", "ann", "{}")
            wanted = await answered_by(client, "clinic")
            assert await client.recall(facts) == wanted
            admin.commit(1, snapshot("night"), "plan-2", "ann", "{}")
            await answered_by(client, "night")
            assert await client.recall(facts) == wanted
            house = replace(facts, route=HOUSE, agent=None, version=0)
            assert await client.recall(house) == Answering(HOUSE)

    asyncio.run(main())


def test_where_that_version_is_no_more_the_agent_of_now_answers(
    store: OpenStore, admin: RedisStore, tmp_path: Path
) -> None:
    route = Route(RouteKind.AGENT, "clinic")
    facts = CallFacts("one", "CA1", CALLED, b"", route, "clinic", None, 9)

    async def main() -> None:
        async with following(store, tmp_path) as client:
            admin.commit(0, snapshot("clinic"), "plan-1", "ann", "{}")
            await answered_by(client, "clinic")
            agent = Agent("clinic", "Be kind.")
            assert await client.recall(facts) == Answering(route, agent, version=9)
            gone = replace(facts, agent="nobody")
            assert await client.recall(gone) == Answering(route, None, version=9)

    asyncio.run(main())
