"""Marks that are out at the carrier, over the generations that its clears divide."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark that is out: what stands before it, when it left, whether it measures the way.

    `ends_ms` is when what stands before it can have been played at the earliest. `is_held_up`: at
    the head of a run, behind the echoes of a clear, which take their time at the carrier.
    """

    position: int
    run: int
    sent_ms: int
    ends_ms: int
    is_probe: bool = False
    is_held_up: bool = False


@dataclass(slots=True)
class EchoCounts:
    """Echoes by what they were worth."""

    valid: int = 0
    stale: int = 0


class Marks:
    """Names marks, and knows them again. `generation` counts the clears that were sent."""

    def __init__(self) -> None:
        self.generation = 0
        self.echoes = EchoCounts()
        self._count = 0
        self._out: dict[str, Mark] = {}
        self._flushed: set[str] = set()  # of a clear; their echoes are still on their way

    @property
    def is_flushing(self) -> bool:
        """Echoes of a clear may still come."""
        return bool(self._flushed)

    def place(self, mark: Mark) -> str:
        """The name of one that leaves now."""
        self._count += 1
        name = f"{self.generation}.{self._count}"
        self._out[name] = mark
        return name

    def take(self, name: str, echoed: int) -> Mark | None:
        """The mark of an echo; None, and counted, if it is old, unknown, doubled or overtaken."""
        mark = self._out.pop(name, None)
        if mark is None or mark.position < echoed:
            self.echoes.stale += 1
            self._flushed.discard(name)
            return None
        return mark

    def count(self, *, is_valid: bool) -> None:
        """What the echo of a mark that was taken is worth."""
        if is_valid:
            self.echoes.valid += 1
            self._flushed.clear()  # whatever did not come before this one never will
        else:
            self.echoes.stale += 1

    def flush(self, *, is_cleared: bool) -> None:
        """Those that are out come back without having been played, if the carrier was told."""
        self.generation += is_cleared
        self._flushed.update(self._out)
        self._out.clear()
