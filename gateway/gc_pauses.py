"""How long the garbage collector holds everything up, one collection after the other."""

import gc
import time
from collections.abc import Callable, Mapping

_NS_PER_MS = 1_000_000


class GcPauses:
    """Tells each pause to `report`, in milliseconds, from `start` to `stop`."""

    def __init__(self, report: Callable[[float], None]) -> None:
        self._report = report
        self._began_ns: int | None = None

    def start(self) -> None:
        """Be called by the collector, before and after it works (Python `gc.callbacks`)."""
        gc.callbacks.append(self._collects)

    def stop(self) -> None:
        """Be called no more."""
        gc.callbacks.remove(self._collects)

    def _collects(self, phase: str, _details: Mapping[str, int]) -> None:
        if phase == "start":
            self._began_ns = time.perf_counter_ns()
        elif self._began_ns is not None:
            self._report((time.perf_counter_ns() - self._began_ns) / _NS_PER_MS)
            self._began_ns = None
