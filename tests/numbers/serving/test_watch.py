"""Gateways follow the store: by message, by asking, from a copy; a bad version stops none."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Collection, Generator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
import redis

from voicegate.gateway.embedded import PrivateRedis, join
from voicegate.gateway.settings import load
from voicegate.gateway.store import OpenStore
from voicegate.numbers.model import Number, Override, Route, RouteKind, Share, Snapshot
from voicegate.numbers.registry.keys import Keys
from voicegate.numbers.registry.origin import Origin
from voicegate.numbers.registry.overrides import RedisOverrides
from voicegate.numbers.registry.snapshot_json import parse, render
from voicegate.numbers.registry.store import RedisStore
from voicegate.numbers.serving.last_good import LastGood
from voicegate.numbers.serving.view import Standing, View
from voicegate.numbers.serving.watch import Watch

CLINIC = "+12125550142"
PATIENCE_S = 30.0  # only a test that fails waits so long
BY_MESSAGE_S, BY_ASKING_S = 3_600.0, 0.02

News = tuple[Standing, View]


def snapshot(name: str) -> Snapshot:
    route = Route(RouteKind.AGENT, name)
    return Snapshot("AC1", numbers={CLINIC: Number(CLINIC, shares=(Share(route, 1),))})


class Admin:
    """Changes the configuration from outside the gateways."""

    def __init__(self, client: redis.Redis, keys: Keys) -> None:
        self.client = client
        self.keys = keys
        self.store = RedisStore(client, keys, parse, render, Origin())
        self.overrides = RedisOverrides(client, keys, Origin())

    def commit(self, name: str) -> int:
        version = int(self.client.get(self.keys.current) or 0)
        return self.store.commit(version, snapshot(name), f"plan-{name}", "ann", "{}")

    def commit_silently(self, name: str, document: bytes | None = None) -> int:
        """Without a message, and whatever the document is."""
        version = int(self.client.get(self.keys.current) or 0) + 1
        made = render(replace(snapshot(name), version=version))
        self.client.set(self.keys.document(version), document or made)
        self.client.set(self.keys.current, version)
        return version


@pytest.fixture
def keys(store: OpenStore) -> Keys:
    return Keys(store.prefix, "AC1")


@pytest.fixture
def admin(store: OpenStore, keys: Keys) -> Generator[Admin, None, None]:
    with store.command_client() as client:
        yield Admin(client, keys)


class Follower:
    """A watch that runs, and what it told."""

    def __init__(self, watch: Watch, news: "asyncio.Queue[News]") -> None:
        self.watch = watch
        self.news = news

    async def hears(self, standing: Standing, version: int) -> View:
        """The next that is told is this."""
        async with asyncio.timeout(PATIENCE_S):
            told, view = await self.news.get()
        assert (told, view.snapshot.version) == (standing, version)
        assert view is self.watch.view
        return view


@asynccontextmanager
async def following(
    store: OpenStore,
    path: Path,
    poll_s: float = BY_ASKING_S,
    held: Collection[int] = (),
    keys: Keys | None = None,
) -> AsyncGenerator[Follower]:
    news = asyncio.Queue[News]()
    async with store.gateway_client() as client:
        watch = Watch(
            client,
            keys or Keys(store.prefix, "AC1"),
            parse,
            LastGood(path, parse, render),
            held=lambda: held,
            tell=lambda standing, view: news.put_nowait((standing, view)),
            poll_s=poll_s,
        )
        await watch.start()
        running = asyncio.create_task(watch.run())
        try:
            yield Follower(watch, news)
        finally:
            running.cancel()
            await asyncio.wait([running])


def agent_of(view: View) -> str:
    return view.snapshot.numbers[CLINIC].shares[0].route.target


@pytest.mark.parametrize("by", ["message", "asking"])
def test_three_gateways_see_each_change_and_in_order(
    store: OpenStore, admin: Admin, tmp_path: Path, by: str
) -> None:
    """N6, N15: each in a loop of its own; also where no message reaches them."""
    everybody = threading.Barrier(4, timeout=PATIENCE_S)
    seen: dict[int, list[str]] = {}

    async def gateway(number: int) -> None:
        poll_s = BY_MESSAGE_S if by == "message" else BY_ASKING_S
        async with following(store, tmp_path / str(number), poll_s) as follower:
            await follower.hears(Standing.CURRENT, 0)
            held = list[View]()
            for version in (1, 2, 3):
                await asyncio.to_thread(everybody.wait)
                held.append(await follower.hears(Standing.CURRENT, version))
            seen[number] = [agent_of(view) for view in held]  # each call keeps its own

    def run(number: int) -> None:
        asyncio.run(gateway(number))

    threads = [threading.Thread(target=run, args=[number]) for number in range(3)]
    for thread in threads:
        thread.start()
    for name in ("first", "second", "third"):
        everybody.wait()
        (admin.commit if by == "message" else admin.commit_silently)(name)
    for thread in threads:
        thread.join()
    assert list(seen.values()) == [["first", "second", "third"]] * 3


def test_an_override_is_seen_by_message_and_by_asking(
    store: OpenStore, admin: Admin, tmp_path: Path
) -> None:
    """N6: set and cleared by hand."""

    async def follow(poll_s: float) -> None:
        async with following(store, tmp_path / "copy", poll_s) as follower:
            await follower.hears(Standing.CURRENT, 0)
            admin.overrides.put("*", Override(None), "ann")
            view = await follower.hears(Standing.CURRENT, 0)
            assert view.overrides == {"*": Override(None)}
            admin.overrides.clear("*", "ann")
            assert (await follower.hears(Standing.CURRENT, 0)).overrides == {}

    for poll_s in (BY_MESSAGE_S, BY_ASKING_S):
        asyncio.run(follow(poll_s))


def test_a_corrupt_version_is_refused_and_the_old_one_serves(
    store: OpenStore, admin: Admin, tmp_path: Path
) -> None:
    """N8: and the next good one is taken."""

    async def follow() -> None:
        admin.commit("good")
        async with following(store, tmp_path / "copy") as follower:
            await follower.hears(Standing.CURRENT, 1)
            admin.commit_silently("bad", b'{"schema": 1, "numbers": ')
            await follower.hears(Standing.REFUSED, 1)
            assert agent_of(follower.watch.view) == "good"
            assert follower.watch.offered_version == 2
            admin.commit("better")
            await follower.hears(Standing.CURRENT, 3)
            assert agent_of(follower.watch.view) == "better"

    asyncio.run(follow())


def test_overrides_that_nobody_can_read_are_refused(
    store: OpenStore, admin: Admin, tmp_path: Path
) -> None:
    """N8: what was set before stays."""

    async def follow() -> None:
        admin.overrides.put("*", Override(None), "ann")
        async with following(store, tmp_path / "copy") as follower:
            await follower.hears(Standing.CURRENT, 0)
            admin.client.hset(admin.keys.overrides, "*", "closed?")
            await follower.hears(Standing.REFUSED, 0)
            assert follower.watch.view.overrides == {"*": Override(None)}
            admin.overrides.clear("*", "ann")
            await follower.hears(Standing.CURRENT, 0)

    asyncio.run(follow())


def test_a_document_that_is_missing_is_refused(
    store: OpenStore, admin: Admin, tmp_path: Path
) -> None:
    async def follow() -> None:
        admin.commit("good")
        async with following(store, tmp_path / "copy") as follower:
            await follower.hears(Standing.CURRENT, 1)
            admin.client.set(admin.keys.current, 7)
            await follower.hears(Standing.REFUSED, 1)

    asyncio.run(follow())


def private(share: PrivateRedis) -> OpenStore:
    return OpenStore("", load({}, None).redis_prefix, f"unix://{share.socket_path}", share.leave)


def test_a_gateway_that_starts_without_the_store_serves_from_its_copy_until_it_is_there(
    redis_server: str, tmp_path: Path, redis_gone: Callable[[Path], None]
) -> None:
    """N7: and follows the store again from then on."""
    assert redis_server
    copy = tmp_path / "copy"

    async def follow_once(store: OpenStore) -> None:
        async with following(store, copy) as follower:
            await follower.hears(Standing.CURRENT, 1)

    async def follow_without() -> None:
        async with following(private(gone), copy) as follower:
            await follower.hears(Standing.AWAY, 1)
            assert agent_of(follower.watch.view) == "before"
            with private(await asyncio.to_thread(join, tmp_path)) as store:
                await follower.hears(Standing.CURRENT, 1)
                with store.command_client() as client:
                    Admin(client, Keys(store.prefix, "AC1")).commit("after")
                await follower.hears(Standing.CURRENT, 2)
            await follower.hears(Standing.AWAY, 2)
            assert agent_of(follower.watch.view) == "after"

    gone = join(tmp_path)
    with private(gone) as store:
        with store.command_client() as client:
            Admin(client, Keys(store.prefix, "AC1")).commit("before")
        asyncio.run(follow_once(store))
    redis_gone(tmp_path)
    asyncio.run(follow_without())
    redis_gone(tmp_path)


def test_a_first_start_without_store_and_copy_serves_nothing_and_says_so(tmp_path: Path) -> None:
    """N7."""

    async def follow() -> None:
        store = OpenStore("", "{x}:", f"unix://{tmp_path}/nobody")
        async with following(store, tmp_path / "copy") as follower:
            await follower.hears(Standing.AWAY, 0)
            assert follower.watch.view == View(Snapshot("AC1"))

    asyncio.run(follow())


def test_connections_that_are_cut_are_made_anew(
    store: OpenStore, admin: Admin, tmp_path: Path
) -> None:
    """N6: a message may be lost with its connection; the change is not."""

    async def follow() -> None:
        async with following(store, tmp_path / "copy") as follower:
            await follower.hears(Standing.CURRENT, 0)
            for version in (1, 2, 3):
                for kind in ("pubsub", "normal"):
                    cast("Any", admin.client).execute_command("CLIENT", "KILL", "TYPE", kind)
                admin.commit(f"version-{version}")
                async with asyncio.timeout(PATIENCE_S):
                    while (await follower.news.get())[1].snapshot.version != version:
                        pass

    asyncio.run(follow())


def test_a_copy_that_cannot_be_written_stops_nobody(
    store: OpenStore, admin: Admin, tmp_path: Path
) -> None:
    """N7: it is told, and tried again."""
    (tmp_path / "file").write_bytes(b"")

    async def follow() -> None:
        admin.commit("good")
        async with following(store, tmp_path / "file" / "copy") as follower:
            await follower.hears(Standing.CURRENT, 1)
            assert not follower.watch.is_copied
            (tmp_path / "file").unlink()
            admin.commit("better")
            await follower.hears(Standing.CURRENT, 2)
            assert follower.watch.is_copied

    asyncio.run(follow())


def test_versions_that_live_calls_need_are_held(
    store: OpenStore, admin: Admin, tmp_path: Path
) -> None:
    async def follow() -> None:
        async with following(store, tmp_path / "copy", held=(3, 4)):
            assert admin.client.zscore(admin.keys.held, "3") is not None
            assert admin.client.zcard(admin.keys.held) == 2

    asyncio.run(follow())


def test_the_end_of_a_call_is_written_down(store: OpenStore, admin: Admin, tmp_path: Path) -> None:
    ended_at = datetime(2026, 12, 24, 18, 0, tzinfo=UTC)

    async def follow() -> None:
        async with following(store, tmp_path / "copy") as follower:
            await follower.watch.note_call(CLINIC, ended_at)

    asyncio.run(follow())
    assert admin.store.last_call(CLINIC) == ended_at
