"""Callers' uplinks from socket to socket, at 24 kHz, each turn of the loop taken by hand.

Sockets, WebSockets, leg, session, call and model are the product's; only who waits for them is not
the event loop, so that a turn can be measured in CPU time and placed in virtual time.
"""

import asyncio
import os
import socket
from base64 import b64encode
from binascii import b2a_base64
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha1
from time import thread_time_ns
from typing import cast

import orjson

from ....codecs.bank import Bank
from ...core.actions import Action, EndReason, Fact, HearAudio, ModelAction
from ...core.agent import AgentPlan
from ...core.agent_script import agent_alone
from ...core.call import Call
from ...core.events import CallRang, Event
from ...core.terms import CallLimits, Prompts
from ...core.wire import Deliver
from ...legs.twilio_stream import StreamStart, TwilioStream
from ...models.openai_realtime import APPEND_HEAD, OpenAIRealtime
from ...models.openai_setup import ModelPlan
from ...models.openai_setup import session as wanted
from ...session import Session
from ...socket_limits import CARRIER_LIMITS
from ...sockets import accepting, connect
from ...text_socket import Receiver, TextSocket
from ..carrier.messages import StreamIdentity, StreamWriter
from .entrance import ACCOUNT_SID, HOST
from .sound import NumberedSound

FRAME_MS = 20
FRAME_BYTES = 160
PLAN = ModelPlan(model="bench", voice="alloy", instructions="", audio="pcm24k")
_UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
)
_KEY_TAIL = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 1.3
_TEXT_126_MASKED, _NO_MASK = b"\x81\xfe", bytes(4)


class VirtualClock:
    """Time as the experiment says; nothing rings."""

    def __init__(self) -> None:
        self.s = 0.0

    def now_ms(self) -> int:
        return round(self.s * 1_000)

    def set_alarm(self, at_ms: int | None) -> None:
        del at_ms


class Stamped:
    """The model's wire, with the thread's CPU time after the last message."""

    def __init__(self, wire: TextSocket) -> None:
        self._wire = wire
        self.written_ns = 0
        self.backlog_bytes, self.drop_unsent = wire.backlog_bytes, wire.drop_unsent
        self.close = wire.close

    def send(self, text: bytes | str) -> None:
        self._wire.send(text)
        self.written_ns = thread_time_ns()


class Turn:
    """The frames that came in one turn, through one matrix product when all have been read."""

    def __init__(self) -> None:
        self.bank = Bank()
        self._frames: dict[int, tuple[Together, bytes]] = {}  # by slot

    def add(self, slot: int, speaker: "Together", frame: bytes) -> None:
        """One more; a second one of the same call does not wait for company."""
        if slot in self._frames:
            self.end()
        self._frames[slot] = speaker, frame

    def end(self) -> None:
        """Convert and write all, in the order in which they came."""
        frames, self._frames = self._frames, {}
        if frames:
            made = self.bank.up_bytes(list(frames), [frame for _, frame in frames.values()])
            for (speaker, _), audio in zip(frames.values(), made, strict=True):
                speaker.append(audio)


class Together(OpenAIRealtime):
    """A model whose frames are converted together with those of other calls."""

    def __init__(self, turn: Turn) -> None:
        super().__init__(PLAN)
        self._turn = turn
        self._slot = turn.bank.open()

    def perform(self, action: ModelAction) -> None:
        """Write it now, a frame when the turn ends; what was asked first leaves first."""
        if isinstance(action, HearAudio) and self._to_model is not None:
            payload = action.payload  # silence of ours has any length: its part-frame is left out
            for start in range(0, len(payload) - FRAME_BYTES + 1, FRAME_BYTES):
                self._turn.add(self._slot, self, payload[start : start + FRAME_BYTES])
        else:
            self._turn.end()
            super().perform(action)

    def append(self, audio: bytes) -> None:
        """What became of a frame."""
        if self._wire is not None:
            self._wire.send(APPEND_HEAD + b2a_base64(audio, newline=False) + b'"}')


@dataclass(frozen=True, slots=True)
class Line:
    """The sockets of one call, and the bare far ends of both."""

    carrier: socket.socket
    protocol: asyncio.BufferedProtocol
    fd: int  # what `protocol` reads
    leg: TextSocket
    model: TextSocket
    listener: socket.socket

    def read(self) -> None:
        """What the loop does with a socket that can be read."""
        room = self.protocol.get_buffer(-1)
        self.protocol.buffer_updated(os.readv(self.fd, [cast("memoryview", room)]))

    def close(self) -> None:
        """All of them; no call hears of it."""
        self.leg.attach(_Nobody())
        self.leg.abort()
        self.model.abort()
        self.carrier.close()
        self.listener.close()


