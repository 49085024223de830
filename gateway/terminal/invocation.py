"""One command while it runs: its options, its desk, the person at the terminal."""

import sys
from functools import cached_property
from typing import Generic, TypeVar

from . import output
from .answer import Answer
from .desk import Desk, Opener
from .failure import CommandError, Failure
from .options import Format, Options
from .person import Terminal

DeskT = TypeVar("DeskT", bound=Desk)


class Invocation(Generic[DeskT]):
    """Handed to the body of every command."""

    def __init__(self, options: Options, opener: Opener[DeskT]) -> None:
        self.options = options
        self.terminal = Terminal(options)
        self._opener = opener
        self._opened: DeskT | None = None

    @cached_property
    def desk(self) -> DeskT:
        """The desk; opened when it is first asked for."""
        self._opened = self._opener.open(self.options)
        return self._opened

    def show(self, answer: Answer) -> None:
        """Print an answer now: for commands that have more than one."""
        output.show(answer, self.options)
        is_table = self.options.output in (None, Format.TABLE)
        if answer.next_step and is_table and sys.stdout.isatty():
            self.terminal.tell(answer.next_step)

    def failure_of(self, error: BaseException) -> Failure | None:
        """How a command ends that raised this; None for what is a fault of ours."""
        return error.failure if isinstance(error, CommandError) else self._opener.failure_of(error)

    def hide(self, text: str) -> str:
        """The text without the settings' secrets, as far as they are known."""
        return text if self._opened is None else self._opened.hide(text)

    def close(self) -> None:
        """Leave what was opened."""
        if self._opened is not None:
            self._opened.close()
