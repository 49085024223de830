"""`voicegate numbers login` and `profile`: what is kept, and when nothing is."""

from collections.abc import Callable

import orjson
import pytest
from click.testing import Result

from voicegate.numbers.fakes.desk import ACCOUNT, FakeDesk

Run = Callable[..., Result]
OTHER = "AC" + "b" * 32
LOGIN = ("numbers", "login", "eu", "--account", ACCOUNT, "--with-token")


def test_what_the_provider_takes_is_kept_and_listed_without_its_token(
    run: Run, desk: FakeDesk
) -> None:
    """N14."""
    done = run(*LOGIN, "-v", "-o", "table", said=b" opensesame \n")
    assert (done.exit_code, done.stdout) == (0, f"profile eu: {ACCOUNT}, in eu.env\n")
    assert desk.profiles.kept == {"eu": (ACCOUNT, "opensesame")}
    listed = run("numbers", "profile")
    assert orjson.loads(listed.stdout)["items"] == [
        {"name": "eu", "account": ACCOUNT, "file": "eu.env", "problem": ""}
    ]
    assert "opensesame" not in done.output + listed.output


def test_what_the_provider_does_not_take_is_not_kept(run: Run, desk: FakeDesk) -> None:
    assert run(*LOGIN, said=b"wrong\n").exit_code == 4
    assert run(*LOGIN, "--dry-run", said=b"opensesame\n").exit_code == 0
    assert desk.profiles.kept == {}


def test_another_account_takes_the_place_of_one_only_after_a_yes(run: Run, desk: FakeDesk) -> None:
    desk.profiles.kept["eu"] = (OTHER, "other")
    assert run(*LOGIN, said=b"opensesame\n").exit_code == 9
    assert desk.profiles.kept["eu"] == (OTHER, "other")
    assert run(*LOGIN, "--yes", said=b"opensesame\n").exit_code == 0
    assert desk.profiles.kept["eu"] == (ACCOUNT, "opensesame")
    assert run(*LOGIN, said=b"a new one\n").exit_code == 0  # of the same account


@pytest.mark.parametrize(
    ("said", "hint"), [((), "--account"), (("--account", ACCOUNT), "--with-token")]
)
def test_nobody_is_asked_without_a_terminal(said: tuple[str, ...], hint: str, run: Run) -> None:
    done = run("numbers", "login", "eu", *said, "-o", "table")
    assert (done.exit_code, done.stdout) == (9, "")
    assert hint in done.stderr
