"""Findings as notes beside a pull request. GitHub "Workflow commands for GitHub Actions"."""

from collections.abc import Iterator, Sequence

from .examined import Examined

_IN_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def annotations(examined: Sequence[Examined]) -> Iterator[str]:
    """A command a line: `::error file=…,line=…,col=…,title=V006::…`."""
    for each in examined:
        file = each.file.translate(_IN_PROPERTY)
        if each.failure:
            yield f"::error file={file}::{each.failure.line.translate(_IN_MESSAGE)}"
        for finding in each.verdict.findings:
            level = "warning" if finding.is_warning else "error"
            place = f"file={file},line={finding.line},col={finding.column},title={finding.rule}"
            yield f"::{level} {place}::{finding.message.translate(_IN_MESSAGE)}"
