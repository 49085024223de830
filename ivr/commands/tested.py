"""A flow after its cases and random calls, as lines for a person and as plain values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...gateway.terminal.answer import Json
from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.failure import Failure
from ..finding import Finding
from ..headless.fuzz import Fuzzed
from ..headless.run import Result

SHOWN_MAX = 3  # ready-made cases for a person; JSON has all


@dataclass(frozen=True, slots=True)
class Tested:
    """One file, a flow or a test file. `untaken` is None where nobody asked for it."""

    file: str
    flow: str | None = None
    failure: Failure | None = None
    errors: Sequence[Finding] = ()
    results: Sequence[Result] = ()
    untaken: Sequence[Finding] | None = None
    exits: int = 0
    fuzzed: Fuzzed | None = None
    seed: int = 0

    @property
    def failed(self) -> int:
        """How many cases."""
        return sum(not each.is_passed for each in self.results)

    @property
    def exit_code(self) -> ExitCode:
        """How it alone would end the command."""
        if self.failure:
            return self.failure.exit_code
        if self.errors:
            return ExitCode.INVALID
        has_broken = self.fuzzed is not None and bool(self.fuzzed.violations)
        return ExitCode.FAILED if self.failed or has_broken else ExitCode.OK


def lines(tested: Tested) -> Iterator[str]:
    """What a person reads."""
    if tested.failure:
        yield tested.failure.line
    for finding in tested.errors:
        yield finding.render(tested.file)
    for result in tested.results:
        yield result.render()
    for finding in tested.untaken or ():
        yield f"{finding.render(tested.file)} (warning)"
    if tested.fuzzed is not None:
        yield from _violations(tested.fuzzed)
    summary = ", ".join(_summary(tested))
    if summary:
        yield f"{tested.file}: {summary}"


def _summary(tested: Tested) -> Iterator[str]:
    if tested.results:
        passed = f"{len(tested.results) - tested.failed} of {len(tested.results)} cases passed"
        yield passed
    if tested.untaken is not None:
        yield f"{tested.exits - len(tested.untaken)} of {tested.exits} ways taken"
    if tested.fuzzed is not None:
        fuzzed = tested.fuzzed
        broke = f"{len(fuzzed.violations)} violations" if fuzzed.violations else "no violation"
        yield f"{fuzzed.calls:,} random calls of seed {tested.seed}: {broke}"


def _violations(fuzzed: Fuzzed) -> Iterator[str]:
    for each in fuzzed.violations[:SHOWN_MAX]:
        yield f"VIOLATED  {each.what}; as a case to paste:"
        yield each.case
    hidden = len(fuzzed.violations) - SHOWN_MAX
    if hidden > 0:
        yield f"VIOLATED  {hidden} times more; -o json has all"


def item(tested: Tested) -> dict[str, Json]:
    """What a program reads."""
    return {
        "file": tested.file,
        "flow": tested.flow,
        "problem": tested.failure and tested.failure.line,
        "errors": [each._asdict() for each in tested.errors],
        "cases": [_case(each) for each in tested.results],
        "ways": tested.exits,
        "untaken": tested.untaken and [each._asdict() for each in tested.untaken],
        "fuzz": tested.fuzzed and _fuzz(tested.fuzzed, tested.seed),
    }


def _case(result: Result) -> dict[str, Json]:
    return {
        "name": result.case,
        "passed": result.is_passed,
        "failure": result.failure,
        "trace": None if result.is_passed else result.trace,
    }


def _fuzz(fuzzed: Fuzzed, seed: int) -> dict[str, Json]:
    violations = [{"what": each.what, "case": each.case} for each in fuzzed.violations]
    return {"calls": fuzzed.calls, "seed": seed, "violations": violations}
