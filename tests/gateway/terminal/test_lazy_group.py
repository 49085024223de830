"""Commands that live elsewhere: found, named in help, loaded when they are run."""

import json

import click
import pytest
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


ELSEWHERE = {"loaded": Elsewhere(".cli:doctor", "Loaded.")}


@click.group(cls=LazyGroup, elsewhere=ELSEWHERE, package="voicegate.gateway")
def group() -> None:
    """Some commands."""


@pytest.mark.parametrize(
    "said",
    [["laoded", "-o", "json"], ["laoded", "-ojson"], ["--no-such", "--output=json"]],
    ids=" ".join,
)
def test_a_wrong_name_is_json_where_json_was_asked_for(said: list[str]) -> None:
    """N11."""
    done = CliRunner().invoke(group, said)
    assert (done.exit_code, done.stdout) == (2, "")
    assert json.loads(done.stderr)["error"]["code"] == "usage"
    done = CliRunner().invoke(group, said[:1])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Error: No such" in done.stderr


@pytest.mark.parametrize("form", [[], ["-o", "json"]], ids=["line", "json"])
def test_ctrl_c_while_a_command_is_loaded_is_told_as_later(
    form: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """N13: the exit code 130."""

    def stopped(*_: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(Elsewhere, "load", stopped)
    done = CliRunner().invoke(group, ["loaded", *form])
    assert (done.exit_code, done.stdout) == (130, "")
    assert "stopped by Ctrl-C" in done.stderr
    assert done.stderr.startswith("{") is bool(form)


def test_ctrl_c_in_a_command_of_any_kind_leaves_with_130() -> None:
    """N13: also in one that does not look for it."""

    def stopped() -> None:
        raise KeyboardInterrupt

    made = LazyGroup(
        "t", {"plain": click.Command("plain", callback=stopped)}, elsewhere={}, package=""
    )
    done = CliRunner().invoke(made, ["plain"])
    assert (done.exit_code, done.stderr) == (130, "voicegate: stopped by Ctrl-C\n")
