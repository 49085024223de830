"""Calls that end at random points leave nothing behind: tasks, timers, sockets, memory.

The real gateway with signatures and tokens, in this loop; the ends are as small as they can be.
"""

import asyncio
import gc
import os
import re
from collections.abc import AsyncGenerator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random

import orjson
import psutil
import pytest

from voicegate.gateway.core.call import Call
from voicegate.gateway.legs.twilio_stream import TwilioStream
from voicegate.gateway.live_calls import LiveCalls
from voicegate.gateway.lobby import Guest
from voicegate.gateway.models.openai_realtime import OpenAIRealtime
from voicegate.gateway.server import listen
from voicegate.gateway.session import Session
from voicegate.gateway.settings import load
from voicegate.gateway.sim.bench.entrance import ACCOUNT_SID, HOST, PUBLIC_PLACE, SignedDoor
from voicegate.gateway.sim.bench.sound import NumberedSound
from voicegate.gateway.sim.carrier.messages import CONNECTED, StreamIdentity, StreamWriter
from voicegate.gateway.sim.carrier.webhooks import signature
from voicegate.gateway.sim.house import running
from voicegate.gateway.socket_limits import SocketLimits
from voicegate.gateway.sockets import accepting, connect
from voicegate.gateway.text_socket import TextSocket
from voicegate.gateway.wiring import Gateway, build

CALLS = int(os.environ.get("TESTS_LEAK_CALLS", "500"))  # no VOICEGATE_: it would be a setting
AT_ONCE = 20
AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
OURS = (Call, Session, TwilioStream, OpenAIRealtime, Guest, TextSocket)
FRAMES = NumberedSound("pcmu", 20)
DELTA = NumberedSound("pcm24k", 200).text(0)


class Model:
    """Accepts its settings and speaks without being asked, unless it is to refuse or to die."""

    def __init__(self, socket: TextSocket, fate: str) -> None:
        self._socket = socket
        self._fate = fate
        self._heard = 0
        self._say(type="session.created", session={})

    def on_text(self, data: memoryview | bytes) -> None:
        message = orjson.loads(data)
        self._heard += 1
        if message["type"] == "session.update" and self._fate == "refuses":
            self._socket.close(4004, "invalid_request_error.model_not_found")
        elif message["type"] == "session.update":
            self._say(type="session.updated", session=message["session"])
        elif self._heard == 3:
            self._speak()
        elif self._heard == 7 and self._fate == "dies":
            self._socket.abort()

    def on_binary(self) -> None: ...

    def on_closed(self, code: int, reason: str) -> None: ...

    def _speak(self) -> None:
        self._say(type="response.created", response={"id": "r"})
        for number in range(5):
            place = {"response_id": "r", "item_id": f"i{number % 2}"}
            self._say(type="response.output_audio.delta", **place, delta=DELTA)
        if self._fate == "interrupts":
            self._say(type="input_audio_buffer.speech_started", item_id="c", audio_start_ms=0)

    def _say(self, **message: object) -> None:
        self._socket.send(orjson.dumps(message))


class Carrier:
    """Echoes marks and knows when its socket is over."""

    def __init__(self, socket: TextSocket) -> None:
        self._socket = socket
        self.over = asyncio.Event()

    def on_text(self, data: memoryview | bytes) -> None:
        if orjson.loads(data)["event"] == "mark":
            self._socket.send(bytes(data))

    def on_binary(self) -> None: ...

    def on_closed(self, code: int, reason: str) -> None:
        self.over.set()


@dataclass(frozen=True, slots=True)
class Line:
    """The gateway, and the ways to reach it."""

    gateway: Gateway
    port: int
    rng: Random

    async def call(self, number: int) -> None:
        """One call, ended somewhere."""
        rng = self.rng
        ids = StreamIdentity(ACCOUNT_SID, f"CA{number:032x}", f"MZ{number:032x}")
        ticket = await SignedDoor(AUTH_TOKEN).announce(self.port, ids)
        if rng.random() < 0.1:
            await turns(rng.randrange(30))
            await self.post("/twilio/status", ids.call_sid)
            return
        socket = await connect(f"ws://{HOST}:{self.port}/twilio/media", ticket.headers)
        carrier = Carrier(socket)
        socket.attach(carrier)
        if rng.random() < 0.9:
            self._talk(socket, StreamWriter(ids), ticket.parameters)
            await turns(rng.randrange(60))
        self._hang_up(socket, StreamWriter(ids))
        await carrier.over.wait()
        await self.post(rng.choice(("/twilio/status", "/twilio/after")), ids.call_sid)

    def _talk(
        self, socket: TextSocket, writer: StreamWriter, parameters: Mapping[str, str]
    ) -> None:
        socket.send(CONNECTED)
        socket.send(writer.start(parameters if self.rng.random() < 0.95 else {}))
        for number in range(self.rng.randrange(20)):
            socket.send(writer.media(FRAMES.text(number), 20 * number))

    def _hang_up(self, socket: TextSocket, writer: StreamWriter) -> None:
        match self.rng.randrange(4):
            case 0:
                socket.close()
            case 1:
                socket.abort()
            case 2:
                socket.close(1011)
            case _:
                socket.send(writer.stop())
                socket.close()

    async def post(self, path: str, call_sid: str) -> None:
        fields = {"CallSid": call_sid, "AccountSid": ACCOUNT_SID, "CallStatus": "completed"}
        signed = signature(AUTH_TOKEN, f"https://{PUBLIC_PLACE}{path}", tuple(fields.items()))
        form = "&".join(f"{name}={value}" for name, value in fields.items())
        reader, writer = await asyncio.open_connection(HOST, self.port)
        head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n"
        writer.write(
            f"{head}X-Twilio-Signature: {signed}\r\nContent-Length: {len(form)}\r\n\r\n{form}".encode()
        )
        assert b" 200 " in (answer := await reader.read()) or b" 204 " in answer
        writer.close()
        await writer.wait_closed()

    async def calls(self, first: int, count: int) -> None:
        """So many, some at the same time; then until all of it is over."""
        numbers = range(first, first + count)
        for begin in range(0, count, AT_ONCE):
            async with asyncio.TaskGroup() as tasks:
                for number in numbers[begin : begin + AT_ONCE]:
                    tasks.create_task(self.call(number))
        await self.gateway.calls.emptied.wait()


