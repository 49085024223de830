"""A stream token opens one stream, whichever process is asked."""

import asyncio
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from voicegate.gateway.core.errors import StoreError, StoreFault
from voicegate.gateway.shared_tokens import CLOCKS_APART_MS, RedisTokenStore
from voicegate.gateway.store import OpenStore
from voicegate.gateway.tokens import (
    Grant,
    Refusal,
    StreamTokens,
    TokenFault,
    TokenStore,
    derive_key,
)

NOW_MS = 1_795_000_000_000
GRANT = Grant("call", "CA1", "AC1", attempt=0)


def now() -> int:
    return NOW_MS


def behind() -> int:
    """The clock of a machine that is slow, if not more so than is reckoned with."""
    return NOW_MS - CLOCKS_APART_MS + 1


async def consume(store: OpenStore, token: str) -> Grant | Refusal:
    """As a process would that has seen nothing of the token yet."""
    async with store.gateway_client() as client:
        tokens: TokenStore = RedisTokenStore(client, store.prefix, now, store.where)
        stream_tokens = StreamTokens(derive_key("auth-token"), tokens, now)
        return await stream_tokens.consume(token, GRANT.call_sid, GRANT.account_sid)


def issue(store: OpenStore) -> str:
    client = store.gateway_client()
    tokens = RedisTokenStore(client, store.prefix, now, store.where)
    return StreamTokens(derive_key("auth-token"), tokens, now).issue(GRANT, 30_000)


def test_a_hundred_sockets_race_for_one_token_and_one_wins(store: OpenStore) -> None:
    """C140: in several processes' stead, each with a loop and connections of its own."""
    token, results = issue(store), list[Grant | Refusal]()

    async def race() -> None:
        results.extend(await asyncio.gather(*(consume(store, token) for _ in range(20))))

    threads = [threading.Thread(target=lambda: asyncio.run(race())) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count(GRANT) == 1
    assert results.count(Refusal(TokenFault.USED)) == 99


def test_a_token_is_never_accepted_unchecked() -> None:
    """C156: with the store away it is refused, under a cause of its own."""
    away = OpenStore("", "{x}:", "unix:///nowhere/redis.sock")
    token = issue(away)
    assert asyncio.run(consume(away, token)) == Refusal(TokenFault.UNCHECKED)


def test_the_error_of_a_store_that_is_away_names_it() -> None:
    async def ask() -> None:
        async with OpenStore("", "{x}:", "unix:///nowhere/redis.sock").gateway_client() as client:
            await RedisTokenStore(client, "{x}:", now, "nowhere").consume("nonce", NOW_MS + 1)

    with pytest.raises(StoreError, match="Redis at nowhere cannot be reached") as caught:
        asyncio.run(ask())
    assert caught.value.fault is StoreFault.UNREACHABLE


def test_an_expired_one_is_refused_without_asking() -> None:
    async def ask(expires_at_ms: int) -> bool:
        async with OpenStore("", "{x}:", "unix:///nowhere/redis.sock").gateway_client() as client:
            return await RedisTokenStore(client, "{x}:", now, "").consume("nonce", expires_at_ms)

    assert not asyncio.run(ask(NOW_MS))
    assert not asyncio.run(ask(NOW_MS - 1))


def test_a_used_one_is_remembered_as_long_as_any_clock_may_take_it_for_fresh(
    store: OpenStore,
) -> None:
    """C140: and forgotten after that."""

    async def use() -> int:
        async with store.gateway_client() as client:
            assert await RedisTokenStore(client, store.prefix, now, "").consume("n", NOW_MS + 1)
            left_ms = await client.pttl(f"{store.prefix}token:n")
            late = RedisTokenStore(client, store.prefix, behind, "")
            assert not await late.consume("n", NOW_MS + 1)
            return left_ms

    assert 0 < asyncio.run(use()) <= CLOCKS_APART_MS + 1


class Cutter:
    """Stands between client and Redis; told to, it drops the next answer and the connection."""

    def __init__(self, real_path: str) -> None:
        self._real_path = real_path
        self.cuts_next = False
        self.cuts = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, questions = await asyncio.open_unix_connection(self._real_path)
        asking = asyncio.create_task(self._pass_on(reader, questions))
        while answer := await answers.read(65_536):
            if self.cuts_next:
                self.cuts_next = False
                self.cuts += 1
                break
            writer.write(answer)
        asking.cancel()
        for each in (writer, questions):
            each.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while question := await reader.read(65_536):
            writer.write(question)
        writer.close()


def test_who_asks_again_after_a_lost_answer_still_wins(store: OpenStore, tmp_path: Path) -> None:
    """C140: the script has run, the connection is lost with its answer, the client repeats it."""
    path = str(tmp_path / "cut.sock")
    cutter = Cutter(store.where)
    behind = replace(store, url=store.url.replace(store.where, path))

    async def use() -> None:
        server = await asyncio.start_unix_server(cutter.serve, path)
        async with server, behind.gateway_client() as client:
            tokens = RedisTokenStore(client, store.prefix, now, "")
            assert await tokens.consume("warm-up", NOW_MS + 30_000)
            cutter.cuts_next = True
            assert await tokens.consume("nonce", NOW_MS + 30_000)
            assert cutter.cuts == 1
            assert not await tokens.consume("nonce", NOW_MS + 30_000)

    asyncio.run(use())
