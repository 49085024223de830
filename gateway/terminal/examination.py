"""Many looks at once, each with a limit: what is wrong, how it is known, and what to do about it."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Generic, TypeVar

from .exit_code import ExitCode
from .failure import CommandError

LIMIT_S = 5.0

Seen = TypeVar("Seen")


class Health(StrEnum):
    """How bad it is; `skip`: nobody here can tell, and the value says why."""

    OK = "ok"
    SKIP = "skip"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check saw; `remedy` says what to do. `has_fix`: --fix would do it."""

    check: str
    health: Health
    value: str
    remedy: str = ""
    has_fix: bool = False


Check = Callable[[], Finding]


class Outcome(Generic[Seen]):
    """What became of one look: `seen`, or the `error` it raised, which may be that it is late."""

    def __init__(self, look: Callable[[], Seen]) -> None:
        self.seen: Seen | None = None
        self.error: BaseException | None = None
        self._look = look
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait(self, limit_s: float) -> None:
        """Until it has ended, or the limit is over."""
        self._thread.join(max(0.0, limit_s))
        if self._thread.is_alive():
            what = "no answer in time"
            self.error = CommandError(ExitCode.UNREACHABLE, what, "ask again, or look there")

    def _run(self) -> None:
        with self:
            self.seen = self._look()

    def __enter__(self) -> None:
        return

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self.error = error
        return True


def outcomes(
    looks: Mapping[str, Callable[[], Seen]], limit_s: float = LIMIT_S
) -> Iterator[tuple[str, Outcome[Seen]]]:
    """All of them at once; each is waited for until the limit is over, counted from the start."""
    end = time.monotonic() + limit_s
    begun = {name: Outcome(look) for name, look in looks.items()}
    for name, outcome in begun.items():
        outcome.wait(end - time.monotonic())
        yield name, outcome
