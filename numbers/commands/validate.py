"""`voicegate numbers validate`: files checked, and nothing asked or changed."""

from collections.abc import Sequence

import click

from ...gateway.terminal.answer import Answer
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ..answers import validation
from ..desk.invocation import Invocation
from ..documents import numbers as numbers_document
from ..yaml.tree import Fault


@command("voicegate numbers validate numbers.yaml", codes=(ExitCode.INVALID, ExitCode.NOT_FOUND))
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def validate(invocation: Invocation, *, files: tuple[str, ...]) -> Answer:
    """Check files, and change nothing; - reads stdin. Every fault is told with line and column."""
    return validation.validate(files, _check)


def _check(content: bytes) -> Sequence[Fault]:
    return numbers_document.parse(content).warnings
