"""What the bench shows of each contestant, and what it holds against the goals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .figures import Climb, Figure, Range, over_rounds, ratio

FILTER_MS = 2.0  # the resampler's group delay, inside the samples: no clock sees it
SAME_CALLS = 20  # where CPU is compared

Rounds = Mapping[str, Sequence[Climb]]  # contestant -> its climbs, one a round


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of every contestant."""

    name: str
    unit: str
    digits: int
    figure: Figure
    needs_knee: bool = False


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure of ours, alone or over the relay's, with its bound."""

    name: str
    contestant: str
    figure: Figure
    bound: float
    digits: int = 2
    is_ratio: bool = False
    is_least: bool = False  # the bound is from below
    needs_knee: bool = False

    def found(self, rounds: Rounds) -> Range | None:
        """The figure, or None where this run has none."""
        ours = rounds[self.contestant]
        if self.needs_knee and not all(c.has_knee for climbs in rounds.values() for c in climbs):
            return None
        if self.is_ratio:
            return ratio(ours, rounds["relay"], self.figure)
        return over_rounds(ours, self.figure)

    def is_met(self, found: Range) -> bool:
        """The median decides."""
        return found.median >= self.bound if self.is_least else found.median <= self.bound


def _knee(climb: Climb) -> float:
    return climb.knee


def _cpu(climb: Climb) -> float:
    return climb.at(SAME_CALLS).cpu_ms


def _up_p50(climb: Climb) -> float:
    return climb.half.up.p50_ms


def _cut_p50(climb: Climb) -> float:
    return climb.half.cut.p50_ms


def _cut_p99(climb: Climb) -> float:
    return climb.half.cut.p99_ms


def _setup_p50(climb: Climb) -> float:
    return climb.at(SAME_CALLS).setup.p50_ms


ROWS = (
    Row("calls on one core, the knee", "", 0, _knee, needs_knee=True),
    Row("CPU per call and second", "ms", 2, _cpu),
    Row("memory per call", "kB", 0, lambda climb: climb.kb_per_call),
    Row("frame in to append out, p50", "ms", 2, _up_p50),
    Row("frame in to append out, p99", "ms", 2, lambda climb: climb.half.up.p99_ms),
    Row("delta in to media out, p50", "ms", 2, lambda climb: climb.half.down.p50_ms),
    Row("delta in to media out, p99", "ms", 2, lambda climb: climb.half.down.p99_ms),
    Row("speech_started to clear, p50", "ms", 2, _cut_p50),
    Row("speech_started to clear, p99", "ms", 2, _cut_p99),
    Row("webhook or upgrade to session.update, p50", "ms", 2, _setup_p50),
)

GOALS = (
    Goal("CPU per call over the relay's", "pcmu", _cpu, 0.4, is_ratio=True),
    Goal("CPU per call over the relay's", "24 kHz", _cpu, 0.6, is_ratio=True),
    Goal(
        "calls on a core over the relay's",
        "pcmu",
        _knee,
        3,
        is_ratio=True,
        is_least=True,
        needs_knee=True,
    ),
    Goal(
        "calls on a core over the relay's",
        "24 kHz",
        _knee,
        1.5,
        is_ratio=True,
        is_least=True,
        needs_knee=True,
    ),
    Goal(
        "uplink p50, the filter's 2.00 ms included, ms",
        "24 kHz",
        lambda climb: _up_p50(climb) + FILTER_MS,
        2.5,
    ),
    Goal("speech_started to clear, p50, ms", "pcmu", _cut_p50, 0.3),
    Goal("speech_started to clear, p50, ms", "24 kHz", _cut_p50, 0.3),
    Goal("speech_started to clear, p99, ms", "pcmu", _cut_p99, 2),
    Goal("speech_started to clear, p99, ms", "24 kHz", _cut_p99, 2),
    Goal("webhook to session.update, p50, ms", "pcmu", _setup_p50, 3),
    Goal("webhook to session.update, p50, ms", "24 kHz", _setup_p50, 3),
)


def all_met(rounds: Rounds) -> bool:
    """Every goal, those that were not measured included."""
    found = [(goal, goal.found(rounds)) for goal in GOALS]
    return all(value is not None and goal.is_met(value) for goal, value in found)
