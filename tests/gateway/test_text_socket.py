"""One WebSocket on real loopback sockets: what a receiver hears, what a peer sees, how it ends."""

import asyncio
import gc
import socket
import struct
import weakref
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest
import uvloop
from websockets.asyncio.client import connect as peer_connect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect as blocking_connect

from voicegate.gateway.socket_limits import CARRIER_LIMITS, SocketLimits
from voicegate.gateway.sockets import accepting
from voicegate.gateway.text_socket import TextSocket

LIMITS = SocketLimits(max_message_bytes=65_536, close_grace_s=60.0)  # a test never waits for it
SHORT_GRACE = SocketLimits(max_message_bytes=65_536, close_grace_s=0.02)
MORE, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
UPGRADE = (
    b"GET /media HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)

Main = Callable[[], Coroutine[Any, Any, None]]
Run = Callable[[Main], None]


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    def run_main(main: Main) -> None:
        with asyncio.Runner(loop_factory=request.param) as runner:
            runner.run(asyncio.wait_for(main(), 20))

    return run_main


class Heard:
    """A receiver that writes down what it is told, and lets a test wait for more of it."""

    def __init__(self, wire: TextSocket) -> None:
        self.wire = wire
        self.texts: list[bytes] = []
        self.binaries = 0
        self.ends: list[tuple[int, str]] = []
        self._news = asyncio.Event()

    def on_text(self, data: memoryview | bytes) -> None:
        self.texts.append(bytes(data))
        self._news.set()

    def on_binary(self) -> None:
        self.binaries += 1
        self._news.set()

    def on_closed(self, code: int, reason: str) -> None:
        self.ends.append((code, reason))
        self._news.set()

    async def until(self, holds: Callable[["Heard"], object]) -> None:
        while not holds(self):
            self._news.clear()
            await self._news.wait()

    async def end(self) -> tuple[int, str]:
        await self.until(lambda heard: heard.ends)
        return self.ends[0]


class Echo(Heard):
    def on_text(self, data: memoryview | bytes) -> None:
        super().on_text(data)
        self.wire.send(bytes(data))


@dataclass
class Place:
    """A server whose sockets all get a receiver of one kind."""

    port: int
    arrived: "asyncio.Queue[Heard]"
    ended: "asyncio.Queue[TextSocket]"


@asynccontextmanager
async def place(
    limits: SocketLimits = LIMITS, receiver: type[Heard] = Heard
) -> AsyncGenerator[Place]:
    here = Place(0, asyncio.Queue(), asyncio.Queue())

    def accept(wire: TextSocket) -> Heard:
        heard = receiver(wire)
        here.arrived.put_nowait(heard)
        return heard

    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: accepting(accept, limits, here.ended.put_nowait), "127.0.0.1", 0
    )
    here.port = server.sockets[0].getsockname()[1]
    try:
        yield here
    finally:
        server.close()  # its sockets are ended by the peers, or by the end of the loop


@dataclass
class RawPeer:
    """A peer that keeps to no rule but the one it is told."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def send(self, kind: int, payload: bytes = b"", first_bits: int = 0x80) -> None:
        self.writer.write(masked(kind, payload, first_bits))

    async def read_frame(self) -> tuple[int, bytes]:
        first, second = await self.reader.readexactly(2)
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack(">H", await self.reader.readexactly(2))
        return first & 0xF, await self.reader.readexactly(size)

    async def end(self) -> None:
        """Read to the end of the connection, whether it ends well or not."""
        with suppress(ConnectionError):
            await self.reader.read()
        self.writer.close()


def masked(kind: int, payload: bytes = b"", first_bits: int = 0x80) -> bytes:
    """A client's frame; the mask is zero, which changes nothing."""
    size = len(payload)
    if size < 126:
        head = bytes([first_bits | kind, 0x80 | size])
    elif size < 65_536:
        head = struct.pack(">BBH", first_bits | kind, 0x80 | 126, size)
    else:
        head = struct.pack(">BBQ", first_bits | kind, 0x80 | 127, size)
    return head + bytes(4) + payload


