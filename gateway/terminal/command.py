"""Makes a function a command: options that all have, one way to print, one way to fail."""

import sys
from collections.abc import Callable, Sequence
from functools import wraps
from types import TracebackType
from typing import Any

import click

from .answer import Answer
from .desk import Desk, Opener
from .exit_code import ExitCode
from .failure import Failure
from .invocation import Invocation
from .options import GLOBAL_OPTIONS, Format, GlobalOption, Options
from .telling import STOPPED, tell, told_as_asked

Body = Callable[..., Answer | None]


def command(
    *examples: str, codes: Sequence[ExitCode] = (), name: str | None = None
) -> Callable[[Body], click.Command]:
    """The decorator, above those of click: `@command("voicegate numbers list", codes=(…,))`.

    The body gets an Invocation and its own arguments, and returns an Answer, or None if it has
    shown all itself. What it raises is told as the Opener says. `codes` are those it may leave
    with beside ok, usage and Ctrl-C.
    """

    def decorate(body: Body) -> click.Command:
        @wraps(body)
        @click.pass_context
        def run(context: click.Context, /, **values: Any) -> None:
            opener: Opener[Desk] = context.obj
            invocation = Invocation(Options.taken_from(values), opener)
            with _Ending(invocation):
                answer = body(invocation, **values)
                if answer is not None:
                    invocation.show(answer)
                    sys.stdout.flush()
                    context.exit(answer.exit_code)

        made = click.command(name, cls=_Command, epilog=_epilog(examples, codes))(run)
        made.params.extend(GLOBAL_OPTIONS)
        return made

    return decorate


def _epilog(examples: Sequence[str], codes: Sequence[ExitCode]) -> str:
    possible = sorted({ExitCode.OK, ExitCode.USAGE, ExitCode.STOPPED, *codes})
    told = ", ".join(str(int(code)) for code in possible)
    lines = "\n".join(f"Example: {example}" for example in examples)
    return f"\b\n{lines}\n\nExit codes: {told}; see `voicegate help exit-codes`."


class _Command(click.Command):
    """Its help lists the options of every command apart; its usage errors may be JSON."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """As click does, but for the form of an error."""
        with told_as_asked(args):
            return super().make_context(info_name, args, parent, **extra)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Its own first."""
        own, shared = _rows(self, ctx, is_shared=False), _rows(self, ctx, is_shared=True)
        for title, rows in (("Options", own), ("Options of every command", shared)):
            with formatter.section(title):
                formatter.write_dl(rows)


def _rows(made: click.Command, context: click.Context, *, is_shared: bool) -> list[tuple[str, str]]:
    records = (
        param.get_help_record(context)
        for param in made.get_params(context)
        if isinstance(param, GlobalOption) is is_shared
    )
    return [record for record in records if record is not None]


class _Ending:
    """Whatever ends a command becomes its exit code and a line or an object on stderr.

    What is a fault of ours goes on, and shows where it was.
    """

    def __init__(self, invocation: Invocation[Desk]) -> None:
        self._invocation = invocation

    def __enter__(self) -> None:
        return

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            failure = None if error is None else self._failure(error)
        finally:
            self._invocation.close()
        if failure is not None:
            tell(failure, is_json=self._invocation.options.output is Format.JSON)
            raise click.exceptions.Exit(failure.exit_code) from None

    def _failure(self, error: BaseException) -> Failure | None:
        match error:
            case click.exceptions.Exit():
                return None
            case KeyboardInterrupt() | click.Abort():
                return STOPPED
            case click.UsageError() if self._invocation.options.output is not Format.JSON:
                return None  # click knows best how to tell it
            case click.UsageError():
                failure = Failure(ExitCode.USAGE, error.format_message())
            case _:
                failure = self._invocation.failure_of(error)
        return failure and self._hidden(failure)

    def _hidden(self, failure: Failure) -> Failure:
        hide = self._invocation.hide
        message, hint = hide(failure.message), hide(failure.hint)
        return Failure(failure.exit_code, message, hint, failure.request_id)
