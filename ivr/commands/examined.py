"""Flow files that an operator names, with what was found in each."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from ...gateway.terminal.failure import CommandError, Failure
from ...gateway.terminal.source_file import read_source
from ..check import Verdict, validate
from ..finding import Finding


class Examined(NamedTuple):
    """One file; `failure` says why it could not be read."""

    file: str
    verdict: Verdict
    failure: Failure | None = None

    @property
    def errors(self) -> Sequence[Finding]:
        """What keeps it from being published."""
        return [finding for finding in self.verdict.findings if not finding.is_warning]

    @property
    def warnings(self) -> Sequence[Finding]:
        """What does not."""
        return [finding for finding in self.verdict.findings if finding.is_warning]


def examine(file: str) -> Examined:
    """Read a file and judge it as of today; `-` is stdin. One that cannot be read says so."""
    try:
        content = read_source(file)
    except CommandError as error:
        return Examined(file, Verdict(None, ()), error.failure)
    return Examined(file, validate(content, today=datetime.now(UTC).date()))
