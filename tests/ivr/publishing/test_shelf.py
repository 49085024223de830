"""The gateway's side: served whole, replaced at once, held as long as a call is in it."""

import asyncio
import gc
import weakref
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
import redis

from voicegate.gateway.embedded import PrivateRedis, join
from voicegate.gateway.settings import load
from voicegate.gateway.store import OpenStore
from voicegate.ivr.machine.actions import Clip, ClipKind
from voicegate.ivr.publishing.copies import Copies
from voicegate.ivr.publishing.keys import Keys
from voicegate.ivr.publishing.push import push
from voicegate.ivr.publishing.ready import ReadyFlow
from voicegate.ivr.publishing.rendering import Rendered
from voicegate.ivr.publishing.shelf import FlowShelf, Standing
from voicegate.ivr.publishing.store import FlowStore
from voicegate.ivr.publishing.version import render_sounds
from voicegate.numbers.registry.origin import Origin

PATIENCE_S = 30.0
BY_MESSAGE_S = 60.0
BY_ASKING_S = 0.01
BYE = Clip(ClipKind.PROMPT, "bye", "en-US")

RenderText = Callable[..., Rendered]
News = tuple[Standing, Mapping[str, int]]


class Follower:
    """A shelf that follows, and what it told."""

    def __init__(self, shelf: FlowShelf, news: "asyncio.Queue[News]") -> None:
        self.shelf = shelf
        self._news = news

    async def hears(self, version: int, standing: Standing = Standing.CURRENT) -> None:
        """The next that is told is this; version 0 is for no flow at all."""
        served = {"small": version} if version else {}
        async with asyncio.timeout(PATIENCE_S):
            assert await self._news.get() == (standing, served)


@asynccontextmanager
async def following(
    store: OpenStore, folder: Path, poll_s: float = BY_ASKING_S
) -> AsyncGenerator[Follower]:
    news = asyncio.Queue[News]()
    async with store.gateway_client() as client:
        shelf = FlowShelf(
            client,
            Keys(store.prefix),
            Copies(folder),
            tell=lambda standing, served: news.put_nowait((standing, served)),
            poll_s=poll_s,
        )
        await shelf.start()
        running = asyncio.create_task(shelf.run())
        try:
            yield Follower(shelf, news)
        finally:
            running.cancel()
            await asyncio.wait([running])


@pytest.fixture
def put(flows: FlowStore, rendered: RenderText, small: str) -> Callable[[str], ReadyFlow | None]:
    """Publishes the small flow with other words."""

    def make(words: str) -> None:
        expected = flows.version("small")
        made = rendered(small.replace("Goodbye.", words), flows.lengths)
        push(flows, made, expected=expected, push_id=words, who="ann")

    return make


Put = Callable[[str], None]


def bye_ms(found: ReadyFlow | None) -> int:
    assert found is not None
    return len(found.sounds.sound(BYE)) // 8


@pytest.mark.parametrize("poll_s", [BY_MESSAGE_S, BY_ASKING_S])
def test_a_push_is_served_by_message_and_by_asking(
    store: OpenStore, put: Put, tmp_path: Path, poll_s: float
) -> None:
    async def follow() -> None:
        async with following(store, tmp_path / "copies", poll_s) as follower:
            shelf = follower.shelf
            await follower.hears(0)
            assert (shelf.served, shelf.current("small")) == ({}, None)
            await asyncio.to_thread(put, "Bye.")
            await follower.hears(1)
            assert bye_ms(shelf.current("small")) == 400
            await asyncio.to_thread(put, "Farewell.")
            await follower.hears(2)
            assert bye_ms(shelf.current("small")) == 900

    asyncio.run(follow())


