"""Seeded calls by the thousand: run, judge, sum up."""

import signal
from collections import Counter
from collections.abc import Generator, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import active_children
from time import perf_counter

from ...core.kpi import CallFigures, figures
from ...core.script import WriteScript
from .invariants import violations
from .scenario import LineShape, Scenario, draw
from .violation import Violation
from .virtual_call import Claim, VirtualCall
from .world import TimeStandsStill, World


@dataclass(frozen=True, slots=True)
class Outcome:
    """One call, judged."""

    seed: int
    reason: str
    length_ms: int
    names: tuple[str, ...]
    claims: tuple[Claim, ...]
    cuts: int
    figures: CallFigures
    violations: tuple[Violation, ...]


@dataclass(slots=True)
class Report:
    """Many calls, summed up."""

    calls: int = 0
    call_ms: int = 0
    wall_s: float = 0.0
    cuts: int = 0
    reasons: Counter[str] = field(default_factory=Counter[str])
    faults: Counter[str] = field(default_factory=Counter[str])
    errors_ms: list[int] = field(default_factory=list[int])  # claimed - heard, without faults
    ttfa_ms: list[int] = field(default_factory=list[int])
    voice_to_voice_ms: list[int] = field(default_factory=list[int])
    dead_air_ms: list[int] = field(default_factory=list[int])  # the longest of each call
    failed: list[Outcome] = field(default_factory=list[Outcome])

    def add(self, outcome: Outcome) -> None:
        """One more call."""
        self.calls += 1
        self.call_ms += outcome.length_ms
        self.cuts += outcome.cuts
        self.reasons[outcome.reason] += 1
        self.faults.update(outcome.names)
        self.ttfa_ms += outcome.figures.ttfa_ms
        self.voice_to_voice_ms += outcome.figures.voice_to_voice_ms
        self.dead_air_ms.append(outcome.figures.dead_air_ms)
        if not outcome.names:
            claims = [claim for claim in outcome.claims if claim.is_about_something]
            self.errors_ms += [claim.error_ms for claim in claims]
        if outcome.violations:
            self.failed.append(outcome)

    @property
    def call_minutes_per_minute(self) -> float:
        """Simulated call-minutes in a minute of this machine."""
        return self.call_ms / 1_000 / self.wall_s if self.wall_s else 0.0

    def error_ms(self, share: float) -> int:
        """A percentile of the absolute error of the heard milliseconds."""
        ordered = sorted(abs(error) for error in self.errors_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0


def play(scenario: Scenario, script: WriteScript | None = None) -> VirtualCall:
    """Run one call to its end, or to its limit; an agent has it, or this script."""
    world = World()
    call = VirtualCall(world, scenario, script=script)
    try:
        world.run(scenario.limit_ms)
    except TimeStandsStill as stuck:
        call.witness.crashes.append(stuck)
    return call


def judge(call: VirtualCall) -> Outcome:
    """What became of a finished call."""
    ends = call.witness.ends
    end_ms = ends[0][0] if ends else call.world.now_ms
    return Outcome(
        seed=call.scenario.seed,
        reason=str(ends[0][1]) if ends else "none",
        length_ms=end_ms - call.began_ms,
        names=call.scenario.names,
        claims=tuple(call.claims()),
        cuts=sum(fact.name == "bargein.cut" for _, fact in call.witness.facts),
        figures=figures(call.witness.facts),
        violations=tuple(violations(call)),
    )


def run_seed(
    seed: int, *, has_faults: bool = True, carrier_line: LineShape | None = None
) -> Outcome:
    """The call of a seed, judged."""
    return judge(play(draw(seed, has_faults=has_faults, carrier_line=carrier_line)))


def run_seeds(
    seeds: Iterable[int],
    *,
    workers: int,
    has_faults: bool = True,
    carrier_line: LineShape | None = None,
) -> Generator[tuple[Outcome, float], None, None]:
    """Outcomes as they come, each with the seconds since the start; closed, it stops at once."""
    began_s = perf_counter()
    one = partial(run_seed, has_faults=has_faults, carrier_line=carrier_line)
    if workers == 1:
        for seed in seeds:
            yield one(seed), perf_counter() - began_s
        return
    with ProcessPoolExecutor(workers, initializer=_leave_ctrl_c_to_the_parent) as pool:
        try:
            for future in [pool.submit(one, seed) for seed in seeds]:
                yield future.result(), perf_counter() - began_s
        except (GeneratorExit, KeyboardInterrupt):
            for worker in active_children():  # or the pool would let them finish
                worker.terminate()
            raise


def _leave_ctrl_c_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
