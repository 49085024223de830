"""Streams of the simulated carrier on real sockets: how they begin, how they end, what is in between."""

import asyncio
import base64
import hashlib

import pytest
from aiohttp import web

from voicegate.gateway.sim.carrier.account import AccountSettings
from voicegate.gateway.sim.carrier.call_report import CallReport
from voicegate.gateway.sim.carrier.caller import (
    HangUp,
    Pause,
)
from voicegate.gateway.sim.carrier.faults import CarrierFault
from voicegate.gateway.sim.carrier.media_socket import Network
from voicegate.gateway.sim.carrier.server import serve_carrier
from voicegate.gateway.sim.carrier.settings import CarrierSettings
from voicegate.gateway.sim.line_delay import Delay
from voicegate.gateway.sim.rig.small_gateway import (
    ACCOUNT,
    NUMBER,
    QUICK,
    SETTINGS,
    STREAM,
    SmallGateway,
    call,
    carrier,
    gateway,
    media,
    reply,
)


def test_a_refused_upgrade_is_31920_and_the_action_is_fetched() -> None:
    """C170.5."""

    async def play() -> CallReport:
        bad = AccountSettings(ACCOUNT, "another token", (NUMBER,), QUICK)
        async with gateway() as town:
            network = Network(("127.0.0.1", town.port))
            async with serve_carrier("127.0.0.1", 0, bad, network=network) as server:
                return await call(server)

    report = asyncio.run(play())
    assert [note.kind for note in report.notes] == ["31920"]
    assert report.forms("/stream")[0]["StreamEvent"] == "stream-error"
    assert len(report.forms("/after")) == 1
    assert report.streams == []


@pytest.mark.parametrize(
    ("close_code", "notes"), [(1000, []), (1011, ["31921"]), (None, ["31921"])]
)
def test_how_the_gateway_ends_a_stream_is_told(close_code: int | None, notes: list[str]) -> None:
    """C170.5: closed with an error code, or lost."""

    async def talk(_town: SmallGateway, socket: web.WebSocketResponse, _sid: str) -> None:
        if close_code is not None:
            await socket.close(code=close_code)
        elif (transport := socket.get_extra_info("socket")) is not None:
            transport.shutdown(2)

    async def play() -> CallReport:
        async with gateway(talk) as town, carrier(town) as server:
            return await call(server)

    report = asyncio.run(play())
    assert report.close_codes == [close_code or 1006]
    assert [note.kind for note in report.notes] == notes
    assert len(report.forms("/after")) == 1


def test_a_stream_that_has_ended_does_nothing_more() -> None:
    """C189: neither timer nor task is left of it while another call goes on."""

    async def talk(town: SmallGateway, socket: web.WebSocketResponse, _sid: str) -> None:
        if len(town.headers) == 1:
            await socket.close()

    async def play() -> tuple[int, CallReport, CallReport]:
        async with gateway(talk) as town, carrier(town) as server:
            first = await call(server)
            heard = len(first.heard)
            return heard, first, await call(server, Pause(200), HangUp())

    heard, first, second = asyncio.run(play())
    assert len(first.heard) == heard
    assert len(second.heard) >= 10


def test_a_dropped_socket_reaches_the_gateway_as_a_loss() -> None:
    """C173, carrier: 1006."""

    async def play() -> tuple[SmallGateway, CallReport]:
        faults = CarrierSettings(faults=(CarrierFault("drop", at_ms=200),))
        async with gateway() as town, carrier(town, stream=faults) as server:
            return town, await call(server)

    town, report = asyncio.run(play())
    assert town.events("stop") == []
    assert report.close_codes == [1006]
    assert len(report.forms("/after")) == 1


def test_a_fragmented_control_frame_is_31924() -> None:
    """C170.4: what breaks RFC 6455 ends the stream and is noted."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if b"Upgrade: websocket" in head:
            key = head.split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0]
            magic = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            accept = base64.b64encode(hashlib.sha1(key + magic).digest())
            writer.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n\x09\x00"
            )
            await reader.read(64)
        else:
            document = STREAM.replace(' action="/after"', "") if b"/voice" in head else ""
            answer = (
                f"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n\r\n{document}"
            )
            writer.write(answer.encode())
        writer.close()

    async def play() -> CallReport:
        listener = await asyncio.start_server(serve, "127.0.0.1", 0)
        network = Network(listener.sockets[0].getsockname())
        async with listener, serve_carrier("127.0.0.1", 0, SETTINGS, network=network) as server:
            return await call(server)

    assert [note.kind for note in asyncio.run(play()).notes] == ["31924", "31921"]


def test_delay_and_jitter_keep_the_order() -> None:
    """C168: the network of the server is FIFO in both directions."""
    names = [f"m{number}" for number in range(40)]

    async def talk(town: SmallGateway, socket: web.WebSocketResponse, sid: str) -> None:
        if town.messages[-1]["event"] == "start":
            for name in names:
                await socket.send_str(media(sid, b"\x01" * 8))
                await socket.send_str(reply("mark", sid, mark={"name": name}))
        elif len(town.events("mark")) == len(names):
            await socket.close()

    async def play() -> tuple[SmallGateway, CallReport]:
        async with gateway(talk) as town:
            place = ("127.0.0.1", town.port)
            network = Network(place, Delay(20, 10), Delay(20, 10))
            async with carrier(town, network) as server:
                return town, await call(server)

    town, report = asyncio.run(play())
    assert [each["mark"]["name"] for each in town.events("mark")] == names
    numbers = [int(each["sequenceNumber"]) for each in town.messages[1:]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert report.heard_audio.count(b"\x01") == 320
