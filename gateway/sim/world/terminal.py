"""Virtual calls in a terminal: one step by step, many in a few lines, or one as a test."""

import sys
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import click

from ...core.kpi import percentile
from .runs import Report, judge, play, run_seeds
from .scenario import LineShape, Scenario, draw
from .seed_test import render
from .shrink import shrunk
from .stated_lines import STATED_LINES, Verdict
from .virtual_ladder import ladder

STOPPED = 130  # as a shell has it: 128, and SIGINT
_FAILED_SHOWN, _VIOLATIONS_SHOWN = 10, 3


@dataclass(frozen=True, slots=True)
class Terms:
    """How calls are drawn, whatever their seeds: `line` is one of the stated lines."""

    line: str | None
    has_faults: bool

    @property
    def shape(self) -> LineShape | None:
        """The line to the carrier, unless it is drawn as well."""
        return STATED_LINES[self.line].shape if self.line else None

    @property
    def options(self) -> str:
        """What the command needs to draw the same calls again."""
        faults = "" if self.has_faults else " --faultless"
        return f"{faults} --line {self.line}" if self.line else faults

    def scenario(self, seed: int) -> Scenario:
        """The call of a seed."""
        return draw(seed, has_faults=self.has_faults, carrier_line=self.shape)


def show_call(seed: int, terms: Terms) -> int:
    """Play one call and print its steps; 1 if an invariant was broken."""
    call = play(terms.scenario(seed))
    for step in ladder(call):
        click.echo(step)
    outcome = judge(call)
    click.echo(f"seed {seed}: {outcome.reason} after {outcome.length_ms / 1_000:.1f} s, ", nl=False)
    click.echo(f"log {call.witness.log_hash}, faults: {', '.join(outcome.names) or 'none'}")
    for violation in outcome.violations:
        click.echo(f"  {violation.invariant} at {violation.at_ms} ms: {violation.what}")
    return 1 if outcome.violations else 0


def print_test(seed: int, terms: Terms) -> int:
    """Print one call, as small as it still fails, as a test; 1, or 0 if nothing breaks."""
    scenario = terms.scenario(seed)
    broken = judge(play(scenario)).violations
    if not broken:
        click.echo(f"seed {seed}: nothing breaks, there is no test to print", err=True)
        return 0
    click.echo(f"seed {seed} breaks {broken[0].invariant}: trying with less of it", err=True)
    small = shrunk(scenario, _still_fails)
    (first, *_) = judge(play(small)).violations
    click.echo(render(small, f"{first.invariant}: {first.what}"), nl=False)
    return 1


def _still_fails(scenario: Scenario) -> bool:
    is_failing = bool(judge(play(scenario)).violations)
    if is_failing:
        left = f"{len(scenario.steps)} steps and {len(scenario.answers)} answers"
        click.echo(f"  fails with {left} as well", err=True)
    return is_failing


def show_calls(seeds: range, workers: int, terms: Terms, shown: tuple[str, ...]) -> int:
    """Play calls and sum them up; 1 if an invariant or a bound was broken, 130 after Ctrl-C."""
    report = Report()
    outcomes = run_seeds(
        seeds, workers=workers, has_faults=terms.has_faults, carrier_line=terms.shape
    )
    try:
        with closing(outcomes), _progress(len(seeds)) as advance:
            for outcome, wall_s in outcomes:
                report.add(outcome)
                report.wall_s = wall_s
                advance(1)
    except KeyboardInterrupt:
        if report.calls:
            _show(report, workers, terms, shown)
        click.echo(f"stopped after {report.calls} calls", err=True)
        return STOPPED
    return 0 if _show(report, workers, terms, shown) else 1


@contextmanager
def _progress(length: int) -> Generator[Callable[[int], None], None, None]:
    """A bar, where somebody looks."""
    if not sys.stderr.isatty():
        yield lambda _count: None
        return
    with click.progressbar(length=length, label="calls", file=sys.stderr) as bar:
        yield bar.update


def _show(report: Report, workers: int, terms: Terms, shown: tuple[str, ...]) -> bool:
    """Print what was found; True if nothing was broken."""
    _show_failed(report, terms)
    click.echo(
        f"{report.calls} calls, {report.call_ms / 60_000:.0f} call-minutes, {report.cuts} barge-ins,"
        f" {len(report.failed)} calls with violations;"
        f" {report.call_minutes_per_minute:.0f} call-minutes a minute, {workers} processes"
    )
    click.echo("ended: " + ", ".join(f"{name} {n}" for name, n in report.reasons.most_common()))
    if "faults" in shown:
        click.echo("faults: " + ", ".join(f"{name} {n}" for name, n in report.faults.most_common()))
    if "latency" in shown:
        _show_latency("first audio after a turn", report.ttfa_ms)
        _show_latency("voice to voice", report.voice_to_voice_ms)
        _show_latency("longest dead air of a call", report.dead_air_ms)
    is_kept = _show_heard(report, terms.line) if "heard" in shown else True
    return is_kept and not report.failed


def _show_failed(report: Report, terms: Terms) -> None:
    for failed in report.failed[:_FAILED_SHOWN]:
        for violation in failed.violations[:_VIOLATIONS_SHOWN]:
            click.echo(
                f"seed {failed.seed}: {violation.invariant} at {violation.at_ms} ms: ", nl=False
            )
            click.echo(violation.what)
        click.echo(f"  repeat it: voicegate sim --seed {failed.seed}{terms.options}")


def _show_heard(report: Report, line: str | None) -> bool:
    """False if the bounds of this line are broken."""
    click.echo(
        f"heard, claimed against played, {len(report.errors_ms)} items heard in part: |error| p50"
        f" {report.error_ms(0.5)} ms, p95 {report.error_ms(0.95)} ms,"
        f" worst {report.error_ms(1.0)} ms (network delay only, no injected faults)"
    )
    if line is None:
        return True
    verdict = STATED_LINES[line].verdict(report)
    click.echo(f"the bounds of line {line}, {STATED_LINES[line].bounds}: {verdict}")
    return verdict is not Verdict.BROKEN


def _show_latency(name: str, values_ms: list[int]) -> None:
    p50_ms, p95_ms = percentile(values_ms, 50), percentile(values_ms, 95)
    click.echo(f"{name}: {len(values_ms)}, p50 {p50_ms} ms, p95 {p95_ms} ms")
