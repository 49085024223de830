"""The simulated Realtime server on a real socket: one machine, one timer per connection."""

import asyncio
import random
import time
from base64 import b64decode
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import orjson
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from ..alarm import Alarm
from ..line_delay import Delay, DelayLine
from ..outputs import Close, Drop, Note, Output, Send, SendBytes
from .brains import Brain
from .machine import RealtimeServer
from .settings import RealtimeSettings

BrainFactory = Callable[[], Brain]
Overhear = Callable[[str], None]
_MESSAGE_BYTES_MOST = 22 << 20  # 15 MiB of audio in base64, and its event
_PING_S = 20


def unheard(_message: str) -> None:
    """Nobody overhears the messages."""


@dataclass(frozen=True, slots=True)
class Network:
    """What the network adds in each direction: half the round trip, and a random extra."""

    round_trip_ms: float = 0.0
    jitter_ms: float = 0.0  # mean of an exponential extra

    @property
    def one_way(self) -> Delay:
        """Either direction of it."""
        return Delay(self.round_trip_ms / 2, self.jitter_ms)


@dataclass(slots=True)
class RealtimeConnection:
    """One session, for those who look at it from outside."""

    machine: RealtimeServer
    notes: list[Note] = field(default_factory=list[Note])
    messages: int = 0
    texts: list[str] = field(default_factory=list[str])  # sent, if kept
    received: list[str | bytes] = field(default_factory=list[str | bytes])  # if kept

    def appended_audio(self) -> bytes:
        """The caller's audio among the kept messages, joined."""
        events = [orjson.loads(text) for text in self.received if isinstance(text, str)]
        appended = [e["audio"] for e in events if e["type"] == "input_audio_buffer.append"]
        return b"".join(map(b64decode, appended))


@dataclass(slots=True)
class RealtimeListener:
    """The bound port and every session so far, in order of their upgrades."""

    port: int
    connections: list[RealtimeConnection]


class _Socket:
    """Runs one machine on one WebSocket."""

    def __init__(
        self,
        connection: RealtimeConnection,
        network: Network,
        seed: str,
        overhear: Overhear,
        *,
        is_kept: bool,
    ) -> None:
        self._connection = connection
        self._overhear = overhear
        self._machine = connection.machine
        self._is_kept = is_kept
        way, luck = network.one_way, random.Random
        self._inward = DelayLine[str | bytes](way, luck(f"{seed}/in"), self._receive)
        self._outward = DelayLine[Output](way, luck(f"{seed}/out"), self._send)
        self._outbox: asyncio.Queue[Output] = asyncio.Queue()
        self._alarm = Alarm(self._now_ms, self._wake)
        self._loop = asyncio.get_running_loop()
        self._origin = self._loop.time()

    async def run(self, socket: ServerConnection, request: Request) -> None:
        """Until either side closes."""
        writer = asyncio.create_task(self._write(socket))
        try:
            headers = dict(request.headers.raw_items())
            self._emit(self._machine.connect(request.path, headers, self._now_ms()))
            pause_s = self._machine.read_pause_ms / 1000
            async for message in socket:
                self._inward.enter(message)
                if pause_s:
                    await asyncio.sleep(pause_s)
        except ConnectionClosed:
            pass  # lost instead of closed: the same end
        finally:
            self._machine.disconnected(self._now_ms())
            self._inward.cut()
            self._outward.cut()
            self._alarm.set(self._machine.deadline_ms)
            writer.cancel()

    def _now_ms(self) -> int:
        return int((self._loop.time() - self._origin) * 1000)

    def _receive(self, message: str | bytes) -> None:
        self._connection.messages += 1
        if self._is_kept:
            self._connection.received.append(message)
        self._emit(self._machine.receive(message, self._now_ms()))

    def _wake(self, now_ms: int) -> None:
        self._emit(self._machine.wake(now_ms))

    def _emit(self, outputs: list[Output]) -> None:
        for output in outputs:
            if isinstance(output, Note):
                self._connection.notes.append(output)
            else:
                self._outward.enter(output)
        self._alarm.set(self._machine.deadline_ms)

    def _send(self, output: Output) -> None:
        if self._is_kept and isinstance(output, Send):
            self._connection.texts.append(output.text)
        self._outbox.put_nowait(output)

    async def _write(self, socket: ServerConnection) -> None:
        try:
            while True:
                match await self._outbox.get():
                    case Send(text):
                        self._overhear(text)
                        await socket.send(text)
                    case SendBytes(data):
                        await socket.send(data)
                    case Close(code, reason):
                        await socket.close(code, reason)
                    case Drop():
                        socket.transport.abort()
                    case _:
                        pass
        except ConnectionClosed:
            pass  # the reader sees it too and ends the session


