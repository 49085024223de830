"""May one more call in? Asked when the carrier announces it, before anything is spent on it."""

from collections.abc import Callable, Sized
from enum import StrEnum


class Barrier(StrEnum):
    """Why no further call is taken."""

    DRAINING = "draining"
    MAX_CALLS = "max_calls"
    LOOP_LAG = "loop_lag"


class Admission:
    """`lag_ms` is the event loop's lag: what 99 of 100 moments of the last seconds stayed under."""

    def __init__(
        self,
        calls: Sized,
        *,
        max_calls: int,
        lag_ms: Callable[[], float],
        lag_ms_max: float = 20.0,
    ) -> None:
        self._calls = calls
        self._max_calls = max_calls
        self._lag_ms = lag_ms
        self._lag_ms_max = lag_ms_max
        self.is_draining = False

    def barriers(self) -> list[Barrier]:
        """Everything that keeps calls out now; a call comes in where there is nothing."""
        found: list[Barrier] = []
        if self.is_draining:
            found.append(Barrier.DRAINING)
        if len(self._calls) >= self._max_calls:
            found.append(Barrier.MAX_CALLS)
        if self._lag_ms() > self._lag_ms_max:
            found.append(Barrier.LOOP_LAG)
        return found
