"""How a command of the numbers ends, one test a kind of exception."""

import pytest

from voicegate.gateway.terminal.exit_code import ExitCode
from voicegate.numbers.desk.failures import failure_of
from voicegate.numbers.errors import NumberError
from voicegate.numbers.planning.apply import PartlyApplied
from voicegate.numbers.provider import AuthError, NotFound, ProviderError, Refused, Unreachable
from voicegate.numbers.registry.protocols import Conflict


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused(21422, "gone", "search again"), ExitCode.FAILED),
        (ProviderError("not there when it is read back"), ExitCode.FAILED),
        (NumberError("damaged"), ExitCode.INVALID),
        (AuthError("no"), ExitCode.AUTH),
        (NotFound("none"), ExitCode.NOT_FOUND),
        (Conflict("moved"), ExitCode.CONFLICT),
        (Unreachable("silent", maybe_done=True), ExitCode.UNREACHABLE),
        (PartlyApplied("silent", done=1, total=3, step=None), ExitCode.PARTLY_APPLIED),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_what_goes_wrong_has_its_code_and_its_words(error: Exception, code: ExitCode) -> None:
    failure = failure_of(error)
    assert failure is not None
    assert failure.exit_code is code
    assert failure.message


def test_a_fault_of_ours_is_no_failure() -> None:
    assert failure_of(ZeroDivisionError()) is None


def test_the_request_that_began_it_is_named_for_the_providers_support() -> None:
    first = Unreachable("silent", maybe_done=True)
    first.request_id = "RQ1"
    later = PartlyApplied("silent", done=1, total=3, step=None)
    later.__cause__ = Unreachable("silent; 6 tries", maybe_done=True)
    later.__cause__.__cause__ = first
    for error, request_id in ((first, "RQ1"), (later, "RQ1"), (NotFound("none"), None)):
        failure = failure_of(error)
        assert failure is not None
        assert failure.fields["request_id"] == request_id
