"""The person at the terminal: what is told on stderr, and what may be asked."""

import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager

from .exit_code import ExitCode
from .failure import CommandError
from .keyboard import read_line, read_secret
from .options import Format, Options


class Terminal:
    """Talks on stderr only, and asks nobody who cannot answer."""

    def __init__(self, options: Options) -> None:
        self._options = options

    def tell(self, line: str) -> None:
        """One line; where a program reads JSON, stderr is kept for an error, unless --verbose."""
        if self._options.output is Format.JSON and not self._options.is_verbose:
            return
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    def detail(self, line: str) -> None:
        """One line, if it was asked for by --verbose."""
        if self._options.is_verbose:
            self.tell(line)

    @contextmanager
    def progress(self, what: str) -> Generator[None]:
        """Tell what is under way: a spinner on a terminal, else one line."""
        if not sys.stderr.isatty():
            self.detail(what)
            yield
            return
        from rich.console import Console  # heavy: only for who sees it

        color = None if self._options.has_color else True
        with Console(stderr=True, no_color=color).status(what):
            yield

    def ask(self, question: str, how: str) -> str:
        """What is typed. Raises CommandError where nobody can be asked; `how` is the other way."""
        self._check_who_answers("this has to be told", f"tell it with {how}")
        return read_line(question)

    def ask_secret(self, question: str, how: str) -> str:
        """As `ask`; the terminal does not show it."""
        self._check_who_answers("this has to be told", f"tell it with {how}")
        return read_secret(question)

    def confirm(self, question: str, how: str = "--yes", about: Iterable[str] = ()) -> None:
        """Return if the answer is yes, by --yes or at the prompt; `about` is what it means.

        Raises CommandError: NEEDS_CONFIRMATION where nobody can be asked, FAILED for a no.
        """
        if self._options.is_yes:
            for line in about:
                self.tell(line)
            return
        told = "".join(f"{line}\n" for line in about)  # whoever answers sees it, in any format
        answer = self._answer(f"{told}{question} [y/N] ", how)
        if answer.lower() not in ("y", "yes"):
            raise CommandError(ExitCode.FAILED, "declined, nothing was changed")

    def confirm_typed(self, question: str, word: str, given: str | None, option: str) -> None:
        """Return if the word was typed, by its option or at the prompt; --yes is not enough."""
        typed = given
        if typed is None:
            typed = self._answer(f"{question}\nType {word} to go on: ", f"{option} {word}")
        elif typed != word:
            raise CommandError(ExitCode.USAGE, f"{option} names something else: type it again")
        if typed != word:
            raise CommandError(ExitCode.FAILED, "that is something else, nothing was changed")

    def _answer(self, question: str, how: str) -> str:
        self._check_who_answers("this needs a confirmation", f"confirm with {how}")
        return read_line(question)

    def _check_who_answers(self, need: str, hint: str) -> None:
        can_answer = sys.stdin.isatty() and sys.stderr.isatty()
        if not (self._options.may_ask and can_answer):
            message = f"{need}, and there is nobody to ask"
            raise CommandError(ExitCode.NEEDS_CONFIRMATION, message, hint)
