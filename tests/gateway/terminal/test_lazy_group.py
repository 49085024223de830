"""Commands that live elsewhere: found, named in help, loaded when they are run."""

import click
from click.testing import CliRunner

from voicegate.gateway import cli
from voicegate.gateway.terminal.lazy_group import Elsewhere, LazyGroup


def test_a_command_of_another_module_is_loaded_when_it_is_asked_for() -> None:
    elsewhere = {"help": Elsewhere(".cli:doctor", "Another name for it.")}
    group = LazyGroup("t", elsewhere=elsewhere, package="voicegate.gateway")
    assert group.list_commands(click.Context(group)) == ["help"]
    assert group.get_command(click.Context(group), "help") is cli.doctor
    assert group.get_command(click.Context(group), "nothing") is None
    assert "Another name for it." in CliRunner().invoke(group, ["--help"]).output


def test_its_own_commands_stand_among_them() -> None:
    group = LazyGroup("t", elsewhere={"b": Elsewhere(".cli:doctor", "B.")}, package=None)
    group.add_command(click.Command("c", help="Its own."))
    group.add_command(click.Command("a", help="Its own."))
    assert group.list_commands(click.Context(group)) == ["a", "b", "c"]
