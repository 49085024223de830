"""Forms of an answer that only one command has, in the place of those that all have."""

from collections.abc import Callable

import click

from ...gateway.terminal.options import Format

_CHOSEN = "voicegate.flows.form"


def forms(*names: str) -> Callable[[click.Command], click.Command]:
    """The decorator above `@command`: `-o` takes these, and the first is meant without it."""

    def decorate(made: click.Command) -> click.Command:
        others = [param for param in made.params if param.name != "output"]
        made.params[:] = [*others, _option(names)]
        return made

    return decorate


def chosen() -> str:
    """The form that was asked for, in the body of a command."""
    found: str = click.get_current_context().meta[_CHOSEN]
    return found


def _option(names: tuple[str, ...]) -> click.Option:
    return click.Option(
        ["-o", "--output"],
        type=click.Choice(names),
        default=names[0],
        show_default=True,
        callback=_take,
        is_eager=True,
        help="How to print.",
    )


def _take(context: click.Context, _: click.Parameter, name: str) -> str | None:
    """JSON is printed as every command prints it; the others are texts of the answer."""
    context.meta[_CHOSEN] = name
    return Format.JSON.value if name == Format.JSON else None
