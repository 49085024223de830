"""The exceptions of voicegate: an operator's mistake, or a peer's refusal off the media path."""

from enum import StrEnum


class VoicegateError(Exception):
    """Whatever voicegate raises on purpose; the text never holds a number, a word or a secret."""


class ConfigError(VoicegateError):
    """Settings that cannot be served: every problem at once, one line each, with what to do."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class CarrierError(VoicegateError):
    """The carrier refused a request, or never answered it.

    `status` is the HTTP status and `code` the carrier's own; None where there was none.
    `maybe_done` says that the request may have taken effect: nobody repeats one that may.
    """

    def __init__(
        self, request: str, *, status: int | None, code: int | None, maybe_done: bool
    ) -> None:
        answer = "no answer" if status is None else f"HTTP {status}"
        named = "" if code is None else f", code {code}"
        fate = "may have been done" if maybe_done else "was not done"
        super().__init__(f"{request}: {answer}{named}; it {fate}")
        self.status = status
        self.code = code
        self.maybe_done = maybe_done


class ModelError(VoicegateError):
    """The model's service refused what was asked of it outside a call."""


class StoreFault(StrEnum):
    """What is the matter with the store; only the first may be gone when asked again."""

    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    READ_ONLY = "read_only"
    UNSUITABLE = "unsuitable"
    MISSING = "missing"


class StoreError(VoicegateError):
    """The store cannot be used; one line with what to do."""

    def __init__(self, fault: StoreFault, text: str) -> None:
        super().__init__(text)
        self.fault = fault
