"""One command while it runs: who sees the next step."""

from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

import pytest

from voicegate.gateway.terminal.answer import Answer
from voicegate.gateway.terminal.failure import Failure
from voicegate.gateway.terminal.invocation import Invocation
from voicegate.gateway.terminal.options import Format, Options

LIST = Answer("NumberList", {"items": []}, ("number",), next_step="buy one")


class Screen(StringIO):
    def isatty(self) -> bool:
        return True


class Desk:
    """Hides one secret."""

    def hide(self, text: str) -> str:
        return text.replace("opensesame", "(hidden)")

    def close(self) -> None:
        """Nothing was connected to."""


class Opener:
    """Counts the desks that it opens."""

    def __init__(self) -> None:
        self.opened = 0

    def open(self, options: Options) -> Desk:
        self.opened += 1
        return Desk()

    def failure_of(self, error: BaseException) -> Failure | None:
        """Knows nothing."""


def told(form: Format | None, stdout: StringIO) -> str:
    """What stands on stderr."""
    with redirect_stdout(stdout), redirect_stderr(StringIO()) as stderr:
        Invocation(Options(output=form, has_color=False), Opener()).show(LIST)
    return stderr.getvalue()


@pytest.mark.parametrize(
    ("form", "screen", "line"),
    [
        (None, Screen, "buy one\n"),
        (Format.TABLE, Screen, "buy one\n"),
        (Format.IDS, Screen, ""),
        (Format.JSON, Screen, ""),
        (None, StringIO, ""),
        (Format.TABLE, StringIO, ""),
    ],
)
def test_the_next_step_is_for_who_sees_the_table(
    form: Format | None, screen: Callable[[], StringIO], line: str
) -> None:
    assert told(form, screen()) == line


def test_a_desk_is_opened_once_and_hides_what_it_knows() -> None:
    opener = Opener()
    invocation = Invocation(Options(), opener)
    assert invocation.hide("opensesame") == "opensesame"  # no desk knows it yet
    assert invocation.desk is invocation.desk
    assert invocation.hide("say opensesame") == "say (hidden)"
    assert opener.opened == 1
