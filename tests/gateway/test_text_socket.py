"""One WebSocket on real loopback sockets: what a receiver hears, what a peer sees, how it ends."""

import asyncio
import gc
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import uvloop
from websockets.asyncio.client import connect as peer_connect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect as blocking_connect

from voicegate.gateway.sim.rig.frames import BINARY, CLOSE, MORE, PING, PONG, TEXT, masked
from voicegate.gateway.sim.rig.loops import Run, turn
from voicegate.gateway.sim.rig.place import SHORT_GRACE, Echo, Guest, place
from voicegate.gateway.sim.rig.raw_peer import RawPeer, raw_peer
from voicegate.gateway.socket_limits import SocketLimits


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
    class Brief(Guest):
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
