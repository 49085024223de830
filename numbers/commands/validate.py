"""`voicegate numbers validate`: files checked, and nothing asked or changed."""

from collections.abc import Sequence

import click

from .. import document, validation
from ..answer import Answer
from ..command import command
from ..exit_code import ExitCode
from ..invocation import Invocation
from ..yaml_tree import Fault


@command("voicegate numbers validate numbers.yaml", codes=(ExitCode.INVALID, ExitCode.NOT_FOUND))
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def validate(invocation: Invocation, *, files: tuple[str, ...]) -> Answer:
    """Check files, and change nothing; - reads stdin. Every fault is told with line and column."""
    return validation.validate(files, _check)


def _check(content: bytes) -> Sequence[Fault]:
    return document.parse(content).warnings
