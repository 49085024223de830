"""`voicegate flows rollback`: an older version in force again."""

import click

from ...gateway.terminal.answer import Answer
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.failure import CommandError
from .desk import Invocation
from .diff import unified
from .named import NAMED, Named, not_kept, version_in_force, version_of


@command(
    "voicegate flows rollback clinic-main 3",
    codes=(
        ExitCode.FAILED,
        ExitCode.INVALID,
        ExitCode.NOT_FOUND,
        ExitCode.CONFLICT,
        ExitCode.UNREACHABLE,
        ExitCode.NEEDS_CONFIRMATION,
    ),
)
@click.argument("flow", type=NAMED, metavar="NAME")
@click.argument("version", type=click.IntRange(1))
def rollback(invocation: Invocation, *, flow: Named, version: int) -> Answer:
    """Answer new calls by an older version. It keeps its number and its sounds; none is made anew."""
    desk = invocation.desk
    store, name = desk.flows, flow.name
    in_force = version_in_force(store, name)
    if flow.version is not None:
        raise click.UsageError(f"name the flow alone: voicegate flows rollback {name} {version}")
    if version == in_force:
        raise CommandError(ExitCode.USAGE, f"version {version} is in force", "name another one")
    wanted = version_of(store, Named(name, version))
    if not invocation.options.is_dry_run:
        lines = _changes(invocation, name, in_force, version)
        invocation.terminal.confirm(f"Go back to {name}@{wanted.version}?", about=lines)
        if not store.roll_back(name, in_force, version, who=desk.who):
            raise not_kept(store, name, version)
    item = {"flow": name, "version": version, "before": in_force}
    return Answer("FlowRollback", item, ("flow", "version", "before"), schema="flows/v1")


def _changes(invocation: Invocation, name: str, in_force: int, version: int) -> list[str]:
    """Of the text; where that in force is damaged, there is nothing to compare."""
    store = invocation.desk.flows
    try:
        before = version_of(store, Named(name, in_force))
    except CommandError:
        return []
    return unified(before, version_of(store, Named(name, version))).splitlines()