@asynccontextmanager
async def raw_peer(port: int, receive_bytes: int | None = None) -> AsyncGenerator[RawPeer]:
    wire = socket.socket()
    if receive_bytes is not None:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    wire.settimeout(0)
    await asyncio.get_running_loop().sock_connect(wire, ("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(sock=wire, limit=1024)
    writer.write(UPGRADE)
    head = await reader.readuntil(b"\r\n\r\n")
    assert b" 101 " in head.splitlines()[0]
    try:
        yield RawPeer(reader, writer)
    finally:
        writer.transport.abort()


def friendly_peer(port: int) -> Any:
    return peer_connect(f"ws://127.0.0.1:{port}/media", compression=None)


def test_texts_go_both_ways_in_order(run: Run):
    async def main() -> None:
        async with place(receiver=Echo) as here, friendly_peer(here.port) as peer:
            texts = ["", "hallo", "ü" * 200, "x" * 65_536]
            for text in texts:
                await peer.send(text)
            assert [await peer.recv() for _ in texts] == texts

    run(main)


def test_a_string_is_sent_like_its_bytes(run: Run):
    async def main() -> None:
        async with place() as here, friendly_peer(here.port) as peer:
            heard = await here.arrived.get()
            heard.wire.send("grüß")
            heard.wire.send("grüß".encode())
            assert [await peer.recv(), await peer.recv()] == ["grüß", "grüß"]

    run(main)


def test_what_is_no_utf_8_reaches_the_receiver_as_it_came(run: Run):
    async def main() -> None:
        async with place() as here, raw_peer(here.port) as peer:
            heard = await here.arrived.get()
            peer.send(TEXT, b"\xff\xfe")
            await heard.until(lambda heard: heard.texts)
            assert heard.texts == [b"\xff\xfe"]

    run(main)


def test_fragments_are_joined_and_a_ping_between_them_is_answered(run: Run):
    async def main() -> None:
        async with place() as here, raw_peer(here.port) as peer:
            heard = await here.arrived.get()
            peer.send(TEXT, b"one ", first_bits=0)
            peer.send(PING, b"still there?")
            peer.send(MORE, b"message", first_bits=0)
            peer.send(MORE, b"")
            peer.send(TEXT, b"another")
            assert await peer.read_frame() == (PONG, b"still there?")
            await heard.until(lambda heard: len(heard.texts) == 2)
            assert heard.texts == [b"one message", b"another"]

    run(main)


def test_a_binary_message_is_told_without_its_content(run: Run):
    async def main() -> None:
        async with place() as here, friendly_peer(here.port) as peer:
            heard = await here.arrived.get()
            await peer.send(b"\0\1")
            await peer.send([b"\0", b"\1"])
            await peer.send("text")
            await heard.until(lambda heard: heard.texts)
            assert (heard.binaries, heard.texts) == (2, [b"text"])

    run(main)


def test_a_pong_nobody_asked_for_means_nothing(run: Run):
    async def main() -> None:
        async with place() as here, raw_peer(here.port) as peer:
            heard = await here.arrived.get()
            peer.send(PONG, b"?")
            peer.send(TEXT, b"text")
            await heard.until(lambda heard: heard.texts)
            assert (heard.texts, heard.binaries, heard.ends) == ([b"text"], 0, [])

    run(main)


OFFENCES: dict[str, tuple[bytes, int]] = {
    "one frame too big": (masked(TEXT, bytes(65_537)), 1009),
    "a frame that claims an exabyte": (struct.pack(">BBQ", 0x81, 0xFF, 1 << 60), 1009),
    "fragments too big": (
        masked(TEXT, bytes(40_000), first_bits=0) + masked(MORE, bytes(40_000)),
        1009,
    ),
    "a fragment of nothing": (masked(MORE, b"?"), 1002),
    "two messages mixed": (masked(TEXT, b"1", first_bits=0) + masked(TEXT, b"2"), 1002),
    "a reserved bit": (masked(TEXT, b"?", first_bits=0xC0), 1002),
    "a control frame in fragments": (masked(PING, b"?", first_bits=0), 1002),
    "a frame without a mask": (b"\x81\x01?", 1002),
    "an unknown opcode": (masked(3, b"?"), 1002),
}


@pytest.mark.parametrize("offence", OFFENCES)
def test_an_offence_ends_the_socket_with_its_code_and_reaches_nobody(run: Run, offence: str):
    """C143: a huge message."""
    data, code = OFFENCES[offence]

    async def main() -> None:
        async with place(SHORT_GRACE) as here, raw_peer(here.port) as peer:
            heard = await here.arrived.get()
            peer.writer.write(data)
            kind, payload = await peer.read_frame()
            assert (kind, int.from_bytes(payload[:2], "big")) == (CLOSE, code)
            assert (await heard.end())[0] == code
            assert await here.ended.get() is heard.wire
            assert (heard.texts, len(heard.ends)) == ([], 1)

    run(main)


FLOODS = {
    "texts": masked(TEXT, b"{}"),
    "pings": masked(PING),
    "empty fragments": masked(TEXT, b"", first_bits=0) + masked(MORE, b""),
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_ends_its_own_socket_and_no_other(run: Run, flood: str):
    """C143: a flood; the burst of a line that was stalled passes."""
    limits = SocketLimits(65_536, CARRIER_LIMITS.frames_per_s, CARRIER_LIMITS.burst, None, 0.02)

    async def main() -> None:
        async with (
            place(limits, Echo) as here,
            raw_peer(here.port) as bystander,
            raw_peer(here.port) as peer,
        ):
            await here.arrived.get()
            heard = await here.arrived.get()
            peer.writer.write(FLOODS[flood] * 20_000)
            bystander.send(TEXT, b"still here")
            assert await bystander.read_frame() == (TEXT, b"still here")
            assert await heard.end() == (1008, "too many messages")
            assert await here.ended.get() is heard.wire
            assert (len(heard.texts) >= 500) == (flood != "pings")
            bystander.send(TEXT, b"and now")
            assert await bystander.read_frame() == (TEXT, b"and now")

    run(main)


def test_what_a_refused_peer_still_sends_is_not_even_read(run: Run):
    """C143: the receiver knows at once, the rest of the flood costs nothing."""
    limits = SocketLimits(65_536, CARRIER_LIMITS.frames_per_s, CARRIER_LIMITS.burst, None, 0.2)

    async def main() -> None:
        async with place(limits) as here, raw_peer(here.port) as peer:
            heard = await here.arrived.get()
            peer.writer.write(masked(TEXT, bytes(1_000)) * 16_000)
            await heard.end()
            assert here.ended.empty()
            assert await here.ended.get() is heard.wire
            with pytest.raises(ConnectionError):
                await peer.writer.drain()

    run(main)


def test_the_burst_of_a_line_that_was_stalled_is_heard_whole(run: Run):
    """C143."""

    async def main() -> None:
        async with place(CARRIER_LIMITS) as here, raw_peer(here.port) as peer:
            heard = await here.arrived.get()
            for number in range(1_000):
                peer.send(TEXT, b"%d" % number)
            await heard.until(lambda heard: len(heard.texts) == 1_000)
            assert heard.texts == [b"%d" % number for number in range(1_000)]
            assert heard.ends == []

    run(main)


@pytest.mark.parametrize(("code", "reason"), [(1000, ""), (1001, "maximum duration"), (3000, "ü")])
def test_the_peers_goodbye_is_told_and_answered(run: Run, code: int, reason: str):
    async def main() -> None:
        async with place() as here, friendly_peer(here.port) as peer:
            heard = await here.arrived.get()
            await peer.close(code, reason)
            assert await here.ended.get() is heard.wire
            assert heard.ends == [(code, reason)]
            assert peer.close_code == code

    run(main)


def test_an_empty_goodbye_has_no_code(run: Run):
    async def main() -> None:
        async with place() as here, raw_peer(here.port) as peer:
            heard = await here.arrived.get()
            peer.send(CLOSE)
            assert await heard.end() == (1005, "")
            assert await peer.read_frame() == (CLOSE, b"\x03\xe8")
            await peer.end()

    run(main)


@pytest.mark.parametrize("code", [1000, 1008, 4004])
def test_our_goodbye_is_seen_and_told_once(run: Run, code: int):
    async def main() -> None:
        async with place() as here, friendly_peer(here.port) as peer:
            heard = await here.arrived.get()
            heard.wire.close(code, "over")
            heard.wire.close(1011, "and again")
            with pytest.raises(ConnectionClosed) as caught:
                await peer.recv()
            assert caught.value.rcvd is not None
            assert (caught.value.rcvd.code, caught.value.rcvd.reason) == (code, "over")
            assert await here.ended.get() is heard.wire
            assert heard.ends == [(code, "over")]

    run(main)


def test_a_long_reason_is_cut_at_a_letter(run: Run):
    async def main() -> None:
        async with place() as here, friendly_peer(here.port) as peer:
            (await here.arrived.get()).wire.close(1000, "ü" * 100)
            with pytest.raises(ConnectionClosed):
                await peer.recv()
            assert peer.close_reason == "ü" * 61

    run(main)


def test_after_our_goodbye_nothing_is_heard_or_sent(run: Run):
    async def main() -> None:
        async with place() as here, raw_peer(here.port) as peer:
            heard = await here.arrived.get()
            heard.wire.close(1000)
            heard.wire.send(b"too late")
            assert await peer.read_frame() == (CLOSE, b"\x03\xe8")
            peer.send(TEXT, b"too late")
            peer.send(BINARY, b"too late")
            peer.send(CLOSE, b"\x03\xe8")
            await peer.end()
            assert await here.ended.get() is heard.wire
            assert (heard.texts, heard.binaries, heard.ends) == ([], 0, [(1000, "")])

    run(main)


def test_a_peer_that_never_answers_our_goodbye_is_left_behind(run: Run):
    async def main() -> None:
        async with place(SHORT_GRACE) as here, raw_peer(here.port) as peer:
            heard = await here.arrived.get()
            heard.wire.close(1000, "bye")
            while here.ended.empty():  # to insist does not prolong it
                heard.wire.close(1000, "bye")
                await turn()
            assert heard.ends == [(1000, "bye")]
            await peer.end()

    run(main)


def test_a_peer_that_vanishes_is_lost(run: Run):
    async def main() -> None:
        async with place() as here:
            for vanish in (reset, hang_up):
                async with raw_peer(here.port) as peer:
                    heard = await here.arrived.get()
                    vanish(peer)
                    assert await heard.end() == (1006, "")
                    assert await here.ended.get() is heard.wire
                    assert len(heard.ends) == 1

    run(main)


def reset(peer: RawPeer) -> None:
    peer.writer.transport.abort()


def hang_up(peer: RawPeer) -> None:
    peer.writer.close()


def test_aborting_says_nothing_to_the_peer(run: Run):
    async def main() -> None:
        async with place() as here, raw_peer(here.port) as peer:
            heard = await here.arrived.get()
            heard.wire.abort()
            assert await heard.end() == (1006, "")
            with suppress(ConnectionError):
                assert await peer.reader.read() == b""

    run(main)


def test_after_aborting_nothing_is_heard(run: Run):
    class Brief(Heard):
        def on_text(self, data: memoryview | bytes) -> None:
            super().on_text(data)
            self.wire.abort()
            self.wire.send(b"too late")

    async def main() -> None:
        async with place(receiver=Brief) as here, raw_peer(here.port) as peer:
            heard = await here.arrived.get()
            peer.writer.write(masked(TEXT, b"1") + masked(TEXT, b"2") + masked(TEXT, b"3"))
            assert await here.ended.get() is heard.wire
            assert (heard.texts, heard.ends) == ([b"1"], [(1006, "")])

    run(main)


def test_an_ended_socket_leaves_nothing_behind(run: Run):
    """C21, C189: neither a timer nor a reference keeps it."""
    limits = SocketLimits(65_536, ping_every_s=60.0, close_grace_s=60.0)

    async def main() -> None:
        async with place(limits) as here:
            for goodbye in (True, False):
                async with raw_peer(here.port) as peer:
                    heard = await here.arrived.get()
                    if goodbye:
                        peer.send(CLOSE, b"\x03\xe8")
                    else:
                        peer.writer.transport.abort()
                    await here.ended.get()
                    ended = weakref.ref(heard.wire)
                    del heard
                    await turn()
                    gc.collect()
                    assert ended() is None

    run(main)


def test_a_receiver_that_fails_ends_its_own_socket_and_no_other(run: Run):
    class Fragile(Echo):
        def on_text(self, data: memoryview | bytes) -> None:
            if data == b"poison":
                raise RuntimeError("planted")
            super().on_text(data)

    async def main() -> None:
        async with (
            place(receiver=Fragile) as here,
            friendly_peer(here.port) as peer,
            friendly_peer(here.port) as bystander,
        ):
            heard = await here.arrived.get()
            await peer.send("poison")
            assert (await heard.end())[0] == 1011
            await bystander.send("still here")
            assert await bystander.recv() == "still here"

    run(main)


async def stall(heard: Heard, message: bytes) -> int:
    """Send until the peer's and the kernel's buffers are full and some wait; how many were sent."""
    sent = 0
    while heard.wire.backlog_bytes() < 1_048_576:
        heard.wire.send(message + b" %d" % sent)
        sent += 1
        if sent % 64 == 0:
            await turn()
    return sent


async def turn() -> None:
    """One turn of the loop, in which a transport may write."""
    turned = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(turned.set_result, None)
    await turned


def test_a_peer_that_does_not_read_delays_nobody_and_gets_all_in_order_when_it_does(run: Run):
    """C58, C35: writes are never awaited, the backlog is known."""
    message = bytes(1_000)

    async def main() -> None:
        async with place() as here, raw_peer(here.port, receive_bytes=4_096) as peer:
            heard = await here.arrived.get()
            assert heard.wire.backlog_bytes() == 0
            sent = await stall(heard, message)
            for number in range(sent):
                assert await peer.read_frame() == (TEXT, message + b" %d" % number)
            assert heard.wire.backlog_bytes() == 0
            assert heard.ends == []

    run(main)


def test_little_of_a_backlog_hides_in_the_kernel(run: Run):
    """C35: a second of speech that waits is seen to wait."""

    async def main() -> None:
        async with place() as here, raw_peer(here.port, receive_bytes=4_096):
            heard = await here.arrived.get()
            sent = await stall(heard, bytes(1_000))
            assert sent * 1_000 < 1_048_576 + 200_000

    run(main)


def test_what_waits_can_be_taken_back_so_that_a_clear_overtakes_it(run: Run):
    """C58: a `clear` also drops whatever still waits in this process."""
    message = bytes(1_000)

    async def main() -> None:
        async with place() as here, raw_peer(here.port, receive_bytes=4_096) as peer:
            heard = await here.arrived.get()
            sent = await stall(heard, message)
            dropped = heard.wire.drop_unsent()
            assert dropped > 900
            assert heard.wire.backlog_bytes() < 100_000
            heard.wire.send(b"clear")
            for number in range(sent - dropped):
                assert await peer.read_frame() == (TEXT, message + b" %d" % number)
            assert await peer.read_frame() == (TEXT, b"clear")

    run(main)


def test_of_what_waits_no_more_is_written_than_the_peer_takes(run: Run):
    """C58: after a peer has read a little, the rest can still be taken back."""

    async def main() -> None:
        async with place() as here, raw_peer(here.port, receive_bytes=4_096) as peer:
            heard = await here.arrived.get()
            await stall(heard, bytes(1_000))
            backlog_bytes = heard.wire.backlog_bytes()
            while heard.wire.backlog_bytes() == backlog_bytes:
                await peer.read_frame()
            assert heard.wire.drop_unsent() > 500

    run(main)


def test_a_stalled_socket_ends_when_its_grace_is_over(run: Run):
    """C58: the slow side is closed, and closing waits for it no longer than for anybody."""

    async def main() -> None:
        async with place(SHORT_GRACE) as here, raw_peer(here.port, receive_bytes=4_096):
            heard = await here.arrived.get()
            await stall(heard, bytes(1_000))
            heard.wire.close(1008, "too slow")
            assert await here.ended.get() is heard.wire
            assert heard.ends == [(1008, "too slow")]
            assert heard.wire.backlog_bytes() == 0

    run(main)


def test_a_peer_that_does_not_read_gets_no_pongs_to_pile_up(run: Run):
    async def main() -> None:
        async with place() as here, raw_peer(here.port, receive_bytes=4_096) as peer:
            heard = await here.arrived.get()
            await stall(heard, bytes(1_000))
            backlog_bytes = heard.wire.backlog_bytes()
            for _ in range(100):
                peer.send(PING, bytes(100))
            peer.send(TEXT, b"done")
            await heard.until(lambda heard: heard.texts)
            assert heard.wire.backlog_bytes() <= backlog_bytes

    run(main)


def counting(kind: type[asyncio.AbstractEventLoop]) -> tuple[asyncio.AbstractEventLoop, list[str]]:
    """A loop that notes the tasks, futures, timers and callbacks which are asked of it."""
    made: list[str] = []

    def noting(name: str) -> Callable[..., Any]:
        def noted(self: Any, *args: Any, **kwargs: Any) -> Any:
            made.append(name)
            return getattr(kind, name)(self, *args, **kwargs)

        return noted

    names = ("create_task", "create_future", "call_later", "call_at", "call_soon")
    return type("Counting", (kind,), {name: noting(name) for name in names})(), made


@pytest.mark.parametrize("kind", [asyncio.SelectorEventLoop, uvloop.Loop])
def test_a_thousand_frames_make_no_task_no_future_no_timer_and_no_callback(
    kind: type[asyncio.AbstractEventLoop],
):
    """C188; C29 and C68 for the socket: an answer is written in the turn of its frame."""
    loop, made = counting(kind)
    before: list[int] = []

    class Counted(Echo):
        def on_text(self, data: memoryview | bytes) -> None:
            before.append(len(made))
            self.texts.append(bytes(data))
            self.wire.send(bytes(data))

    def call(port: int) -> list[str | bytes]:
        with blocking_connect(f"ws://127.0.0.1:{port}/media", compression=None) as peer:
            answers: list[str | bytes] = []
            for number in range(1_001):
                peer.send(str(number))
                answers.append(peer.recv())
            return answers

    async def main() -> None:
        async with place(receiver=Counted) as here:
            answers = await asyncio.to_thread(call, here.port)
            assert answers == [str(number) for number in range(1_001)]

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(main())
    assert len(before) == 1_001
    assert before[-1] - before[0] == 0
    assert {"create_task", "create_future", "call_soon"} <= set(made)  # it does count
