"""What a test of sockets runs in."""

import asyncio

import pytest
import uvloop

from voicegate.gateway.sim.rig import loops
from voicegate.gateway.sim.rig.loops import run, run_in


async def _never() -> None:
    await asyncio.get_running_loop().create_future()


def test_it_runs_in_the_loop_that_was_asked_for() -> None:
    kinds: list[type[object]] = []

    async def main() -> None:
        kinds.append(type(asyncio.get_running_loop()))

    run_in(uvloop.new_event_loop)(main)
    run(main())
    assert kinds[0] is uvloop.Loop
    assert kinds[1] is not uvloop.Loop


def test_what_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "MOST_S", 0.01)
    with pytest.raises(TimeoutError):
        run_in(asyncio.new_event_loop)(_never)
    with pytest.raises(TimeoutError):
        run(_never())
