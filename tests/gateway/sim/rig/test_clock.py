"""A still clock is a call's clock."""

from voicegate.gateway.session import Clock
from voicegate.gateway.sim.rig.clock import StillClock


def test_it_stands_until_it_is_set_and_counts_its_alarms() -> None:
    still = StillClock()
    clock: Clock = still
    clock.set_alarm(5)
    still.ms = 9
    assert (clock.now_ms(), still.alarm_ms, still.arms) == (9, 5, 1)
    clock.set_alarm(None)
    assert (still.alarm_ms, still.arms) == (None, 2)
