"""How a failure is told on stderr: a line, or the error object where -o json was asked for."""

import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from itertools import pairwise

import click

from .exit_code import ExitCode
from .failure import Failure
from .options import Format

STOPPED = Failure(ExitCode.STOPPED, "stopped by Ctrl-C")


def tell(failure: Failure, *, is_json: bool) -> None:
    """Say it, and nothing else."""
    if is_json:
        import orjson

        sys.stderr.write(orjson.dumps({"error": failure.fields}).decode() + "\n")
        return
    for line in failure.line.splitlines():
        sys.stderr.write(f"voicegate: {line}\n")


@contextmanager
def told_as_asked(arguments: Sequence[str]) -> Generator[None]:
    """For what ends a command before its body has begun: wrong use, and Ctrl-C.

    Wrong use is left to click, which tells it best, unless these arguments ask for JSON.
    """
    asked = [*arguments]  # click uses up its own
    try:
        yield
    except click.UsageError as error:
        if not _is_json(asked):
            raise
        tell(Failure(ExitCode.USAGE, error.format_message()), is_json=True)
        raise click.exceptions.Exit(ExitCode.USAGE) from None
    except KeyboardInterrupt:
        tell(STOPPED, is_json=_is_json(asked))
        raise click.exceptions.Exit(ExitCode.STOPPED) from None


def _is_json(arguments: Sequence[str]) -> bool:
    """What the command line says, where it could not be read."""
    pairs = pairwise(arguments)
    apart = any(one in ("-o", "--output") and other == Format.JSON for one, other in pairs)
    return apart or "-ojson" in arguments or "--output=json" in arguments
