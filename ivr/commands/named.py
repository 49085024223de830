"""Flows as an operator names them: `clinic-main`, or a version of it, `clinic-main@3`."""

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.failure import CommandError
from ...numbers.yaml.fields import did_you_mean

if TYPE_CHECKING:
    from ..publishing.store import FlowStore
    from ..publishing.version import FlowVersion

_NAMED = re.compile(r"([a-z][a-z0-9_\-]{0,39})(?:@([1-9][0-9]{0,8}))?")


class Named(NamedTuple):
    """A flow, and its version; None for the one in force."""

    name: str
    version: int | None


class NamedType(click.ParamType[Named]):
    """An argument."""

    name = "flow"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Named:
        """A Named."""
        found = _NAMED.fullmatch(str(value))
        if found is None:
            self.fail(f"{value!r} is no flow: write NAME or NAME@VERSION", param, ctx)
        return Named(found[1], None if found[2] is None else int(found[2]))


NAMED = NamedType()


def version_in_force(store: "FlowStore", name: str) -> int:
    """Raises CommandError where nothing of this name was ever published."""
    version = store.version(name)
    if not version:
        what, names = f"no flow {name!r} is published", store.names()
        hint = did_you_mean(name, names) if names else "publish one: voicegate flows push FILE"
        raise CommandError(ExitCode.NOT_FOUND, what, hint)
    return version


def version_of(store: "FlowStore", named: Named) -> "FlowVersion":
    """Raises CommandError for one that is not there, or that is damaged."""
    in_force = version_in_force(store, named.name)
    version = in_force if named.version is None else named.version
    try:
        found = store.at(named.name, version)
    except ValueError as error:
        what = f"version {version} of {named.name} cannot be read"
        raise CommandError(ExitCode.INVALID, what, "push the flow again, or roll back") from error
    if found is None:
        raise not_kept(store, named.name, version)
    return found


def not_kept(store: "FlowStore", name: str, version: int) -> CommandError:
    """Which versions there are instead."""
    kept = ", ".join(map(str, store.versions(name)))
    return CommandError(
        ExitCode.NOT_FOUND, f"there is no version {version} of {name}", f"kept are {kept}"
    )