async def turns(count: int) -> None:
    """Let the loop turn, without waiting for anything in particular."""
    loop = asyncio.get_running_loop()
    for _ in range(count):
        turned = asyncio.Event()
        loop.call_soon(turned.set)
        await turned.wait()


@asynccontextmanager
async def open_line(seed: int) -> AsyncGenerator[Line, None]:
    rng = Random(seed)
    fates = ("speaks", "speaks", "interrupts", "refuses", "dies")

    def accept(socket: TextSocket) -> Model:
        return Model(socket, rng.choice(fates))

    loop = asyncio.get_running_loop()
    limits = SocketLimits(max_message_bytes=1 << 20)
    server = await loop.create_server(lambda: accepting(accept, limits), HOST, 0)
    listener = listen(HOST, 0, is_insecure=False)
    settings = load(
        {
            "OPENAI_API_KEY": "sk-of-a-test",
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "VOICEGATE_PUBLIC_URL": f"https://{PUBLIC_PLACE}",
            "VOICEGATE_OPENAI_URL": f"ws://{HOST}:{server.sockets[0].getsockname()[1]}/v1/realtime",
            "VOICEGATE_MAX_CALLS": "10000",
        },
        None,
    )
    gateway = build(settings, is_insecure=False)
    try:
        async with running(gateway, listener):
            await turns(1)
            gateway.lag.stop()  # both ends share its loop: it is late, and would take no more calls
            yield Line(gateway, listener.getsockname()[1], rng)
    finally:
        server.close()


@dataclass(frozen=True, slots=True)
class Open:
    """What ends a moment after its call."""

    tasks: int
    timers: int
    descriptors: int


def still_open() -> Open:
    """What there is now."""
    scheduled: list[asyncio.TimerHandle] = vars(asyncio.get_running_loop())["_scheduled"]
    timers = sum(not timer.cancelled() for timer in scheduled)
    return Open(len(asyncio.all_tasks()), timers, psutil.Process().num_fds())


async def settled(start: Open) -> Open:
    """What there is when everything has ended; what leaks does not, however long one waits."""
    loop = asyncio.get_running_loop()
    patience_s = loop.time() + 4  # less than any timer of a call has left
    while still_open() != start and loop.time() < patience_s:
        await turns(50)
    return still_open()


def alive() -> dict[str, int]:
    """Objects of ours that nothing has let go."""
    gc.collect()
    everything = gc.get_objects()
    return {kind.__name__: sum(type(one) is kind for one in everything) for kind in OURS}


def memory_bytes() -> int:
    """What of this process is in memory."""
    gc.collect()
    return psutil.Process().memory_info().rss


def on_plain_loop(main: Coroutine[None, None, None]) -> None:
    """The loop of the standard library: its timers can be counted."""
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(asyncio.wait_for(main, 60 + CALLS / 5))


@pytest.mark.skipif(not hasattr(psutil.Process, "num_fds"), reason="descriptors are not counted")
def test_calls_that_end_anywhere_leave_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """C189: tasks, timers, sockets and descriptors at their start value; memory stays."""
    assert LiveCalls.__init__.__kwdefaults__  # what is remembered of calls reaches its bound soon
    monkeypatch.setitem(LiveCalls.__init__.__kwdefaults__, "keep_max", CALLS // 10)

    async def main() -> None:
        async with open_line(seed=189) as line:
            await line.post("/twilio/status", "CA" + "f" * 32)  # the server serves
            await turns(50)
            start = still_open()
            await line.calls(0, CALLS // 2)
            assert await settled(start) == start
            halfway_bytes = memory_bytes()
            await line.calls(CALLS // 2, CALLS - CALLS // 2)
            assert await settled(start) == start
            assert alive() == dict.fromkeys(alive(), 0)
            assert memory_bytes() - halfway_bytes < halfway_bytes // 100
            text = line.gateway.metrics.render()[0].decode()
            reasons = set(re.findall(r'calls_ended_total\{reason="(\w+)"\} [1-9]', text))
            assert reasons == {"caller_hung_up", "leg_lost", "model_lost", "model_refused"}

    on_plain_loop(main())
