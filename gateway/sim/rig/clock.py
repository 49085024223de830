"""A call's clock that is set by hand."""

from dataclasses import dataclass


@dataclass(slots=True)
class StillClock:
    """Time that stands until it is set; the alarm is kept and counted, and never rings."""

    ms: int = 0
    alarm_ms: int | None = None
    arms: int = 0

    def now_ms(self) -> int:
        """As it was set."""
        return self.ms

    def set_alarm(self, at_ms: int | None) -> None:
        """Keep the time."""
        self.alarm_ms = at_ms
        self.arms += 1
