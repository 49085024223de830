"""The simulated carrier on real sockets against a tiny gateway: order, counts and contents."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator  # pyright: ignore[reportMissingTypeStubs]

from voicegate.gateway.sim.carrier.account import AccountSettings, OwnNumber
from voicegate.gateway.sim.carrier.call_report import CallReport
from voicegate.gateway.sim.carrier.caller import (
    Caller,
    HangUp,
    HearAgent,
    Pause,
    PressKeys,
    Speak,
    Step,
    loud,
)
from voicegate.gateway.sim.carrier.documents import Target
from voicegate.gateway.sim.carrier.exchange import CallTiming
from voicegate.gateway.sim.carrier.faults import CarrierFault
from voicegate.gateway.sim.carrier.line import CarrierStream
from voicegate.gateway.sim.carrier.media_socket import Network
from voicegate.gateway.sim.carrier.messages import StreamIdentity
from voicegate.gateway.sim.carrier.server import CarrierServer, run, serve_carrier
from voicegate.gateway.sim.carrier.settings import CarrierSettings
from voicegate.gateway.sim.line_delay import Delay
from voicegate.gateway.sim.outputs import Note, Output, Played, Send

ACCOUNT, TOKEN = "AC" + "1" * 32, "tw_auth_token_for_tests_0123456789"
HOST = "https://voice.example.com"
CALLER, OWN = "+15550100001", "+15550100002"
NUMBER = OwnNumber(OWN, Target(f"{HOST}/voice"), status=Target(f"{HOST}/status"))
QUICK = CallTiming((0, 10), (0, 5), (0, 5), 0, 0, 0)
SETTINGS = AccountSettings(ACCOUNT, TOKEN, (NUMBER,), QUICK)
STREAM = (
    '<Response><Connect action="/after"><Stream url="wss://voice.example.com/media"'
    ' statusCallback="/stream"><Parameter name="tok" value="t-1"/></Stream></Connect></Response>'
)
HANGUP = "<Response><Hangup/></Response>"

Talk = Callable[["Gateway", web.WebSocketResponse, str], Coroutine[None, None, None]]


def reply(event: str, sid: str, **fields: object) -> str:
    return orjson.dumps({"event": event, "streamSid": sid, **fields}).decode()


def media(sid: str, audio: bytes) -> str:
    return reply("media", sid, media={"payload": base64.b64encode(audio).decode()})


class Gateway:
    """Answers by path and keeps what it was sent; `talk` is called with each `start`."""

    def __init__(self, talk: Talk, documents: dict[str, str]) -> None:
        self.port = 0
        self.headers: list[dict[str, str]] = []
        self.messages: list[dict[str, Any]] = []
        self.unsigned: list[str] = []
        self.forms: list[dict[str, object]] = []
        self._talk = talk
        self._documents = documents
        self._validator: Any = RequestValidator(TOKEN)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/media", self._media)
        app.router.add_route("*", "/{path:.*}", self._webhook)
        return app

    async def _webhook(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.forms.append({name: value for name, value in form.items() if name == "CallSid"})
        signature = request.headers["X-Twilio-Signature"]
        if not self._validator.validate(f"{HOST}{request.path_qs}", form, signature):
            self.unsigned.append(request.path)
        if request.path == "/moved":
            raise web.HTTPFound("/voice")
        document = self._documents.get(request.path)
        if document is None:
            return web.Response(status=204)
        return web.Response(text=document, content_type="text/xml")

    async def _media(self, request: web.Request) -> web.WebSocketResponse:
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        url = "wss://voice.example.com/media"
        if not self._validator.validate(url, {}, request.headers["X-Twilio-Signature"]):
            raise web.HTTPForbidden
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            self.messages.append(orjson.loads(message.data))
            sid = self.messages[-1].get("streamSid", "")
            if self.messages[-1]["event"] != "media":
                await self._talk(self, socket, sid)
        return socket

    def events(self, *names: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["event"] in names]


@asynccontextmanager
async def gateway(talk: Talk | None = None, **documents: str) -> AsyncGenerator[Gateway, None]:
    """A gateway whose documents are named by their path without the slash."""
    answers = {"/voice": STREAM, "/after": HANGUP}
    answers |= {f"/{name}": document for name, document in documents.items()}
    machine = Gateway(talk or listen, answers)
    runner = web.AppRunner(machine.app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    machine.port = runner.addresses[0][1]
    try:
        yield machine
    finally:
        await runner.cleanup()


async def listen(_town: Gateway, _socket: web.WebSocketResponse, _sid: str) -> None:
    """Say nothing."""


def carrier(
    town: Gateway, network: Network | None = None, stream: CarrierSettings | None = None
) -> Any:
    network = network or Network(("127.0.0.1", town.port))
    return serve_carrier("127.0.0.1", 0, SETTINGS, network=network, stream_settings=stream)


async def call(server: CarrierServer, *steps: Step, number: OwnNumber = NUMBER) -> CallReport:
    async with asyncio.timeout(10):
        return await server.place_call(number, CALLER, Caller(steps, Random(1)))


def test_a_call_from_the_webhook_to_the_last_callback() -> None:
    """C168, C170.1, C170.5: signed throughout, in order, on real sockets."""

    async def talk(town: Gateway, socket: web.WebSocketResponse, sid: str) -> None:
        match town.messages[-1]["event"]:
            case "start":
                await socket.send_str(media(sid, b"\x01" * 1_600))
                await socket.send_str(reply("mark", sid, mark={"name": "m"}))
            case "mark":
                await socket.close()
            case _:
                pass

    async def play() -> tuple[Gateway, CallReport]:
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

    async def play() -> tuple[Gateway, CallReport]:
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

    async def play() -> tuple[Gateway, CallReport]:
        async with gateway(voice=HANGUP) as town, carrier(town) as server:
            return town, await call(server, number=number)

    town, report = asyncio.run(play())
    assert town.unsigned == []
    assert town.forms == [{"CallSid": report.call_sid}, {}]
    assert report.end is not None
    assert report.end.cause == "hung up by document"


@pytest.mark.parametrize(
    ("close_code", "notes"), [(1000, []), (1011, ["31921"]), (None, ["31921"])]
)
def test_how_the_gateway_ends_a_stream_is_told(close_code: int | None, notes: list[str]) -> None:
    """C170.5: closed with an error code, or lost."""

    async def talk(_town: Gateway, socket: web.WebSocketResponse, _sid: str) -> None:
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

    async def talk(town: Gateway, socket: web.WebSocketResponse, _sid: str) -> None:
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

    async def play() -> tuple[Gateway, CallReport]:
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

    async def talk(town: Gateway, socket: web.WebSocketResponse, sid: str) -> None:
        if town.messages[-1]["event"] == "start":
            for name in names:
                await socket.send_str(media(sid, b"\x01" * 8))
                await socket.send_str(reply("mark", sid, mark={"name": name}))
        elif len(town.events("mark")) == len(names):
            await socket.close()

    async def play() -> tuple[Gateway, CallReport]:
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


class TalkingGateway:
    """A gateway as a function: what it answers to each message."""

    def answer(self, message: dict[str, Any]) -> list[str]:
        sid = message.get("streamSid", "")
        match message["event"]:
            case "start":
                greeting = (media(sid, loud(300)), reply("mark", sid, mark={"name": "greeted"}))
                return [*greeting, '{"event":"nonsense"}']
            case "dtmf":
                prompt = (media(sid, loud(5_000)), reply("mark", sid, mark={"name": "prompt"}))
                return [*prompt, reply("clear", sid)]
            case _:
                return []


SCRIPT = (HearAgent(300), Pause(150), PressKeys("12", gap_ms=400), Pause(200), HangUp())


def virtual_transcript() -> tuple[list[dict[str, Any]], bytes, list[str]]:
    """The script in virtual time, without any network."""
    brain, person = TalkingGateway(), Caller(SCRIPT, Random(1))
    identity = StreamIdentity(ACCOUNT, "CA" + "2" * 32, "MZ" + "3" * 32)
    stream = CarrierStream(CarrierSettings(), identity, {"tok": "t-1"}, person, Random(1))
    messages: list[dict[str, Any]] = []
    heard = bytearray()
    notes: list[str] = []

    def take(outputs: list[Output], now_ms: int) -> None:
        for each in outputs:
            if isinstance(each, Send):
                messages.append(orjson.loads(each.text))
                for answer in brain.answer(messages[-1]):
                    take(stream.receive(answer, now_ms), now_ms)
            elif isinstance(each, Played):
                heard.extend(each.payload)
                person.heard(each.payload, now_ms)
                for act in person.due(now_ms):
                    is_end = isinstance(act, HangUp)
                    take(
                        stream.hang_up(now_ms) if is_end else stream.press(act.digit, now_ms),
                        now_ms,
                    )
            elif isinstance(each, Note):
                notes.append(each.kind)

    take(stream.opened(0), 0)
    while stream.deadline_ms is not None:
        take(stream.wake(stream.deadline_ms), stream.deadline_ms)
    return messages, bytes(heard), notes


def plain(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What does not depend on the clock: no media, no counters, no SIDs."""
    kept = [dict(each) for each in messages if each["event"] != "media"]
    for each in kept:
        for name in ("sequenceNumber", "streamSid", "start", "stop"):
            each.pop(name, None)
    return kept


