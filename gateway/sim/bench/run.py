"""The bench: relay and gateway under the same growing load, in turn, round after round."""

import asyncio
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import perf_counter

import uvicorn

from .entrance import NotTaken
from .figures import Climb, Step, next_calls, objections, percentile, spread
from .load import Load
from .report import Result
from .subject import CONTESTANTS, Contestant, Cores, Secrets, Subject, running

_SETTLE_S = 0.5
_CALM_S = 2.0  # after a disturbance

Tell = Callable[[str], None]


class NothingToTell(Exception):
    """The run is void; `reasons` says why."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: fixed steps first, then the search for the knee, if there is one."""

    rounds: int = 3
    first: tuple[int, ...] = (1, 20)
    steps_max: int = 8
    calls_max: int = 1_000
    window_s: float = 4.0
    repeats: int = 12  # of disturbed steps: a moment's trouble does not spoil minutes of measuring

    def repeated(self, rounds: int) -> "Plan":
        """The same, so many times."""
        return replace(self, rounds=rounds)

    def next_calls(self, climb: Climb) -> int | None:
        """How many calls the next step has; None if there is none."""
        steps = climb.steps
        if climb.has_knee or climb.is_disturbed or len(steps) >= self.steps_max:
            return None
        if len(steps) < len(self.first):
            return self.first[len(steps)]
        return min(next_calls(steps), self.calls_max) if steps[-1].calls < self.calls_max else None


QUICK = Plan(rounds=1, first=(1, 8, 20), steps_max=3, window_s=3.0, repeats=3)


class Patience:
    """So many times, and no more."""

    def __init__(self, times: int) -> None:
        self._times = times

    def is_left(self) -> bool:
        """Whether there is some; this uses it."""
        self._times -= 1
        return self._times >= 0


def run(plan: Plan, tell: Tell) -> Result:
    """See `bench`; on the fastest loop there is."""
    fastest_loop = uvicorn.Config("", log_config=None).get_loop_factory()
    with asyncio.Runner(loop_factory=fastest_loop) as runner:
        return runner.run(bench(plan, tell))


async def bench(plan: Plan, tell: Tell) -> Result:
    """Measure everybody in turn. Raises NothingToTell, NotRunning, OSError."""
    cores = Cores.apart()
    patience = Patience(plan.repeats)
    rounds: dict[str, list[Climb]] = {contestant.name: [] for contestant in CONTESTANTS}
    with _kept_on(cores.load):
        for number in range(1, plan.rounds + 1):
            for contestant in CONTESTANTS:
                tell(f"round {number} of {plan.rounds}, {contestant.name}")
                climb = await _climb(contestant, number, plan, patience, cores.subject, tell)
                if reasons := objections(climb):
                    raise NothingToTell(reasons)
                rounds[contestant.name].append(climb)
    return Result(rounds, plan.window_s, cores)


async def _climb(
    contestant: Contestant,
    number: int,
    plan: Plan,
    patience: Patience,
    core: int | None,
    tell: Tell,
) -> Climb:
    kept = Secrets()
    load = Load(kept.entrance(contestant), contestant.audio)
    climb = Climb(contestant.name, number, ())
    async with load.running(), running(contestant, load.model_port, core, kept) as subject:
        while (calls := plan.next_calls(climb)) is not None:
            higher = await _higher(climb, load, subject, calls, plan.window_s)
            while higher.is_disturbed and patience.is_left():
                tell(f"{_line(higher)}: disturbed, once more")
                load.hang_up()
                await asyncio.sleep(_CALM_S)
                higher = await _higher(climb, load, subject, calls, plan.window_s)
            climb = higher
            tell(_line(climb))
    return climb


async def _higher(climb: Climb, load: Load, subject: Subject, calls: int, window_s: float) -> Climb:
    """One more step, or the reason why there is none."""
    try:
        step = await _step(load, subject, calls, window_s)
    except NotTaken as refusal:
        return replace(climb, refused=str(refusal))
    return replace(climb, steps=(*climb.steps, step))


async def _step(load: Load, subject: Subject, calls: int, window_s: float) -> Step:
    """Raises NotTaken if a call does not come to be, or is ended."""
    setups_s: list[float] = []
    while load.calls < calls:
        try:
            setups_s.append(await load.place(subject.port))
        except OSError as error:
            raise NotTaken(f"call {load.calls + 1}: {type(error).__name__}") from error
    return await _window(load, subject, setups_s, window_s)


async def _window(load: Load, subject: Subject, setups_s: list[float], window_s: float) -> Step:
    await asyncio.sleep(_SETTLE_S)
    begun_s, before = perf_counter(), subject.usage()
    reading = await load.measure(window_s)
    took_s, after = perf_counter() - begun_s, subject.usage()
    cpu_s = after.cpu_s - before.cpu_s
    tallies = (reading.up, reading.down, reading.cuts)
    return Step(
        calls=load.calls,
        up=spread(reading.up.delays_s),
        down=spread(reading.down.delays_s),
        cut=spread(reading.cuts.delays_s),
        setup=spread(setups_s),
        cpu_ms=cpu_s / took_s / load.calls * 1_000,
        core_share=cpu_s / took_s,
        rss_bytes=after.rss_bytes,
        lost=reading.missing + sum(tally.lost for tally in tallies),
        misordered=sum(tally.misordered for tally in tallies),
        late_p99_ms=percentile(reading.late_s, 99) * 1_000,
        load_share=reading.load_share,
    )


@contextmanager
def _kept_on(core: int | None) -> Generator[None, None, None]:
    """Ourselves, that is the load, on one core until the block ends."""
    if core is None:
        yield
        return
    usable = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, usable)


def _line(climb: Climb) -> str:
    """The last of it, for whoever waits."""
    if climb.refused or not climb.steps:
        return f"  no more calls: {climb.refused}"
    step = climb.steps[-1]
    lost = f", {step.lost} LOST" if step.lost else ""
    return (
        f"  {step.calls:4d} calls: {step.cpu_ms:5.2f} ms a call and second, up"
        f" {step.up.p50_ms:.2f}/{step.up.p99_ms:.2f}, down {step.down.p50_ms:.2f}/"
        f"{step.down.p99_ms:.2f}, clear {step.cut.p50_ms:.2f}/{step.cut.p99_ms:.2f} ms (p50/p99),"
        f" core {step.core_share:.0%}, load {step.load_share:.0%},"
        f" late {step.late_p99_ms:.1f} ms{lost}"
    )
