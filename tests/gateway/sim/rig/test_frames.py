"""Frames by hand are those of the protocol."""

import asyncio

import pytest
from websockets.frames import Frame, Opcode

from voicegate.gateway.sim.rig.frames import TEXT, frame, masked, read_frame
from voicegate.gateway.sim.rig.loops import run

SIZES = [0, 1, 125, 126, 65_535, 65_536]


@pytest.mark.parametrize("size", SIZES)
def test_a_servers_frame_is_what_another_library_writes(size: int) -> None:
    payload = bytes(size)
    assert frame(TEXT, payload) == Frame(Opcode.TEXT, payload).serialize(mask=False)


@pytest.mark.parametrize("size", SIZES)
def test_a_clients_frame_is_a_servers_with_a_mask(size: int) -> None:
    theirs = Frame(Opcode.TEXT, bytes(size)).serialize(mask=True)
    head_bytes = len(theirs) - size - 4
    assert masked(TEXT, bytes(size)) == theirs[:head_bytes] + bytes(4 + size)


@pytest.mark.parametrize("size", [0, 125, 126, 65_535])
def test_either_sides_frame_is_read(size: int) -> None:
    payload = bytes(n % 251 for n in range(size))
    theirs = Frame(Opcode.TEXT, payload).serialize(mask=True)

    async def main() -> None:
        reader = asyncio.StreamReader()
        reader.feed_data(frame(TEXT, payload) + masked(TEXT, payload) + theirs)
        assert [await read_frame(reader) for _ in range(3)] == [(TEXT, payload)] * 3

    run(main())
