"""Which exception ends a command how; loaded only when there is one."""

from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.failure import Failure
from ..errors import NumberError
from ..planning.apply import PartlyApplied
from ..provider import AuthError, NotFound, ProviderError, Refused, Unreachable
from ..registry.protocols import Conflict

_KINDS: tuple[tuple[type[Exception], ExitCode], ...] = (
    (PartlyApplied, ExitCode.PARTLY_APPLIED),
    (Conflict, ExitCode.CONFLICT),
    (NumberError, ExitCode.INVALID),
    (AuthError, ExitCode.AUTH),
    (NotFound, ExitCode.NOT_FOUND),
    (Unreachable, ExitCode.UNREACHABLE),
    (ProviderError, ExitCode.FAILED),
)


def failure_of(error: BaseException) -> Failure | None:
    """How a command ends that raised this; None for what is a fault of ours."""
    request_id = _request_id(error)
    match error:
        case Refused():
            told = f"{error.text} (code {error.code})"
            return Failure(ExitCode.FAILED, told, error.hint, request_id)
        case PartlyApplied():
            hint = "apply the same again to go on"
            return Failure(ExitCode.PARTLY_APPLIED, str(error), hint, request_id)
        case _:
            codes = (code for kind, code in _KINDS if isinstance(error, kind))
            code = next(codes, None)
            return None if code is None else Failure(code, str(error), request_id=request_id)


def _request_id(error: BaseException | None) -> str | None:
    """That of the request which began it; a later error names an earlier one as its cause."""
    while error is not None:
        if isinstance(error, ProviderError) and error.request_id:
            return error.request_id
        error = error.__cause__
    return None
