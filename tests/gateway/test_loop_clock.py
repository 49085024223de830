"""A call's clock on a real loop."""

import asyncio

from voicegate.gateway.loop_clock import LoopClock
from voicegate.gateway.sim.rig.loops import Run


class Bell:
    """A clock whose alarms are noted by the time they ring at."""

    def __init__(self) -> None:
        self.rung_ms: list[int] = []
        self.clock = LoopClock(self._ring)
        self._rang = asyncio.Event()

    def _ring(self) -> None:
        self.rung_ms.append(self.clock.now_ms())
        self._rang.set()

    async def rings(self) -> None:
        self._rang.clear()
        await self._rang.wait()


def test_an_alarm_rings_once_and_never_before_its_time(run: Run) -> None:
    """A call that is woken too early would have to be woken again, and again."""

    async def main() -> None:
        bell = Bell()
        for _ in range(20):
            due_ms = bell.clock.now_ms() + 3
            bell.clock.set_alarm(due_ms)
            await bell.rings()
            assert bell.rung_ms.pop() >= due_ms
            assert not bell.rung_ms

    run(main)


def test_only_the_last_alarm_set_rings(run: Run) -> None:
    async def main() -> None:
        bell = Bell()
        now_ms = bell.clock.now_ms()
        bell.clock.set_alarm(now_ms + 1)
        bell.clock.set_alarm(now_ms + 30)
        await bell.rings()
        assert bell.rung_ms[0] >= now_ms + 30
        assert len(bell.rung_ms) == 1

    run(main)


def test_an_alarm_can_be_called_off(run: Run) -> None:
    async def main() -> None:
        silenced, other = Bell(), Bell()
        now_ms = other.clock.now_ms()
        silenced.clock.set_alarm(now_ms + 1)
        silenced.clock.set_alarm(None)
        other.clock.set_alarm(now_ms + 10)
        await other.rings()
        assert not silenced.rung_ms

    run(main)


def test_an_alarm_in_the_past_rings_at_once_but_not_from_within(run: Run) -> None:
    async def main() -> None:
        bell = Bell()
        bell.clock.set_alarm(bell.clock.now_ms() - 1_000)
        assert not bell.rung_ms
        await bell.rings()
        assert len(bell.rung_ms) == 1

    run(main)
