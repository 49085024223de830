"""The outermost limits of a call: its seconds and its steps."""

from ..flow import Limits

GRACE_MS = 30_000
GRACE_STEPS = 20


class CallLimits:
    """Once they are reached, the handler gets a little more; then it is over."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._steps_left = limits.steps
        self.deadline_ms: int | None = None
        self.is_in_grace = False

    def start(self, now_ms: int) -> None:
        """The call begins."""
        self.deadline_ms = now_ms + self._limits.call_s * 1000

    def step(self) -> bool:
        """Enter one node more, if it may."""
        self._steps_left -= 1
        return self._steps_left >= 0

    def extend(self, now_ms: int) -> None:
        """For the handler, once."""
        self.is_in_grace = True
        self._steps_left = GRACE_STEPS
        self.deadline_ms = now_ms + GRACE_MS
