"""One port of a real uvicorn, on either loop: media beside WebSockets and HTTP of the application."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from voicegate.gateway import switch
from voicegate.gateway.sim.rig.loops import Run
from voicegate.gateway.sim.rig.serving import Served, serving
from voicegate.gateway.socket_limits import SocketLimits
from voicegate.gateway.switch import Gate, MediaPort, UpgradeHead
from voicegate.gateway.text_socket import TextSocket

MEDIA = "/twilio/media"
GET = "GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
KEY = "AAAAAAAAAAAAAAAAAAAAAA=="


class Echo:
    def __init__(self, wire: TextSocket) -> None:
        self.wire = wire
        self.ends: list[tuple[int, str]] = []

    def on_text(self, data: memoryview | bytes) -> None:
        self.wire.send(bytes(data))

    def on_binary(self) -> None:
        self.wire.close(1003)

    def on_closed(self, code: int, reason: str) -> None:
        self.ends.append((code, reason))


@dataclass
class Application:
    """The smallest ASGI application: it greets, echoes on any WebSocket, and notes what it was asked."""

    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append((scope["type"], scope["path"]))
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"hallo"})
            return
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message["text"]})


@dataclass
class Gateway:
    served: Served
    media: MediaPort
    application: Application

    def url(self, path: str) -> str:
        return f"ws://127.0.0.1:{self.served.port}{path}"


@asynccontextmanager
async def gateway(gate: Gate = lambda _: Echo, **settings: Any) -> AsyncGenerator[Gateway]:
    media = MediaPort([MEDIA], gate, SocketLimits(65_536, close_grace_s=0.05))
    application = Application()
    config = uvicorn.Config(
        application,
        port=0,
        ws=media.protocol_class(),
        lifespan="off",
        timeout_graceful_shutdown=5,
        log_config=None,
        access_log=False,
        **settings,
    )
    async with serving(config) as served:
        yield Gateway(served, media, application)


async def answer(port: int, request: str) -> bytes:
    """All that comes back on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.encode())
    answered = await reader.read()
    writer.close()
    return answered


def test_media_sockets_of_the_application_and_http_share_one_port(run: Run):
    """C188: media reaches its receiver by callback; the application never hears of it."""

    async def main() -> None:
        async with gateway() as here:
            async with (
                connect(here.url(MEDIA)) as media,
                connect(here.url("/console/live")) as console,
            ):
                for text in ("1", "2"):
                    await media.send(text)
                    await console.send(text)
                    assert [await media.recv(), await console.recv()] == [text, text]
                assert media.protocol.extensions == []
            page = await answer(here.served.port, GET)
            assert page.startswith(b"HTTP/1.1 200 OK")
            assert here.application.asked == [("websocket", "/console/live"), ("http", "/")]

    run(main)


def test_the_gate_is_shown_path_query_and_headers_by_their_lower_case_names(run: Run):
    heads: list[UpgradeHead] = []

    def gate(head: UpgradeHead) -> Any:
        heads.append(head)
        return Echo

    async def main() -> None:
        signed = [("X-Twilio-Signature", "c2lnbmVk"), ("X-Two", "a"), ("X-Two", "b:c")]
        async with (
            gateway(gate) as here,
            connect(here.url(MEDIA + "?a=%2F"), additional_headers=signed) as media,
        ):
            await media.send("hallo")
            assert await media.recv() == "hallo"

    run(main)
    [head] = heads
    assert (head.path, head.target) == (MEDIA, MEDIA + "?a=%2F")
    assert head.headers["x-twilio-signature"] == "c2lnbmVk"
    assert head.headers["x-two"] == "a, b:c"


def test_a_refusal_comes_before_the_101_and_says_nothing_else(run: Run):
    """C137, C7: refused upgrades end with their status, without detail and without a socket."""

    def gate(head: UpgradeHead) -> HTTPStatus:
        return HTTPStatus(int(head.headers["x-status"]))

    async def main() -> None:
        async with gateway(gate) as here:
            for status in (403, 503):
                with pytest.raises(InvalidStatus) as caught:
                    await connect(here.url(MEDIA), additional_headers={"X-Status": str(status)})
                response = caught.value.response
                assert (response.status_code, response.body) == (status, b"")
                assert set(response.headers) == {"content-length", "connection"}
                assert not here.media.live
            refused = await answer(here.served.port, upgrade(more="X-Status: 403\r\n"))
            assert refused.startswith(b"HTTP/1.1 403 ")  # and the connection ends
            assert here.application.asked == []

    run(main)


