"""Which cases belong to which flow, by the files that an operator names."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.failure import CommandError, Failure
from ...gateway.terminal.source_file import read_source
from ..finding import Finding, Findings
from ..flow import Flow
from ..headless import suite
from ..headless.case import Case
from .examined import Examined, examine

CASES = ".test.yaml"
FLOW = ".yaml"
_NAMES = re.compile(rb"""^flow:[ \t]*["']?([\w\-]+)""", re.MULTILINE)


class CaseFile(NamedTuple):
    """A test file, and what keeps its cases from being played."""

    file: str
    findings: Sequence[Finding] = ()
    failure: Failure | None = None


@dataclass(slots=True)
class Cast:
    """A flow file and the cases for it; `is_named`: the operator named it."""

    examined: Examined
    is_named: bool
    cases: list[Case] = field(default_factory=list[Case])

    @property
    def flow(self) -> Flow | None:
        """The flow, if it may be played."""
        return self.examined.verdict.flow if self.examined.verdict.is_valid else None


class Casting:
    """All flows and test files of one command.

    For a flow `clinic.yaml` the cases are in `clinic.test.yaml` beside it. For a test file the
    flows stand beside it, as `clinic.yaml` or by the name it calls them, or are named themselves.
    """

    def __init__(self, files: Iterable[str]) -> None:
        self.casts: dict[Path, Cast] = {}
        self.case_files: list[CaseFile] = []
        found: dict[Path, None] = {}
        for path in map(Path, files):
            if path.name.endswith(CASES):
                found[path] = None
                continue
            self._examine(path, is_named=True)
            beside = path.with_suffix(CASES)
            if beside.is_file():
                found[beside] = None
        for path in found:
            self.case_files.append(self._read(path))

    def _examine(self, path: Path, *, is_named: bool = False) -> Cast:
        if path not in self.casts:
            self.casts[path] = Cast(examine(str(path)), is_named)
        return self.casts[path]

    def _read(self, path: Path) -> CaseFile:
        """Its cases go to the flows, unless one of those is not valid, which is told of it."""
        file = str(path)
        try:
            content = read_source(file)
        except CommandError as error:
            return CaseFile(file, failure=error.failure)
        beside = [self._examine(each) for each in _beside(path, content)]
        if any(cast.flow is None for cast in beside):
            return CaseFile(file)
        known = _by_name([*beside, *self.casts.values()])
        if not known:
            what, expected = f"there is no flow for {file}", path.name.removesuffix(CASES)
            hint = f"put it beside the file, as {expected}{FLOW} or by its name"
            return CaseFile(file, failure=Failure(ExitCode.NOT_FOUND, what, hint))
        return self._taken(file, content, known)

    def _taken(self, file: str, content: bytes, known: Mapping[str, Cast]) -> CaseFile:
        findings = Findings()
        flows = {name: cast.flow for name, cast in known.items() if cast.flow}
        suites = suite.read(content, flows, findings)
        found = findings.in_order()
        if not found and not any(each.cases for each in suites):
            hint = "write `flow: NAME`, and under `cases` at least one"
            failure = Failure(ExitCode.INVALID, f"there are no cases in {file}", hint)
            return CaseFile(file, failure=failure)
        if not found:
            for each in suites:
                known[each.flow].cases += each.cases
        return CaseFile(file, found)


def _beside(path: Path, content: bytes) -> Iterator[Path]:
    """The files that its flows may be in."""
    stems = [path.name.removesuffix(CASES)]
    stems += [name.decode() for name in _NAMES.findall(content)]
    for each in dict.fromkeys(path.with_name(f"{stem}{FLOW}") for stem in stems):
        if each.is_file():
            yield each


def _by_name(casts: Iterable[Cast]) -> dict[str, Cast]:
    """The first of each name: the nearest."""
    found: dict[str, Cast] = {}
    for cast in casts:
        if cast.flow is not None:
            found.setdefault(cast.flow.name, cast)
    return found
