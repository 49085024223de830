"""A server of our sockets, and a peer that speaks in frames."""

from voicegate.gateway.sim.rig.frames import CLOSE, TEXT
from voicegate.gateway.sim.rig.loops import run
from voicegate.gateway.sim.rig.place import Echo, place
from voicegate.gateway.sim.rig.raw_peer import raw_peer


def test_who_comes_is_announced_and_heard_until_the_end() -> None:
    async def main() -> None:
        async with place(receiver=Echo) as here, raw_peer(here.port) as peer:
            guest = await here.arrived.get()
            peer.send(TEXT, b"hallo")
            assert await peer.read_frame() == (TEXT, b"hallo")
            peer.send(CLOSE, b"\x03\xe8")
            assert await guest.end() == (1000, "")
            assert await here.ended.get() is guest.wire
            await peer.end()

    run(main())
