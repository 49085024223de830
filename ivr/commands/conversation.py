"""A walk at the terminal: lines read and obeyed, what happens printed, in no time or in real time."""

import time
from types import TracebackType

import click

from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.failure import CommandError
from ..walking.keyboard import Keyboard
from ..walking.walk import HELP, Walk

HELP_WORDS = ("h", "help", "?")


class Transcript:
    """All lines of a walk, printed as they come unless somebody wants JSON."""

    def __init__(self, *, is_shown: bool) -> None:
        self.lines: list[str] = []
        self._is_shown = is_shown
        self._is_asked = False

    def add(self, *lines: str) -> None:
        """More of it."""
        self.lines += lines
        if self._is_shown:
            for line in lines:
                click.echo(line)

    def prompt(self) -> None:
        """Whoever sits there may type."""
        if self._is_shown:
            click.echo("> ", nl=False)
            self._is_asked = True

    def end_line(self) -> None:
        """They typed no more."""
        if self._is_asked:
            click.echo()


def in_no_time(walk: Walk, keyboard: Keyboard, transcript: Transcript) -> None:
    """Time passes until the caller is waited for; then the next line is."""
    number = 0
    walk.settle()
    while not walk.is_over:
        transcript.add(*walk.news())
        if keyboard.is_person:
            transcript.prompt()
        line = keyboard.line()
        if line is None:
            transcript.end_line()
            walk.hang_up()
            return
        number += 1
        if not keyboard.is_person:
            transcript.add(f"> {walk.echo(line)}".rstrip())
        with _Refusal(number, keyboard):
            _obey(line, walk, transcript)
        walk.settle()


def in_real_time(walk: Walk, keyboard: Keyboard, transcript: Transcript) -> None:
    """Lines count from the moment they are typed."""
    begun_s, number = time.monotonic(), 0
    while True:
        now_ms = _since_ms(begun_s)
        walk.run_to(now_ms)
        transcript.add(*walk.news())
        if walk.is_over:
            return
        next_ms = walk.next_ms
        try:
            line = keyboard.line_within(next_ms and max(0, next_ms - now_ms) / 1000)
        except EOFError:
            walk.run_to(_since_ms(begun_s))
            walk.hang_up()
            return
        number += line is not None
        if line:
            walk.run_to(_since_ms(begun_s))
            with _Refusal(number, keyboard):
                _obey(line, walk, transcript)


def _since_ms(begun_s: float) -> int:
    return int((time.monotonic() - begun_s) * 1000)


def _obey(line: str, walk: Walk, transcript: Transcript) -> None:
    """Raises ValueError."""
    if line in HELP_WORDS:
        transcript.add(*HELP.splitlines())
    elif line:
        walk.type(line)
    else:
        walk.wait()


class _Refusal:
    """A person may type again; a script ends at the line that cannot be done."""

    def __init__(self, number: int, keyboard: Keyboard) -> None:
        self._number = number
        self._is_person = keyboard.is_person

    def __enter__(self) -> None:
        return

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, ValueError):
            return False
        if not self._is_person:
            what = f"line {self._number} of what was typed: {error}"
            raise CommandError(ExitCode.USAGE, what) from None
        click.echo(f"voicegate: {error}", err=True)
        return True
