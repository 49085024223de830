"""The bench's arithmetic: what a step measured, where the knee is, when nothing may be told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, inf
from statistics import median

ADDED_MS_MAX = 20.0  # by which the p99 delay may exceed that of a single call
LATE_MS_MAX = 10.0  # half a frame: the p99 by which a load may be late itself
BUSY_SHARE = 0.7  # of its core: with less used, whatever went wrong was not overload
_CORE_SHARES = (0.5, 0.7, 0.82, 0.9, 0.96)  # where the steps of a climb should lie
_BEYOND = 1.08  # from there on, step by step


@dataclass(frozen=True, slots=True)
class Spread:
    """Of so many delays, in milliseconds."""

    count: int
    p50_ms: float
    p99_ms: float
    max_ms: float


def percentile(values: Sequence[float], percent: float) -> float:
    """By nearest rank: the least value that so many percent of all do not exceed."""
    ranked = sorted(values)
    return ranked[max(0, ceil(len(ranked) * percent / 100) - 1)]


NOTHING = Spread(0, inf, inf, inf)  # what never comes takes for ever


def spread(delays_s: Sequence[float]) -> Spread:
    """Of delays in seconds."""
    if not delays_s:
        return NOTHING
    p50, p99 = (round(percentile(delays_s, percent) * 1_000, 3) for percent in (50, 99))
    return Spread(len(delays_s), p50, p99, round(max(delays_s) * 1_000, 3))


@dataclass(frozen=True, slots=True)
class Step:
    """So many calls over one window.

    `cpu_ms` is what the process under test used per call and second, `core_share` what it used of
    its core; `late_p99_ms` and `load_share` are the load's own.
    """

    calls: int
    up: Spread
    down: Spread
    cut: Spread
    setup: Spread
    cpu_ms: float
    core_share: float
    rss_bytes: int
    lost: int
    misordered: int
    late_p99_ms: float
    load_share: float

    @property
    def worst_p99_ms(self) -> float:
        """Of the two directions."""
        return max(self.up.p99_ms, self.down.p99_ms)

    @property
    def is_late(self) -> bool:
        """The load was not on time, so nobody knows what was measured."""
        return self.late_p99_ms > LATE_MS_MAX


@dataclass(frozen=True, slots=True)
class Climb:
    """One contestant's steps in one round, the first with a single call; and what ended them."""

    contestant: str
    round: int
    steps: tuple[Step, ...]
    refused: str = ""  # a call that was not taken: as good as a step that was not held

    def is_held(self, step: Step) -> bool:
        """Nothing is lost, and the delay is still near that of a single call."""
        alone_ms = self.steps[0].worst_p99_ms
        return not step.lost and step.worst_p99_ms < alone_ms + ADDED_MS_MAX

    @property
    def was_busy(self) -> bool:
        """The process under test had its core to do at the end."""
        return bool(self.steps) and self.steps[-1].core_share > BUSY_SHARE

    @property
    def is_disturbed(self) -> bool:
        """Its end tells of this machine, or of a fault, and not of how much can be held."""
        is_late = bool(self.steps) and self.steps[-1].is_late
        return is_late or (self.has_knee and not self.was_busy)

    @property
    def has_knee(self) -> bool:
        """The climb went on until it was too much."""
        return bool(self.refused) or not all(map(self.is_held, self.steps))

    @property
    def knee(self) -> int:
        """The most calls that were held, below the first step that was not."""
        most = 0
        for step in self.steps:
            if not self.is_held(step):
                break
            most = step.calls
        return most

    def at(self, calls: float) -> Step:
        """The held step that is nearest to so many calls; the first if none was held."""
        held = [step for step in self.steps if step.calls <= self.knee] or [self.steps[0]]
        return min(held, key=lambda step: abs(step.calls - calls))

    @property
    def half(self) -> Step:
        """The step nearest to half the knee."""
        return self.at(self.knee / 2)

    @property
    def kb_per_call(self) -> float:
        """The growth of memory from the first call to half the knee; 0 if there is no growth."""
        alone, half = self.steps[0], self.half
        added = max(half.calls - alone.calls, 1)
        return max(0, half.rss_bytes - alone.rss_bytes) / added / 1_000


def next_calls(steps: Sequence[Step]) -> int:
    """How many calls the next step of a climb should have: towards a full core, then beyond it."""
    last = steps[-1]
    for share in _CORE_SHARES:
        if share > last.core_share * 1.05:
            return max(last.calls + 1, round(last.calls * share / max(last.core_share, 0.01)))
    return ceil(last.calls * _BEYOND)


def objections(climb: Climb) -> list[str]:
    """Why nothing of a run with this climb may be printed; none if all is well."""
    place = f"{climb.contestant}, round {climb.round}"
    if not climb.steps:
        return [f"{place}: not even one call was taken: {climb.refused}"]
    alone, last = climb.steps[0], climb.steps[-1]
    found: list[str] = []
    for step in climb.steps:
        at = f"{place}, {step.calls} calls"
        if step.is_late:
            late = f"{step.late_p99_ms:.1f} ms (p99), more than {LATE_MS_MAX:.0f} ms"
            found.append(f"{at}: the load itself was late by {late}; is this machine busy?")
        if step.misordered:
            found.append(f"{at}: {step.misordered} messages came twice, wrong or out of order")
        if step.lost and step.worst_p99_ms < alone.worst_p99_ms + ADDED_MS_MAX:
            found.append(f"{at}: {step.lost} messages were lost, and not for lack of time")
    if climb.has_knee and not climb.was_busy:
        what = climb.refused or f"p99 {last.worst_p99_ms:.1f} ms"
        idle = f"only {last.core_share:.0%} of its core in use; is this machine busy?"
        found.append(f"{place}, beyond {climb.knee} calls: {what}, {idle}")
    return found


@dataclass(frozen=True, slots=True)
class Range:
    """A figure over the rounds."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Range | None":
        """None if there is no value, or a round has none."""
        if not values or any(value == inf for value in values):
            return None
        return cls(median(values), min(values), max(values))


Figure = Callable[[Climb], float]


def over_rounds(climbs: Sequence[Climb], figure: Figure) -> Range | None:
    """A figure of each round's climb."""
    return Range.of([figure(climb) for climb in climbs])


def ratio(ours: Sequence[Climb], relay: Sequence[Climb], figure: Figure) -> Range | None:
    """A figure of ours over the relay's of the same round."""
    pairs = zip(ours, relay, strict=True)
    return Range.of([figure(our) / figure(their) if figure(their) else inf for our, their in pairs])
