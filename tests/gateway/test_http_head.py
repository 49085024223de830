"""Peers that are slow, endless or silent about what they want, while a call goes on beside them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

import uvicorn
from websockets.asyncio.client import connect

from voicegate.gateway.http_head import PunctualHttp
from voicegate.gateway.sim.rig.loops import Run, turn
from voicegate.gateway.sim.rig.serving import serving
from voicegate.gateway.switch import MediaPort
from voicegate.gateway.text_socket import TextSocket

GET = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


class Hasty(PunctualHttp):
    head_timeout_s = 0.1


class Patient(PunctualHttp):
    head_timeout_s = 60.0


class Echo:
    def __init__(self, wire: TextSocket) -> None:
        self.wire = wire

    def on_text(self, data: memoryview | bytes) -> None:
        self.wire.send(bytes(data))

    def on_binary(self) -> None: ...

    def on_closed(self, code: int, reason: str) -> None: ...


async def application(scope: Any, receive: Any, send: Any) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"%d" % len(body)})


@asynccontextmanager
async def gateway(http: type[PunctualHttp]) -> AsyncGenerator[tuple[int, uvicorn.Server]]:
    media = MediaPort(["/media"], lambda _: Echo)
    config = uvicorn.Config(
        application,
        port=0,
        http=http,
        ws=media.protocol_class(),
        lifespan="off",
        timeout_keep_alive=60,
        timeout_graceful_shutdown=5,
        log_config=None,
        access_log=False,
    )
    async with serving(config) as served:
        yield served.port, served.server


async def until_end(reader: asyncio.StreamReader) -> bytes:
    with suppress(ConnectionError):
        return await reader.read()
    return b""


def test_a_head_must_come_within_five_seconds_and_64_kib():
    """C143."""
    assert PunctualHttp.head_timeout_s == 5.0
    assert PunctualHttp.head_bytes_max == 65_536


SLOW = [
    b"",
    b"\r\n",
    b"GET / HT",
    b"GET / HTTP/1.1\r\nHost: here\r\nX: y",
    GET + b"GET / HTTP/1.1\r\nHo",
]


def test_who_does_not_finish_a_head_is_left(run: Run):
    """C143: slow headers."""

    async def left(port: int, said: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(said)
        answered = await until_end(reader)
        assert answered.count(b"HTTP/1.1 200") == said.startswith(GET)
        writer.close()

    async def main() -> None:
        async with gateway(Hasty) as (port, server):
            await asyncio.gather(*(left(port, said) for said in SLOW))
            assert not server.server_state.connections

    run(main)


def test_an_empty_line_after_an_answer_buys_no_time(run: Run):
    """It stops uvicorn's own timer of idle connections, and begins no request."""

    async def main() -> None:
        async with gateway(Hasty) as (port, server):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(GET)
            await reader.readuntil(b"\r\n0\r\n\r\n")
            writer.write(b"\r\n")
            assert await until_end(reader) == b""
            assert not server.server_state.connections
            writer.close()

    run(main)


def test_an_endless_head_is_cut_off(run: Run):
    async def main() -> None:
        async with gateway(Patient) as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\n")
            with suppress(ConnectionError):
                for _ in range(200):
                    writer.write(b"X: " + b"y" * 4_000 + b"\r\n")
                    await writer.drain()
            assert await until_end(reader) == b""
            writer.close()

    run(main)


def test_the_heads_of_many_requests_may_be_long_together(run: Run):
    async def main() -> None:
        async with gateway(Patient) as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for _ in range(10):
                writer.write(b"GET / HTTP/1.1\r\nX: " + b"y" * 20_000 + b"\r\n")
                for _ in range(5):  # so that it arrives alone
                    await turn()
                writer.write(b"Host: here\r\n\r\n")
                assert (await reader.readuntil(b"\r\n0\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
            writer.close()

    run(main)


def test_a_big_body_is_no_head(run: Run):
    async def main() -> None:
        async with gateway(Patient) as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            post = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 500000\r\n"
            for last in (b"", b"Connection: close\r\n"):
                writer.write(post + last + b"\r\n" + bytes(500_000))
            assert (await reader.read()).count(b"500000") == 2
            writer.close()

    run(main)


def test_a_call_notices_nothing_of_silent_and_slow_peers(run: Run):
    """C143: idle sockets and slow headers end; the call beside them goes on."""

    async def main() -> None:
        async with gateway(Hasty) as (port, _), connect(f"ws://127.0.0.1:{port}/media") as call:
            idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(300)]
            for _, writer in idle[::2]:
                writer.write(b"GET /media HTTP/1.1\r\nUpgrade: websocket\r\n")
            ends = asyncio.gather(*(until_end(reader) for reader, _ in idle))
            frames = 0
            while not ends.done():
                await call.send(str(frames))
                assert await call.recv() == str(frames)
                frames += 1
                if frames == 900:  # more at once would be a flood
                    await ends
            assert not any(await ends)
            await call.send("still here")
            assert await call.recv() == "still here"
            for _, writer in idle:
                writer.close()

    run(main)