class _Doorman:
    """Makes the machine of each upgrade, and refuses those that HTTP refuses."""

    def __init__(
        self,
        settings: RealtimeSettings,
        brain_factory: BrainFactory,
        network: Network,
        seed: int,
        overhear: Overhear,
        *,
        is_kept: bool,
    ) -> None:
        self._overhear = overhear
        self.connections: list[RealtimeConnection] = []
        self._settings = settings
        self._brain_factory = brain_factory
        self._network = network
        self._seed = seed
        self._is_kept = is_kept
        self._admitted: dict[ServerConnection, tuple[RealtimeConnection, str]] = {}

    def process_request(self, socket: ServerConnection, request: Request) -> Response | None:
        """The library's hook before the 101."""
        seed = f"{self._seed}/{len(self.connections)}"
        settings = replace(self._settings, epoch_s=int(time.time()))
        machine = RealtimeServer(settings, self._brain_factory(), random.Random(seed))
        connection = RealtimeConnection(machine)
        self.connections.append(connection)
        refusal = machine.upgrade(request.path)
        if refusal is None:
            self._admitted[socket] = (connection, seed)
            return None
        connection.notes.append(Note("http", str(refusal.status)))
        response = socket.respond(refusal.status, f"refused with {refusal.status}\n")
        if refusal.retry_after:
            response.headers["Retry-After"] = refusal.retry_after
        return response

    async def serve(self, socket: ServerConnection) -> None:
        """The library's handler after the 101."""
        connection, seed = self._admitted.pop(socket)
        assert socket.request is not None
        runner = _Socket(connection, self._network, seed, self._overhear, is_kept=self._is_kept)
        await runner.run(socket, socket.request)


@asynccontextmanager
async def serve_realtime(
    host: str,
    port: int,
    settings: RealtimeSettings,
    brain_factory: BrainFactory,
    *,
    network: Network | None = None,
    seed: int = 0,
    overhear: Overhear = unheard,
    is_kept: bool = False,
) -> AsyncGenerator[RealtimeListener, None]:
    """Listen until the block ends; port 0 takes a free one. OSError when the port is taken.

    Every connection has its own brain and its own randomness from (seed, number). `is_kept` keeps
    the messages of both directions; `overhear` is given each message as it leaves.
    """
    doorman = _Doorman(
        settings, brain_factory, network or Network(), seed, overhear, is_kept=is_kept
    )
    async with serve(
        doorman.serve,
        host,
        port,
        process_request=doorman.process_request,
        compression=None,
        max_size=_MESSAGE_BYTES_MOST,
        ping_interval=_PING_S,
        ping_timeout=_PING_S,
    ) as server:
        yield RealtimeListener(_port(server), doorman.connections)


async def run(
    host: str,
    port: int,
    settings: RealtimeSettings,
    brain_factory: BrainFactory,
    ready: Callable[[int], None],
    *,
    network: Network | None = None,
    seed: int = 0,
) -> None:
    """Serve until cancelled; `ready(port)` is called once it listens."""
    async with serve_realtime(
        host, port, settings, brain_factory, network=network, seed=seed
    ) as listener:
        ready(listener.port)
        await asyncio.get_running_loop().create_future()


def _port(server: Server) -> int:
    return next(iter(server.sockets)).getsockname()[1]
