"""The one flow that an operator names, as a file or as it was published, if it may be played."""

import re
from pathlib import Path

import click

from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.failure import CommandError
from ..check import validate
from ..flow import Flow
from .desk import Invocation
from .examined import Examined, examine
from .named import NAMED, version_of

_NAME = re.compile(r"[\w\-]+(@\d+)?")


def flow_of(invocation: Invocation, target: str) -> Flow:
    """A file if there is one of this name. Raises CommandError with all that is wrong with it."""
    if target == "-":
        what = "stdin is the caller's keyboard: name a file, or a flow"
        raise click.BadParameter(what, param_hint="NAME|FILE")
    examined = _published(invocation, target) if _is_name(target) else examine(target)
    if examined.failure:
        failure = examined.failure
        raise CommandError(failure.exit_code, failure.message, failure.hint)
    flow = examined.verdict.flow
    if flow is None or examined.errors:
        told = "\n".join(finding.render(target) for finding in examined.errors)
        raise CommandError(ExitCode.INVALID, told)
    return flow


def _is_name(target: str) -> bool:
    return bool(_NAME.fullmatch(target)) and not Path(target).exists()


def _published(invocation: Invocation, target: str) -> Examined:
    """Raises CommandError where it is not."""
    desk = invocation.desk
    version = version_of(desk.flows, NAMED.convert(target, None, None))
    return Examined(target, validate(version.text, today=desk.now().date()))
