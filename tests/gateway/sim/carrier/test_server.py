"""The simulated carrier on real sockets against a small gateway: calls from the webhook to their end."""

import asyncio
import base64
from random import Random

from aiohttp import web

from voicegate.gateway.sim.carrier.account import OwnNumber
from voicegate.gateway.sim.carrier.call_report import CallReport
from voicegate.gateway.sim.carrier.caller import (
    Caller,
    HangUp,
    Pause,
    PressKeys,
    Speak,
    loud,
)
from voicegate.gateway.sim.carrier.documents import Target
from voicegate.gateway.sim.carrier.media_socket import Network
from voicegate.gateway.sim.carrier.server import run, serve_carrier
from voicegate.gateway.sim.rig.small_gateway import (
    CALLER,
    HANGUP,
    HOST,
    NUMBER,
    OWN,
    SETTINGS,
    SmallGateway,
    call,
    carrier,
    gateway,
    media,
    reply,
)


def test_a_call_from_the_webhook_to_the_last_callback() -> None:
    """C168, C170.1, C170.5: signed throughout, in order, on real sockets."""

    async def talk(town: SmallGateway, socket: web.WebSocketResponse, sid: str) -> None:
        match town.messages[-1]["event"]:
            case "start":
                await socket.send_str(media(sid, b"\x01" * 1_600))
                await socket.send_str(reply("mark", sid, mark={"name": "m"}))
            case "mark":
                await socket.close()
            case _:
                pass

    async def play() -> tuple[SmallGateway, CallReport]:
        async with gateway(talk) as town, carrier(town) as server:
            return town, await call(server, Speak(loud(1_000)))

    town, report = asyncio.run(play())
    assert town.unsigned == []
    assert report.notes == []
    assert report.requests[0].path == "/voice"
    assert sorted(request.path for request in report.requests) == [
        "/after",
        "/status",
        "/stream",
        "/stream",
        "/voice",
    ]
    assert report.end is not None
    assert (report.end.status, report.end.cause) == ("completed", "hung up by document")
    assert report.close_codes == [1000]
    assert report.heard_audio.count(b"\x01") == 1_600
    assert [message["event"] for message in town.events("connected", "start", "mark")] == [
        "connected",
        "start",
        "mark",
    ]
    payloads = [base64.b64decode(each["media"]["payload"]) for each in town.events("media")]
    assert b"".join(payloads)[:400] == loud(50)
    (headers,) = town.headers
    assert headers["user-agent"] == "Twilio.TmeWs/1.0"
    assert headers["host"] == "voice.example.com"
    assert headers["sec-websocket-version"] == "13"
    assert not {"origin", "sec-websocket-protocol", "sec-websocket-extensions"} & headers.keys()


def test_the_caller_presses_and_hangs_up() -> None:
    """C170.5, C170.7, C172: `stop`, then close with 1000; no action."""
    steps = (Pause(200), PressKeys("7"), HangUp())

    async def play() -> tuple[SmallGateway, CallReport]:
        async with gateway() as town, carrier(town) as server:
            return town, await call(server, *steps)

    town, report = asyncio.run(play())
    assert [message["event"] for message in town.messages if message["event"] != "media"] == [
        "connected",
        "start",
        "dtmf",
        "stop",
    ]
    assert town.messages[-1]["event"] == "stop"
    assert report.end is not None
    assert report.end.cause == "caller"
    assert report.forms("/after") == []
    assert report.forms("/status")[0]["CallStatus"] == "completed"


def test_a_gateway_that_is_not_there_is_tried_twice() -> None:
    """C170.5: connecting fails."""

    async def play() -> CallReport:
        async with gateway() as town:
            port = town.port
        network = Network(("127.0.0.1", port))
        async with serve_carrier("127.0.0.1", 0, SETTINGS, network=network) as server:
            return await call(server)

    report = asyncio.run(play())
    paths = [request.path for request in report.requests]
    assert paths[:2] == ["/voice", "/voice"]
    tokens = {
        request.fetch.headers["I-Twilio-Idempotency-Token"] for request in report.requests[:2]
    }
    assert len(tokens) == 1
    assert report.end is not None
    assert report.end.status == "failed"


def test_a_redirected_webhook_loses_its_form() -> None:
    number = OwnNumber(OWN, Target(f"{HOST}/moved"))

    async def play() -> tuple[SmallGateway, CallReport]:
        async with gateway(voice=HANGUP) as town, carrier(town) as server:
            return town, await call(server, number=number)

    town, report = asyncio.run(play())
    assert town.unsigned == []
    assert town.forms == [{"CallSid": report.call_sid}, {}]
    assert report.end is not None
    assert report.end.cause == "hung up by document"


def test_run_tells_what_happens() -> None:
    """C179: `voicegate sim carrier` in a line for each thing."""
    lines: list[str] = []

    async def play() -> CallReport:
        async with gateway() as town:
            return await run(
                NUMBER,
                CALLER,
                Caller((Pause(100), HangUp()), Random(1)),
                SETTINGS,
                lines.append,
                network=Network(("127.0.0.1", town.port)),
            )

    report = asyncio.run(play())
    assert report.end is not None
    assert lines[0].startswith("REST API on http://127.0.0.1:")
    assert any(line.startswith("POST /voice -> 200") for line in lines)
    assert "ended: completed, caller" in lines
