"""What goes wrong between the simulated REST API and who asks it, as scripted: one fault a request."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from .rest_answer import RequestRefused, RestAnswer


@dataclass(frozen=True, slots=True)
class RestFault:
    """Meets the next request of this method.

    `busy`: 429, `refused`: 500, and nothing was done. `lost`: 500, although it was done. `empty`:
    it was done, and something in between answers `{}`. `late`: it was done, and the answer comes
    `late_ms` later, when whoever asked may have gone.
    """

    kind: Literal["busy", "refused", "lost", "empty", "late"]
    method: str = "POST"
    late_ms: int = 0


class RestFaults:
    """The faults to come, in their order."""

    def __init__(self) -> None:
        self._coming: list[RestFault] = []

    def script(self, *faults: RestFault) -> None:
        """Add faults; each strikes once."""
        self._coming += faults

    def around(self, method: str, act: Callable[[], RestAnswer]) -> RestAnswer:
        """Do what is asked, or not, and answer as the next fault for this method has it."""
        fault = next((each for each in self._coming if each.method == method), None)
        if fault is None:
            return act()
        self._coming.remove(fault)
        match fault.kind:
            case "busy":
                raise RequestRefused(429, 20429, "Too Many Requests")
            case "refused":
                raise _broken()
            case "lost":
                act()
                raise _broken()
            case "empty":
                return replace(act(), status=200, body=b"{}")
            case "late":
                return replace(act(), late_ms=fault.late_ms)


def _broken() -> RequestRefused:
    return RequestRefused(500, 20500, "An internal server error has occurred")
