"""What a command could not do: how it exits, what it says, and what to do about it."""

from dataclasses import dataclass

from .exit_code import ExitCode


@dataclass(frozen=True, slots=True)
class Failure:
    """One line for a person, or the fields of an error object. `request_id` is the provider's."""

    exit_code: ExitCode
    message: str
    hint: str = ""
    request_id: str | None = None

    @property
    def line(self) -> str:
        """For a terminal."""
        return f"{self.message}: {self.hint}" if self.hint else self.message

    @property
    def fields(self) -> dict[str, str | None]:
        """For a program; `code` is one of the exit codes' names."""
        return {
            "code": self.exit_code.name.lower(),
            "message": self.message,
            "hint": self.hint,
            "request_id": self.request_id,
        }


class CommandError(Exception):
    """A command ends here, on purpose; nothing was changed that it did not tell."""

    def __init__(self, exit_code: ExitCode, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.failure = Failure(exit_code, message, hint)
