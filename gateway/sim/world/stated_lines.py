"""The lines to the carrier for which the error of the heard milliseconds is bounded."""

from dataclasses import dataclass
from enum import StrEnum

from .runs import Report
from .scenario import LineShape

ITEMS_MIN = 200  # of fewer, a 95th percentile is luck


class Verdict(StrEnum):
    """What a run of calls says about the bounds of its line."""

    KEPT = "kept"
    BROKEN = "broken"
    TOO_FEW = f"too few items, {ITEMS_MIN} would tell"


@dataclass(frozen=True, slots=True)
class StatedLine:
    """A line, and how far from the truth half and 95 % of the claims may be."""

    shape: LineShape
    p95_ms: int
    p50_ms: int | None = None

    @property
    def bounds(self) -> str:
        """The bounds as text."""
        half = "" if self.p50_ms is None else f"p50 {self.p50_ms} ms, "
        return f"{half}p95 {self.p95_ms} ms"

    def verdict(self, report: Report) -> Verdict:
        """Whether the claims of a run of calls over this line are within its bounds."""
        if len(report.errors_ms) < ITEMS_MIN:
            return Verdict.TOO_FEW
        is_half_near = self.p50_ms is None or report.error_ms(0.5) <= self.p50_ms
        is_kept = is_half_near and report.error_ms(0.95) <= self.p95_ms
        return Verdict.KEPT if is_kept else Verdict.BROKEN


STATED_LINES = {
    "A": StatedLine(LineShape(30, 10), p95_ms=30, p50_ms=10),
    "B": StatedLine(LineShape(90, 10), p95_ms=30, p50_ms=10),
    "C": StatedLine(LineShape(30, 10, stall_chance=0.02), p95_ms=40),
}