async def open_line() -> Line:
    """One, over loopback."""
    loop = asyncio.get_running_loop()
    taken: list[TextSocket] = []

    def take(leg: TextSocket) -> Receiver:
        taken.append(leg)
        return _Nobody()

    carrier, near = _pair()
    protocol = accepting(take, CARRIER_LIMITS)
    transport, _ = await loop.connect_accepted_socket(lambda: protocol, near)
    await loop.sock_sendall(carrier, _UPGRADE)
    await loop.sock_recv(carrier, 4_096)
    model, listener = await _model()
    fd = transport.get_extra_info("socket").fileno()
    return Line(carrier, protocol, fd, taken[0], model, listener)


def _pair() -> tuple[socket.socket, socket.socket]:
    """A TCP connection: who asked for it, who was asked."""
    with socket.create_server((HOST, 0)) as server:
        asks = socket.create_connection(server.getsockname())
        asked, _ = server.accept()
    asks.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # each frame now, as it comes
    asks.settimeout(0)
    asked.settimeout(0)
    return asks, asked


async def _model() -> tuple[TextSocket, socket.socket]:
    loop = asyncio.get_running_loop()
    with socket.create_server((HOST, 0)) as server:
        server.settimeout(0)
        port = server.getsockname()[1]
        opening = loop.create_task(connect(f"ws://{HOST}:{port}/", {}, ping_every_s=None))
        listener, _ = await loop.sock_accept(server)
    listener.settimeout(0)
    head = await loop.sock_recv(listener, 4_096)
    key = next(line.split()[1] for line in head.split(b"\r\n") if b"-key:" in line.lower())
    proof = b64encode(sha1(key + _KEY_TAIL).digest())  # RFC 6455 4.2.2
    answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    await loop.sock_sendall(listener, answer + b"Sec-WebSocket-Accept: " + proof + b"\r\n\r\n")
    return await opening, listener


class Uplink:
    """One call, talking; several may share a line, of which the last to `take` it is heard."""

    def __init__(self, line: Line, speaker: OpenAIRealtime, clock: VirtualClock) -> None:
        self.line = line
        self.wire = Stamped(line.model)
        self._writer = StreamWriter(StreamIdentity(ACCOUNT_SID, "CA" + "0" * 32, "MZ" + "0" * 32))
        self._sound = NumberedSound("pcmu", FRAME_MS)
        self._sent = 0
        call = Call(agent_alone(AgentPlan(greeting=None)), CallLimits(), Prompts())
        session = Session(
            call,
            clock=clock,
            open_model=lambda _: _Opened(speaker, self.wire),
            watcher=_Unwatched(),
            on_end=_ended,
        )
        session.deliver(CallRang())
        self._leg = TwilioStream(
            line.leg, StreamStart("MZ" + "0" * 32, "CA", "AC", "audio/x-mulaw", 8_000, 1)
        )
        session.attach(self._leg)
        speaker.on_text(b'{"type":"session.created"}')
        speaker.on_text(echo())

    def take(self) -> None:
        """What the carrier writes from now on is for this call."""
        self.line.leg.attach(self._leg)

    def speak(self) -> None:
        """The carrier writes the next frame."""
        text = self._writer.media(self._sound.text(self._sent), self._sent * FRAME_MS).encode()
        self._sent += 1
        self.line.carrier.send(_TEXT_126_MASKED + len(text).to_bytes(2, "big") + _NO_MASK + text)

    def listen(self) -> bytes:
        """What the model finds in its socket."""
        heard = bytearray()
        with suppress(BlockingIOError):
            while chunk := self.line.listener.recv(65_536):
                heard += chunk
        return bytes(heard)


def echo() -> bytes:
    """The model's consent to all that it was asked to be."""
    return orjson.dumps({"type": "session.updated", "session": wanted(PLAN)})


def alone(line: Line, clock: VirtualClock) -> Uplink:
    """A call as the product runs it."""
    return Uplink(line, OpenAIRealtime(PLAN), clock)


def together(turn: Turn, line: Line, clock: VirtualClock) -> Uplink:
    """A call whose frames leave when the turn ends."""
    return Uplink(line, Together(turn), clock)


class _Opened:
    """A model whose socket is there already."""

    def __init__(self, speaker: OpenAIRealtime, wire: Stamped) -> None:
        self._speaker = speaker
        self._wire = wire
        self.perform = speaker.perform
        self.backlog_bytes = speaker.backlog_bytes

    def start(self, deliver: Deliver) -> None:
        self._speaker.start(deliver)
        self._speaker.connected(self._wire)

    def close(self) -> None:
        """It stays."""


class _Unwatched:
    def saw_fact(self, fact: Fact, now_ms: int) -> None: ...
    def saw_step(self, event: Event | None, actions: list[Action], now_ms: int) -> None: ...
    def saw_crash(self, error: Exception) -> None:
        raise error


class _Nobody:
    def on_text(self, data: memoryview | bytes) -> None: ...
    def on_binary(self) -> None: ...
    def on_closed(self, code: int, reason: str) -> None: ...


def _ended(reason: EndReason) -> None:
    raise RuntimeError(f"a call of the experiment ended: {reason}")
