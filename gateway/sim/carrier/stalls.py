"""One direction of a line that can stand still."""

from collections.abc import Iterable
from typing import Generic, TypeVar

from .playback import NEVER_MS

T = TypeVar("T")


class Direction(Generic[T]):
    """While it stands still, what comes waits, in order."""

    def __init__(self) -> None:
        self.until_ms = NEVER_MS  # the end of the stall; never: it flows
        self._waiting: list[T] = []

    def stall(self, until_ms: int) -> None:
        self.until_ms = until_ms if self.flows else max(self.until_ms, until_ms)

    @property
    def flows(self) -> bool:
        return self.until_ms == NEVER_MS

    def wait(self, things: Iterable[T]) -> None:
        self._waiting += things

    def release(self) -> list[T]:
        """What has waited; the direction flows again."""
        self.until_ms = NEVER_MS
        waiting, self._waiting = self._waiting, []
        return waiting
