"""What is asked, of whom, and what is told; the terminal is a text that says it is one."""

import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack, redirect_stderr
from io import StringIO, TextIOWrapper
from pathlib import Path

import pytest

from voicegate.gateway.terminal.exit_code import ExitCode
from voicegate.gateway.terminal.failure import CommandError
from voicegate.gateway.terminal.options import Format, Options
from voicegate.gateway.terminal.person import Terminal

NUMBER = "+12125550142"


class Screen(StringIO):
    """A text at which somebody sits, or nobody."""

    is_terminal = True

    def isatty(self) -> bool:
        return self.is_terminal


@pytest.fixture
def begin() -> Generator[Callable[[], Screen]]:
    """Begins to read along what is told."""
    with ExitStack() as until_then:
        yield lambda: until_then.enter_context(redirect_stderr(Screen()))


class Keyboard(TextIOWrapper):
    """A file of what is typed, by somebody or by nobody."""

    is_terminal = True

    def isatty(self) -> bool:
        return self.is_terminal


TypeIn = Callable[[str], Keyboard]


@pytest.fixture
def type_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[TypeIn]:
    """Types this, and nothing after it."""
    with ExitStack() as until_then:

        def typed(text: str) -> Keyboard:
            (tmp_path / "typed").write_text(text)
            keys = until_then.enter_context(Keyboard((tmp_path / "typed").open("rb")))
            monkeypatch.setattr(sys, "stdin", keys)
            return keys

        yield typed


def code_of(options: Options, number: str | None = None) -> ExitCode | None:
    """How asking ends; None for a yes."""
    try:
        if number is None:
            Terminal(options).confirm("Change it?")
        else:
            Terminal(options).confirm_typed("Release it?", NUMBER, None, "--confirm")
    except CommandError as error:
        return error.failure.exit_code
    return None


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("y\n", None),
        (" YES \n", None),
        ("n\n", ExitCode.FAILED),
        ("\n", ExitCode.FAILED),
        ("yup\n", ExitCode.FAILED),
    ],
)
def test_only_a_yes_is_a_yes(
    typed: str, code: ExitCode | None, begin: Callable[[], Screen], type_in: TypeIn
) -> None:
    screen = begin()
    type_in(typed)
    assert code_of(Options()) is code
    assert screen.getvalue() == "Change it? [y/N] "


def test_a_yes_that_was_given_is_not_asked_for(begin: Callable[[], Screen]) -> None:
    screen = begin()
    assert code_of(Options(is_yes=True, may_ask=False)) is None
    assert screen.getvalue() == ""


@pytest.mark.parametrize("missing", ["stdin", "stderr", "--no-input"])
def test_nobody_is_asked_where_nobody_can_answer(
    missing: str, begin: Callable[[], Screen], type_in: TypeIn
) -> None:
    """N5 rests on it: the typed number included."""
    screen = begin()
    stdin = type_in("y\n")
    stdin.is_terminal = missing != "stdin"
    screen.is_terminal = missing != "stderr"
    options = Options(may_ask=missing != "--no-input")
    assert code_of(options) is ExitCode.NEEDS_CONFIRMATION
    assert code_of(options, NUMBER) is ExitCode.NEEDS_CONFIRMATION
    for ask in (Terminal(options).ask, Terminal(options).ask_secret):
        with pytest.raises(CommandError) as caught:
            ask("Who? ", "--who")
        assert caught.value.failure.exit_code is ExitCode.NEEDS_CONFIRMATION
        assert "--who" in caught.value.failure.hint
    assert screen.getvalue() == ""
    assert stdin.tell() == 0


def test_a_typed_number_is_that_number_and_yes_is_not_enough(
    begin: Callable[[], Screen], type_in: TypeIn
) -> None:
    screen = begin()
    type_in(f"{NUMBER}\n")
    assert code_of(Options(is_yes=True), NUMBER) is None
    type_in("yes\n")
    assert code_of(Options(is_yes=True), NUMBER) is ExitCode.FAILED
    assert screen.getvalue().count(f"Type {NUMBER} to go on: ") == 2


def test_a_number_given_by_its_option_must_be_the_same(begin: Callable[[], Screen]) -> None:
    screen = begin()
    terminal = Terminal(Options(may_ask=False))
    terminal.confirm_typed("Release it?", NUMBER, NUMBER, "--confirm")
    with pytest.raises(CommandError) as caught:
        terminal.confirm_typed("Release it?", NUMBER, "+12125550143", "--confirm")
    assert caught.value.failure.exit_code is ExitCode.USAGE
    assert screen.getvalue() == ""


def test_the_end_of_input_stops_as_ctrl_c_does(
    begin: Callable[[], Screen], type_in: TypeIn
) -> None:
    """N13."""
    screen = begin()
    type_in("")
    with pytest.raises(KeyboardInterrupt):
        Terminal(Options()).confirm("Change it?")
    assert screen.getvalue()


def test_details_are_told_if_asked_for_and_nothing_beside_json(begin: Callable[[], Screen]) -> None:
    screen = begin()
    for options in (Options(), Options(is_verbose=True), Options(output=Format.JSON)):
        Terminal(options).detail("detail")
        Terminal(options).tell("line")
    assert screen.getvalue() == "line\ndetail\nline\n"


def test_progress_is_a_spinner_on_a_terminal_and_a_detail_elsewhere(
    begin: Callable[[], Screen],
) -> None:
    screen = begin()
    with Terminal(Options(has_color=False)).progress("asking the provider"):
        pass
    assert "asking the provider" in screen.getvalue()
    screen = begin()
    screen.is_terminal = False
    with Terminal(Options()).progress("asking the provider"):
        pass
    assert screen.getvalue() == ""
    with Terminal(Options(is_verbose=True)).progress("asking"):
        assert screen.getvalue() == "asking\n"