def test_a_browser_that_also_keeps_alive_is_let_in(run: Run):
    async def main() -> None:
        async with gateway() as here:
            reader, writer = await asyncio.open_connection("127.0.0.1", here.served.port)
            writer.write(upgrade(connection="keep-alive, Upgrade").encode())
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
            writer.transport.abort()

    run(main)


def upgrade(connection: str = "Upgrade", key: str = KEY, more: str = "") -> str:
    return (
        f"GET {MEDIA} HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: {connection}\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{more}\r\n"
    )


def test_an_upgrade_without_a_proper_key_is_a_bad_request(run: Run):
    async def main() -> None:
        async with gateway() as here:
            for key in ("", "short", "A" * 32, "ö" * 22 + "=="):
                assert (await answer(here.served.port, upgrade(key=key))).startswith(
                    b"HTTP/1.1 400 "
                )
            assert not here.media.live

    run(main)


def test_a_head_may_be_long(run: Run):
    async def main() -> None:
        cookies = {"Cookie": "x" * 20_000}
        async with (
            gateway() as here,
            connect(here.url(MEDIA), additional_headers=cookies) as media,
        ):
            await media.send("hallo")
            assert await media.recv() == "hallo"

    run(main)


def test_the_sockets_that_live_are_known_and_a_drain_can_close_them(run: Run):
    async def main() -> None:
        async with gateway() as here:
            async with connect(here.url(MEDIA)) as one, connect(here.url(MEDIA)) as two:
                await echoed(one)
                await echoed(two)
                assert len(here.media.live) == 2
                for wire in list(here.media.live):
                    wire.close(1001)
                for peer in (one, two):
                    with pytest.raises(ConnectionClosed) as caught:
                        await peer.recv()
                    assert caught.value.rcvd is not None
                    assert caught.value.rcvd.code == 1001
            assert not here.media.live
            assert not here.served.server.server_state.connections

    run(main)


async def echoed(peer: Any) -> None:
    await peer.send("?")
    assert await peer.recv() == "?"


def test_a_server_that_shuts_down_says_goodbye_to_media_and_waits_for_it(run: Run):
    ends: list[tuple[int, str]] = []

    class Watched(Echo):
        def on_closed(self, code: int, reason: str) -> None:
            ends.append((code, reason))

    async def main() -> None:
        async with gateway(lambda _: Watched) as here:
            async with connect(here.url(MEDIA)) as peer:
                await echoed(peer)
                stopping = asyncio.create_task(here.served.stop())
                with pytest.raises(ConnectionClosed):
                    await peer.recv()
                assert peer.close_code == 1001
            await stopping
            assert ends == [(1001, "")]
            assert not here.media.live

    run(main)


def test_a_peer_that_answers_no_goodbye_does_not_stop_a_shutdown(run: Run):
    async def main() -> None:
        async with gateway() as here:
            _, writer = await asyncio.open_connection("127.0.0.1", here.served.port)
            writer.write(upgrade().encode())
            while not here.media.live:
                await answer(here.served.port, GET)
            await here.served.stop()
            assert not here.media.live
            writer.transport.abort()

    run(main)


def test_a_peer_that_does_not_read_is_noticed_here_too(run: Run):
    """C58: what waits is counted and can be taken back, also behind the switch."""

    async def main() -> None:
        async with gateway() as here:
            _, writer = await asyncio.open_connection("127.0.0.1", here.served.port, limit=1_024)
            writer.write(upgrade().encode())
            while not here.media.live:
                await answer(here.served.port, GET)
            [wire] = here.media.live
            while wire.backlog_bytes() < 100_000:
                wire.send(bytes(1_000))
            assert wire.drop_unsent() > 90
            writer.transport.abort()

    run(main)


def test_who_closes_at_once_is_not_counted_for_ever(run: Run):
    class Rude(Echo):
        def __init__(self, wire: TextSocket) -> None:
            super().__init__(wire)
            wire.abort()

    async def main() -> None:
        async with gateway(lambda _: Rude) as here:
            for _ in range(5):
                with pytest.raises((ConnectionClosed, OSError, EOFError)):
                    async with connect(here.url(MEDIA)) as peer:
                        await peer.recv()
            assert not here.media.live
            assert not here.served.server.server_state.connections

    run(main)


def test_without_a_library_for_the_applications_sockets_those_are_refused(
    run: Run, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(switch, "AutoWebSocketsProtocol", None)

    async def main() -> None:
        async with gateway() as here:
            with pytest.raises(InvalidStatus) as caught:
                await connect(here.url("/console/live"))
            assert caught.value.response.status_code == 404
            async with connect(here.url(MEDIA)) as peer:
                await echoed(peer)

    run(main)
