"""How late the loop is."""

import asyncio
import time

import pytest
import uvloop

from voicegate.gateway.loop_lag import LagWindow, LoopLag


def test_the_lag_of_99_ticks_in_100_counts_and_single_pauses_do_not() -> None:
    """C151: what happens to one tick in a hundred is no overload."""
    window = LagWindow(200)
    for tick in range(200):
        window.saw(80.0 if tick < 2 else 1.0)
    assert window.percentile_ms(99) == 1.0
    window.saw(80.0)
    window.saw(80.0)
    window.saw(80.0)
    assert window.percentile_ms(99) == 80.0


def test_old_ticks_are_forgotten() -> None:
    window = LagWindow(10)
    for _ in range(10):
        window.saw(80.0)
    for _ in range(10):
        window.saw(2.0)
    assert window.percentile_ms(99) == 2.0


def test_a_window_is_full_when_it_has_seen_all_its_ticks() -> None:
    window = LagWindow(3)
    full: list[bool] = []
    for _ in range(4):
        full.append(window.is_full)
        window.saw(1.0)
    assert full == [False, False, False, True]


def test_an_empty_window_has_seen_no_lag() -> None:
    assert LagWindow(5).percentile_ms(99) == 0.0


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_loop_that_is_held_up_is_seen_to_lag(new_loop: type[asyncio.AbstractEventLoop]) -> None:
    """C162: what one callback takes, every other one waits."""
    seen_ms: list[float] = []
    judged_ms: list[float] = []
    five_seen = asyncio.Event()

    def see(delay_ms: float) -> None:
        seen_ms.append(delay_ms)
        judged_ms.append(lag.p99_ms)
        if len(seen_ms) == 5:
            five_seen.set()

    lag = LoopLag(see, window_ms=100)

    def hold_up() -> None:
        until = time.monotonic() + 0.1
        while time.monotonic() < until:
            pass

    async def main() -> None:
        lag.start()
        asyncio.get_running_loop().call_soon(hold_up)
        await five_seen.wait()
        lag.stop()

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(main())
    assert judged_ms == [0.0, 0.0, 0.0, 0.0, max(seen_ms)], "until then there is no whole window"
    assert max(seen_ms) >= 50.0
