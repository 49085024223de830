"""A receiver keeps all that came and tells a test when more did."""

import asyncio

from voicegate.gateway.sim.rig.heard import Heard
from voicegate.gateway.sim.rig.loops import run
from voicegate.gateway.text_socket import Receiver


def test_everything_is_kept_in_order_and_by_kind() -> None:
    heard = Heard()
    receiver: Receiver = heard
    receiver.on_text(memoryview(b"one"))
    receiver.on_binary()
    receiver.on_closed(1000, "bye")
    assert heard.all == [b"one", "binary", (1000, "bye")]
    assert (heard.texts, heard.binaries, heard.ends) == ([b"one"], 1, [(1000, "bye")])


def test_who_waits_goes_on_when_enough_came() -> None:
    async def main() -> None:
        heard = Heard()
        waiting = asyncio.create_task(heard.first(2))
        ending = asyncio.create_task(heard.end())
        heard.on_text(b"one")
        done, _ = await asyncio.wait({waiting}, timeout=0.01)
        assert not done
        heard.on_closed(1006, "")
        assert await waiting == [b"one", (1006, "")]
        assert await ending == (1006, "")

    run(main())
