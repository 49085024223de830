"""May one more call in? Asked when the carrier announces it, before anything is spent on it."""

from collections.abc import Callable, Sized
from enum import StrEnum

from .core.breaker import Breaker


class Barrier(StrEnum):
    """Why no further call is taken."""

    DRAINING = "draining"
    MAX_CALLS = "max_calls"
    LOOP_LAG = "loop_lag"
    MODEL = "model"


class Admission:
    """`lag_ms` is the event loop's lag: what 99 of 100 moments of the last seconds stayed under.

    `now_ms` is the clock of the facts that the breaker sees.
    """

    def __init__(
        self,
        calls: Sized,
        breaker: Breaker,
        *,
        now_ms: Callable[[], int],
        max_calls: int,
        lag_ms: Callable[[], float],
        lag_ms_max: float = 20.0,
    ) -> None:
        self._calls = calls
        self._breaker = breaker
        self._now_ms = now_ms
        self._max_calls = max_calls
        self._lag_ms = lag_ms
        self._lag_ms_max = lag_ms_max
        self.is_draining = False

    def admit(self, *, needs_model: bool = True) -> Barrier | None:
        """Take the call that is there, or say what is in its way.

        A flow goes on without a model: that is what its handlers are for.
        """
        found = self.barriers()
        if not needs_model and Barrier.MODEL in found:
            found.remove(Barrier.MODEL)
        if found:
            return found[0]
        self._breaker.tried(self._now_ms())
        return None

    def barriers(self) -> list[Barrier]:
        """Everything that keeps calls out now; a call comes in where there is nothing."""
        found: list[Barrier] = []
        if self.is_draining:
            found.append(Barrier.DRAINING)
        if len(self._calls) >= self._max_calls:
            found.append(Barrier.MAX_CALLS)
        if self._lag_ms() > self._lag_ms_max:
            found.append(Barrier.LOOP_LAG)
        if self._breaker.keeps_out(self._now_ms()):
            found.append(Barrier.MODEL)
        return found
