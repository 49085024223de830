"""`voicegate help`: what holds for all commands."""

import click

from .exit_code import table


@click.group(
    name="help", epilog="Example: voicegate help exit-codes\n\nExit codes: 0 told, 2 wrong use."
)
def topics() -> None:
    """What is said of all commands at once; for one command, `--help` behind it."""


@topics.command("exit-codes", epilog="Example: voicegate help exit-codes")
def exit_codes() -> None:
    """How `voicegate numbers` and `voicegate agents` leave."""
    click.echo(table())