def test_a_call_keeps_the_version_it_is_in(
    store: OpenStore, flows: FlowStore, put: Put, tmp_path: Path
) -> None:
    """F9: replaced twice and rolled back while it is held; the clips are those of its version."""

    async def follow() -> None:
        put("Bye.")
        async with following(store, tmp_path / "copies", BY_MESSAGE_S) as follower:
            await follower.hears(1)
            shelf = follower.shelf
            held = shelf.current("small")
            assert held is not None
            await asyncio.to_thread(put, "Farewell.")
            await follower.hears(2)
            await asyncio.to_thread(put, "So long, dear.")
            await follower.hears(3)
            assert (held.version, bye_ms(held)) == (1, 400)
            assert await shelf.pinned("small", 1) is held
            assert await shelf.pinned("small", 3) is shelf.current("small")
            await asyncio.to_thread(flows.roll_back, "small", 3, 1, who="bob")
            await follower.hears(1)
            assert shelf.current("small") is held

    asyncio.run(follow())


def test_a_version_that_nobody_holds_leaves_the_memory_and_can_be_had_again(
    store: OpenStore, put: Put, tmp_path: Path
) -> None:
    """F9: a call that comes from another process asks for the version it was answered by."""

    async def follow() -> None:
        put("Bye.")
        put("Farewell.")
        async with following(store, tmp_path / "copies", BY_MESSAGE_S) as follower:
            shelf = follower.shelf
            first = await shelf.pinned("small", 1)
            assert bye_ms(first) == 400
            assert first is not None
            left = weakref.ref(first)
            del first
            assert await shelf.pinned("none", 1) is None  # the loop forgets what it brought last
            gc.collect()
            assert left() is None
            assert bye_ms(await shelf.pinned("small", 1)) == 400
            assert await shelf.pinned("small", 9) is None

    asyncio.run(follow())


def test_equal_sounds_of_several_versions_are_in_memory_once(
    store: OpenStore, put: Put, tmp_path: Path
) -> None:
    async def follow() -> None:
        put("Bye.")
        async with following(store, tmp_path / "copies", BY_MESSAGE_S) as follower:
            await follower.hears(1)
            first = follower.shelf.current("small")
            await asyncio.to_thread(put, "Farewell.")
            await follower.hears(2)
            second = follower.shelf.current("small")
            tone = Clip(ClipKind.TONE, "", "en-US")
            assert first is not None
            assert second is not None
            assert first.sounds.sound(tone) is second.sounds.sound(tone)

    asyncio.run(follow())


@pytest.mark.parametrize("damage", ["sound", "shorter", "text", "sounds", "gone"])
def test_a_version_that_is_not_whole_is_refused_and_the_one_before_serves(
    store: OpenStore,
    flows: FlowStore,
    client: redis.Redis,
    keys: Keys,
    rendered: RenderText,
    put: Put,
    small: str,
    tmp_path: Path,
    damage: str,
) -> None:
    """A flow answers only with every clip in memory; the next good version is taken."""

    def break_second() -> None:
        made = rendered(small.replace("Goodbye.", "Farewell."))
        bye = made.sounds[BYE].hash
        version = keys.version("small", 2)
        with cast("Any", client).pipeline() as together:
            together.incr(keys.changed)
            together.set(keys.current("small"), 2)
            together.set(keys.last("small"), 2)
            fields = {"text": made.text, "sounds": b"[]", "who": b"", "at": b"0"}
            match damage:
                case "gone":
                    pass
                case "sound":
                    fields["sounds"] = render_sounds(made.sounds)
                case "shorter":
                    fields["sounds"] = render_sounds(made.sounds)
                    together.hset(keys.audio(bye), mapping={"ulaw": b"\xff" * 160, "ms": 20})
                case "text":
                    fields["text"] = b"kind: Flow"
                case _:
                    fields["sounds"] = b"{}{"
            if damage != "gone":
                together.hset(version, mapping={**fields})
            together.execute()

    async def follow() -> None:
        put("Bye.")
        async with following(store, tmp_path / "copies") as follower:
            await follower.hears(1)
            await asyncio.to_thread(break_second)
            await follower.hears(1, Standing.REFUSED)
            assert follower.shelf.refused == {"small": 2}
            assert bye_ms(follower.shelf.current("small")) == 400
            await asyncio.to_thread(put, "So long, dear.")
            await follower.hears(3)
            assert follower.shelf.standing is Standing.CURRENT

    asyncio.run(follow())