def test_a_socket_run_and_a_virtual_run_give_the_same_transcript() -> None:
    """C168: both drive the same machines."""
    brain = TalkingGateway()

    async def talk(town: Gateway, socket: web.WebSocketResponse, _sid: str) -> None:
        for answer in brain.answer(town.messages[-1]):
            await socket.send_str(answer)

    async def play() -> tuple[Gateway, CallReport]:
        async with gateway(talk) as town, carrier(town) as server:
            return town, await call(server, *SCRIPT)

    town, report = asyncio.run(play())
    messages, heard, notes = virtual_transcript()
    assert plain(town.messages) == plain(messages)
    assert [each["event"] for each in plain(messages)] == [
        "connected",
        "start",
        *("mark", "dtmf", "mark", "dtmf", "mark", "stop"),
    ]
    assert [note.kind for note in report.notes] == notes == ["31951"]
    assert loud(300) in heard
    assert loud(300) in report.heard_audio


def test_the_vendors_client_creates_finds_and_ends_a_call() -> None:
    """C170.6: REST as the `twilio` package speaks it, also where it is refused."""
    from twilio.base.exceptions import TwilioRestException  # pyright: ignore[reportMissingTypeStubs]
    from twilio.http.http_client import TwilioHttpClient  # pyright: ignore[reportMissingTypeStubs]
    from twilio.rest import Client  # pyright: ignore[reportMissingTypeStubs]

    def act(port: int) -> list[object]:
        client = Client(ACCOUNT, TOKEN, http_client=TwilioHttpClient(pool_connections=False))
        client.api.base_url = f"http://127.0.0.1:{port}"
        made = client.calls.create(to="+15550100009", from_=OWN, url=f"{HOST}/voice")
        sid = str(made.sid)
        found = [each.sid for each in client.calls.list(to="+15550100009", limit=5)]
        ended = client.calls(sid).update(status="completed")
        seen: list[object] = [made.status, found == [sid], ended.status]
        for attempt in (
            lambda: client.calls(sid).update(status="completed"),
            lambda: client.calls("CA" + "9" * 32).fetch(),
            lambda: client.calls.create(to="5550100009", from_=OWN, url=f"{HOST}/voice"),
        ):
            with pytest.raises(TwilioRestException) as caught:
                attempt()
            seen.append((caught.value.status, caught.value.code))
        return seen

    async def play() -> list[object]:
        async with gateway() as town, carrier(town) as server:
            return await asyncio.to_thread(act, server.port)

    assert asyncio.run(play()) == [
        "queued",
        True,
        "completed",
        (400, 21220),
        (404, 20404),
        (400, 21211),
    ]


def test_rest_without_the_token_is_refused() -> None:
    async def play() -> int:
        async with gateway() as town, carrier(town) as server:
            url = f"http://127.0.0.1:{server.port}/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
            async with aiohttp.ClientSession() as session, session.get(url) as response:
                return response.status

    assert asyncio.run(play()) == 401


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
