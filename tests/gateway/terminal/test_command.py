"""A function as a command: how it is told what was asked, and how it ends."""

import json
from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner, Result

from voicegate.gateway.terminal.answer import Answer
from voicegate.gateway.terminal.command import command
from voicegate.gateway.terminal.desk import Desk
from voicegate.gateway.terminal.exit_code import ExitCode
from voicegate.gateway.terminal.failure import CommandError, Failure
from voicegate.gateway.terminal.invocation import Invocation
from voicegate.gateway.terminal.options import Format, Options


class Away(Exception):
    """What only the root knows."""


class Opener:
    """Knows one exception, and is its own desk, which hides one secret."""

    def __init__(self) -> None:
        self.closed = 0

    def open(self, options: Options) -> Desk:
        return self

    def hide(self, text: str) -> str:
        return text.replace("opensesame", "(hidden)")

    def close(self) -> None:
        self.closed += 1

    def failure_of(self, error: BaseException) -> Failure | None:
        return Failure(ExitCode.UNREACHABLE, "away") if isinstance(error, Away) else None


def ask(body: Callable[[Invocation[Desk]], Answer | None], *arguments: str) -> Result:
    made = command("voicegate numbers try")(body)
    return CliRunner().invoke(made, arguments, obj=Opener(), catch_exceptions=False)


def nothing(invocation: Invocation[Desk]) -> None:
    """Opens no desk."""


def ending(error: BaseException) -> Callable[[Invocation[Desk]], Answer | None]:
    def body(invocation: Invocation[Desk]) -> Answer | None:
        assert invocation.desk
        raise error

    return body


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CommandError(ExitCode.FAILED, "declined"), ExitCode.FAILED),
        (click.UsageError("not both"), ExitCode.USAGE),
        (Away(), ExitCode.UNREACHABLE),
        (CommandError(ExitCode.NEEDS_CONFIRMATION, "ask"), ExitCode.NEEDS_CONFIRMATION),
        (KeyboardInterrupt(), ExitCode.STOPPED),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_what_goes_wrong_has_its_code_and_its_words(error: BaseException, code: ExitCode) -> None:
    """One line on stderr, or one object with -o json; what the root knows is told alike."""
    done = ask(ending(error))
    assert (done.exit_code, done.stdout) == (code, "")
    assert "Traceback" not in done.stderr
    done = ask(ending(error), "-o", "json")
    assert (done.exit_code, done.stdout) == (code, "")
    told = json.loads(done.stderr)["error"]
    assert told["code"] == code.name.lower()
    assert told["message"]


@pytest.mark.parametrize(
    "code", [ExitCode.OK, ExitCode.CHANGES_PENDING, ExitCode.DRIFT, ExitCode.INVALID]
)
def test_an_answer_may_have_a_code_of_its_own(code: ExitCode) -> None:
    """The exit codes 0, 10 and 11."""
    done = ask(lambda _: Answer("Plan", {"n": 1}, exit_code=code), "-o", "json")
    assert done.exit_code == code
    assert json.loads(done.stdout) == {"schema": "numbers/v1", "kind": "Plan", "n": 1}
    assert done.stderr == ""


def test_a_fault_of_ours_shows_where_it_was() -> None:
    with pytest.raises(ZeroDivisionError):
        ask(ending(ZeroDivisionError()))


def test_a_secret_in_an_error_is_not_told() -> None:
    """N14."""
    secret = "redis://:opensesame@host"
    for form in ("json", "table"):
        done = ask(
            ending(CommandError(ExitCode.FAILED, f"no {secret}", f"see {secret}")), "-o", form
        )
        assert "opensesame" not in done.output
        assert done.output.count("(hidden)") == 2


def test_what_was_opened_is_closed_however_the_command_ends() -> None:
    for error in (Away(), ZeroDivisionError(), KeyboardInterrupt()):
        opener = Opener()
        made = command("voicegate numbers try")(ending(error))
        CliRunner().invoke(made, [], obj=opener)
        assert opener.closed == 1


def test_a_desk_that_nobody_asks_for_is_not_opened() -> None:
    opener = Opener()
    made = command("voicegate numbers try")(nothing)
    assert CliRunner().invoke(made, [], obj=opener, catch_exceptions=False).exit_code == 0
    assert opener.closed == 0


def test_every_command_takes_the_options_of_all() -> None:
    heard: list[Options] = []

    def body(invocation: Invocation[Desk]) -> None:
        heard.append(invocation.options)

    said = (
        "-o csv --columns a,b --yes --no-input --dry-run -p eu --timeout 2.5"
        " --redis-url redis://h --no-color -v"
    )
    assert ask(body, *said.split()).exit_code == 0
    assert ask(body).exit_code == 0
    assert heard == [
        Options(
            profile="eu",
            output=Format.CSV,
            columns=("a", "b"),
            may_ask=False,
            is_yes=True,
            is_dry_run=True,
            timeout_s=2.5,
            is_verbose=True,
            has_color=False,
            redis_url="redis://h",
        ),
        Options(),
    ]


@pytest.mark.parametrize(
    "said", [["-o", "json"], ["-ojson"], ["--output=json"], ["--output", "json"]], ids=str
)
def test_wrong_use_is_json_where_json_was_asked_for(said: list[str]) -> None:
    done = ask(nothing, *said, "--no-such")
    assert (done.exit_code, done.stdout) == (2, "")
    assert json.loads(done.stderr)["error"]["code"] == "usage"
    done = ask(nothing, "--no-such")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Error: No such option" in done.stderr


def test_help_lists_its_own_options_before_those_of_all() -> None:
    @command("voicegate numbers try --own", codes=(ExitCode.CONFLICT,))
    @click.option("--own", help="Its own.")
    def made(invocation: Invocation[Desk], *, own: str | None) -> None:
        """Do it."""

    told = CliRunner().invoke(made, ["--help"]).output
    assert told.index("--own") < told.index("Options of every command:") < told.index("--no-input")
    assert "Example: voicegate numbers try --own" in told
    assert "Exit codes: 0, 2, 6, 130" in told
