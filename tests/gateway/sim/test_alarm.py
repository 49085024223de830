"""A machine's alarm on a real loop."""

import asyncio
from collections.abc import Callable

from voicegate.gateway.sim.alarm import Alarm
from voicegate.gateway.sim.rig.loops import run


class Machine:
    """Notes when it is woken; its clock goes on when it is told to, or when it waits."""

    def __init__(self) -> None:
        self.ms = 0
        self.woken_ms: list[int] = []
        self.alarm = Alarm(lambda: self.ms, self.wake)

    def wake(self, now_ms: int) -> None:
        self.woken_ms.append(now_ms)

    async def passes(self, ms: int) -> None:
        """So long on the real loop, and a little more on the machine's own clock."""
        passed = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(ms / 1_000, passed.set_result, None)
        self.ms += ms
        await passed


def check(story: Callable[[Machine], None], woken_ms: list[int], passes_ms: int = 20) -> Machine:
    """The story is told at 0; then so much time passes."""
    machines: list[Machine] = []

    async def main() -> None:
        machines.append(Machine())
        story(machines[0])
        await machines[0].passes(passes_ms)

    run(main())
    assert machines[0].woken_ms == woken_ms
    return machines[0]


def test_it_rings_once_with_the_time_and_tells_how_late_that_is() -> None:
    assert check(lambda machine: machine.alarm.set(5), [20]).alarm.late_ms == 15


def test_what_is_due_already_rings_in_the_next_turn() -> None:
    check(lambda machine: machine.alarm.set(-5), [20])


def test_only_the_last_deadline_rings() -> None:
    def story(machine: Machine) -> None:
        machine.alarm.set(3)
        machine.alarm.set(10_000)

    check(story, [])


def test_an_alarm_that_is_taken_back_does_not_ring() -> None:
    def story(machine: Machine) -> None:
        machine.alarm.set(3)
        machine.alarm.set(None)

    check(story, [])


def test_the_same_deadline_may_be_set_again_after_it_rang() -> None:
    async def main() -> None:
        machine = Machine()
        for _ in range(2):
            machine.alarm.set(5)
            machine.alarm.set(5)
            await machine.passes(20)
        assert machine.woken_ms == [20, 40]

    run(main())
