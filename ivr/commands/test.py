"""`voicegate flows test`: the cases of flows played in virtual time, and random callers."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from ...gateway.terminal.answer import Answer, Json
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.failure import Failure
from ...gateway.terminal.invocation import Invocation
from ..edges import roots, ways
from ..flow import Flow
from ..headless import coverage
from ..headless.case import Case
from ..headless.fuzz import AfterEach, fuzz
from ..headless.run import run_cases
from .casting import CASES, Cast, Casting
from .forms import forms
from .tested import Tested, item, lines

CALLS_MAX = 1_000_000
TELL_EVERY_S = 2.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What the options ask for."""

    part: str | None
    is_covered: bool
    calls: int | None
    seed: int

    def takes(self, case: Case) -> bool:
        """Whether its name is wanted."""
        return self.part is None or self.part.lower() in case.name.lower()


@forms("text", "json")
@command(
    "voicegate flows test clinic-main.yaml --coverage",
    "voicegate flows test flows/*.yaml --fuzz 10000 --seed 7",
    codes=(ExitCode.FAILED, ExitCode.INVALID, ExitCode.NOT_FOUND),
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("-k", "part", metavar="NAME", help="Only cases with this in their name.")
@click.option("--coverage", "is_covered", is_flag=True, help="Tell ways that no case goes.")
@click.option(
    "--fuzz",
    "calls",
    type=click.IntRange(1, CALLS_MAX),
    metavar="N",
    help="Also play so many random calls.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Which random calls.")
def test(invocation: Invocation[Any], *, files: tuple[str, ...], **options: Any) -> Answer:
    """Play the cases of flows, in no time and without a network.

    FILE is a flow, whose cases are beside it (clinic.test.yaml for clinic.yaml), or such a test
    file, whose flows are beside it. A case that fails shows all that happened until then.
    """
    wish, casting = Wish(**options), Casting(files)
    casts = [*casting.casts.values()]
    _check_part(wish, casts)
    tested = [
        Tested(each.file, failure=each.failure, errors=each.findings)
        for each in casting.case_files
        if each.failure or each.findings
    ]
    is_all_read = not tested
    for cast in casts:
        if cast.is_named or cast.cases or cast.flow is None:
            tell = _progress(invocation.terminal.tell, cast.examined.file, wish.calls or 0)
            tested.append(_tested(cast, wish, tell, is_all_read=is_all_read))
    items: list[Json] = [item(each) for each in tested]
    text = "".join(f"{line}\n" for each in tested for line in lines(each))
    code = _exit_code(tested)
    return Answer("FlowTest", {"items": items}, text=text, exit_code=code, schema="flows/v1")


def _check_part(wish: Wish, casts: Sequence[Cast]) -> None:
    cases = [case for cast in casts for case in cast.cases]
    if cases and not any(map(wish.takes, cases)):
        raise click.BadParameter(f"no case has {wish.part!r} in its name", param_hint="-k")


def _tested(cast: Cast, wish: Wish, after_each: AfterEach, *, is_all_read: bool) -> Tested:
    examined, flow = cast.examined, cast.flow
    file = examined.file
    if flow is None:
        return Tested(file, failure=examined.failure, errors=examined.errors)
    if is_all_read and not cast.cases and wish.calls is None:
        return Tested(file, flow.name, failure=_no_cases(file))
    results = run_cases(flow, filter(wish.takes, cast.cases))
    return Tested(
        file,
        flow.name,
        results=results,
        untaken=coverage.findings(flow, results) if wish.is_covered else None,
        exits=_exits(flow),
        fuzzed=(wish.calls and fuzz(flow, wish.calls, wish.seed, after_each)) or None,
        seed=wish.seed,
    )


def _no_cases(file: str) -> Failure:
    hint = f"write {Path(file).with_suffix(CASES).name} beside it, or use --fuzz"
    return Failure(ExitCode.NOT_FOUND, f"there are no cases for {file}", hint)


def _exits(flow: Flow) -> int:
    return len(roots(flow)) + sum(map(len, ways(flow).values()))


def _exit_code(tested: Sequence[Tested]) -> ExitCode:
    """What could not be read weighs most, then what is invalid: nobody knows what is in it."""
    codes = [each.exit_code for each in tested if each.failure]
    codes += sorted((each.exit_code for each in tested if not each.failure), reverse=True)
    return next(iter(codes), ExitCode.OK)


def _progress(tell: Callable[[str], None], file: str, calls: int) -> AfterEach:
    """A line now and then, for who waits."""
    told_s = time.monotonic()

    def after_each(played: int, broken: int) -> None:
        nonlocal told_s
        now_s = time.monotonic()
        if now_s - told_s >= TELL_EVERY_S:
            told_s = now_s
            tell(f"{file}: {played:,} of {calls:,} random calls, {broken} violations")

    return after_each
