"""A group of commands that live in other modules and are loaded when they are run, not before."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click

from .telling import told_as_asked


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A command that another module defines: `module:attribute`, the module relative to a package."""

    place: str
    help: str

    def load(self, package: str | None) -> click.Command:
        """The command itself."""
        module, _, attribute = self.place.partition(":")
        command: click.Command = getattr(import_module(module, package), attribute)
        return command


class LazyGroup(click.Group):
    """A group that also has commands of other modules, relative to `package`."""

    def __init__(
        self, *args: Any, elsewhere: Mapping[str, Elsewhere], package: str | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._elsewhere = elsewhere
        self._package = package

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """As click does, but for the form of an error."""
        with told_as_asked(args):
            return super().make_context(info_name, args, parent, **extra)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, but for the form of an error."""
        with told_as_asked(args):
            return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """As click does; Ctrl-C leaves with 130, wherever it comes."""
        with told_as_asked(()):
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in alphabetical order."""
        return sorted([*super().list_commands(ctx), *self._elsewhere])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One command; this loads it."""
        found = self._elsewhere.get(cmd_name)
        return super().get_command(ctx, cmd_name) if found is None else found.load(self._package)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands in `--help`, for which nothing is loaded."""
        rows = [(name, self._short_help(name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def _short_help(self, name: str) -> str:
        found = self._elsewhere.get(name)
        return self.commands[name].get_short_help_str(limit=70) if found is None else found.help
