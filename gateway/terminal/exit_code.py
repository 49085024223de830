"""How a command ends: one table for every command."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The number that a command leaves with; its name in small letters is an error's code."""

    OK = 0
    FAILED = 1
    USAGE = 2
    INVALID = 3
    AUTH = 4
    NOT_FOUND = 5
    CONFLICT = 6
    UNREACHABLE = 7
    PARTLY_APPLIED = 8
    NEEDS_CONFIRMATION = 9
    CHANGES_PENDING = 10
    DRIFT = 11
    STOPPED = 130


MEANINGS = {
    ExitCode.OK: "done, or nothing to do",
    ExitCode.FAILED: "failed, refused, or declined at the prompt",
    ExitCode.USAGE: "wrong use or wrong settings",
    ExitCode.INVALID: "an invalid file, plan or stored configuration",
    ExitCode.AUTH: "the provider does not take the credentials",
    ExitCode.NOT_FOUND: "not found",
    ExitCode.CONFLICT: "conflict: locked, protected, or the version has moved",
    ExitCode.UNREACHABLE: "provider or store cannot be reached; safe to repeat",
    ExitCode.PARTLY_APPLIED: "partly applied; the same again goes on",
    ExitCode.NEEDS_CONFIRMATION: "needs a confirmation, and there is no terminal to ask at",
    ExitCode.CHANGES_PENDING: "changes are pending, for `plan --exit-code`",
    ExitCode.DRIFT: "something has drifted, for `drift --exit-code`",
    ExitCode.STOPPED: "stopped by Ctrl-C",
}


def table() -> str:
    """The codes with their meanings, one a line."""
    return "\n".join(f"{code:>4}  {meaning}" for code, meaning in MEANINGS.items())
