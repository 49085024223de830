"""Peers that break the rules or send too much: their own socket ends, and no other."""

import struct

import pytest

from voicegate.gateway.sim.rig.frames import CLOSE, MORE, PING, TEXT, masked
from voicegate.gateway.sim.rig.loops import Run
from voicegate.gateway.sim.rig.place import SHORT_GRACE, Echo, place
from voicegate.gateway.sim.rig.raw_peer import raw_peer
from voicegate.gateway.socket_limits import CARRIER_LIMITS, SocketLimits

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
