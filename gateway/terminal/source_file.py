"""The bytes of a file that an operator names; `-` is what comes in on stdin."""

import sys
from pathlib import Path

from .exit_code import ExitCode
from .failure import CommandError

BYTES_MAX = 64 * 1024 * 1024  # far more than any reader here takes: it tells how much that is


def read_source(name: str) -> bytes:
    """At most so many bytes as show that it is too large. Raises CommandError."""
    if name == "-":
        return sys.stdin.buffer.read(BYTES_MAX)
    try:
        with Path(name).open("rb") as file:
            return file.read(BYTES_MAX)
    except FileNotFoundError:
        raise CommandError(
            ExitCode.NOT_FOUND, f"there is no file {name}", "check its name"
        ) from None
    except OSError as error:
        what = f"{name} cannot be read: {error.strerror}"
        raise CommandError(ExitCode.FAILED, what, "make it a readable file") from None
