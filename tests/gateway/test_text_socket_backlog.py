"""Peers that do not read: nobody waits for them, what waits is known and can be taken back."""

from voicegate.gateway.sim.rig.frames import PING, TEXT
from voicegate.gateway.sim.rig.loops import Run, turn
from voicegate.gateway.sim.rig.place import SHORT_GRACE, Guest, place
from voicegate.gateway.sim.rig.raw_peer import raw_peer


async def stall(heard: Guest, message: bytes) -> int:
    """Send until the peer's and the kernel's buffers are full and some wait; how many were sent."""
    sent = 0
    while heard.wire.backlog_bytes() < 1_048_576:
        heard.wire.send(message + b" %d" % sent)
        sent += 1
        if sent % 64 == 0:
            await turn()
    return sent


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