def test_a_store_that_lost_all_takes_no_flow_away(
    store: OpenStore, client: redis.Redis, keys: Keys, put: Put, tmp_path: Path
) -> None:
    async def follow() -> None:
        put("Bye.")
        async with following(store, tmp_path / "copies") as follower:
            await follower.hears(1)
            raw = cast("Any", client)
            raw.delete(*raw.keys(f"{keys.root}:*"))
            await follower.hears(1, Standing.REFUSED)
            assert follower.shelf.refused == {"small": 0}
            assert bye_ms(follower.shelf.current("small")) == 400

    asyncio.run(follow())


def test_a_store_that_was_away_is_looked_at_anew(
    store: OpenStore, client: redis.Redis, keys: Keys, put: Put, tmp_path: Path
) -> None:
    """Even if it says that nothing has changed: it may have forgotten something."""
    raw = cast("Any", client)

    async def follow() -> None:
        put("Bye.")
        put("Farewell.")
        async with following(store, tmp_path / "copies") as follower:
            await follower.hears(2)
            count = raw.get(keys.changed)
            with raw.pipeline() as together:
                together.delete(keys.changed)
                together.lpush(keys.changed, "no number")
                together.execute()
            await follower.hears(2, Standing.AWAY)
            with raw.pipeline() as together:
                together.delete(keys.changed)
                together.set(keys.changed, count)
                together.set(keys.current("small"), 1)
                together.execute()
            await follower.hears(1)

    asyncio.run(follow())


def private(share: PrivateRedis) -> OpenStore:
    return OpenStore("", load({}, None).redis_prefix, f"unix://{share.socket_path}", share.leave)


def publish(opened: OpenStore, made: Rendered, expected: int) -> None:
    with opened.command_client() as client:
        store = FlowStore(client, Keys(opened.prefix), Origin())
        push(store, made, expected=expected, push_id=str(expected), who="ann")


def test_a_gateway_that_starts_without_the_store_serves_from_its_copies_until_it_is_there(
    redis_server: str,
    rendered: RenderText,
    small: str,
    tmp_path: Path,
    redis_gone: Callable[[Path], None],
) -> None:
    assert redis_server
    copies = tmp_path / "copies"

    async def follow_once(store: OpenStore) -> None:
        async with following(store, copies) as follower:
            await follower.hears(1)

    async def follow_without() -> None:
        async with following(private(gone), copies) as follower:
            shelf = follower.shelf
            await follower.hears(1, Standing.AWAY)
            held = shelf.current("small")
            assert bye_ms(held) == 800
            assert await shelf.pinned("small", 1) is held
            assert await shelf.pinned("small", 2) is None
            with private(await asyncio.to_thread(join, tmp_path)) as store:
                await follower.hears(1)
                made = rendered(small.replace("Goodbye.", "Bye."))
                await asyncio.to_thread(publish, store, made, 1)
                await follower.hears(2)
            await follower.hears(2, Standing.AWAY)
            assert bye_ms(shelf.current("small")) == 400

    gone = join(tmp_path)
    with private(gone) as store:
        publish(store, rendered(small), 0)
        asyncio.run(follow_once(store))
    redis_gone(tmp_path)
    asyncio.run(follow_without())
    redis_gone(tmp_path)


def test_a_copy_that_cannot_be_written_stops_nobody_and_is_tried_again(
    store: OpenStore, put: Put, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")

    async def follow() -> None:
        put("Bye.")
        async with following(store, blocked / "copies") as follower:
            await follower.hears(1)
            assert bye_ms(follower.shelf.current("small")) == 400
            blocked.unlink()
            await asyncio.to_thread(put, "Farewell.")
            await follower.hears(2)
            assert [each.version for each in Copies(blocked / "copies").load()] == [2]

    asyncio.run(follow())
