"""A raw peer is let in, and goes without a word."""

from voicegate.gateway.sim.rig.loops import run
from voicegate.gateway.sim.rig.place import place
from voicegate.gateway.sim.rig.raw_peer import raw_peer


def test_at_the_end_of_its_block_it_has_vanished() -> None:
    async def main() -> None:
        async with place() as here:
            async with raw_peer(here.port, receive_bytes=4_096):
                guest = await here.arrived.get()
            assert await guest.end() == (1006, "")

    run(main())
