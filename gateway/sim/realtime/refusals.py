"""What the Realtime server refuses: by an error event, or at connect by an error and a close."""

from dataclasses import dataclass

from ..assumptions import Assumption


class Refused(Exception):
    """A client event that the server answers with an `error` event; the session goes on."""

    def __init__(
        self,
        code: str | None,
        message: str,
        param: str | None = None,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.param = param
        self.kind = kind


@dataclass(frozen=True, slots=True)
class ConnectRefusal:
    """An `error` event and a close in the same millisecond, after a 101."""

    kind: str
    code: str | None
    message: str
    close_code: int

    @property
    def reason(self) -> str:
        """The close reason: the error's type, or type.code."""
        return f"{self.kind}.{self.code}" if self.code else self.kind


_REQUEST = "invalid_request_error"
CONNECT_REFUSALS = {
    "missing_bearer": ConnectRefusal(
        _REQUEST, None, "Missing bearer or basic authentication in header", 3000
    ),
    "invalid_api_key": ConnectRefusal(
        _REQUEST, "invalid_api_key", "Incorrect API key provided.", 3000
    ),
    "missing_model": ConnectRefusal(
        _REQUEST, "missing_model", "You must provide a model parameter.", 4000
    ),
    "invalid_model": ConnectRefusal(
        _REQUEST, "invalid_model", "The requested model is not supported in realtime mode.", 4000
    ),
    "model_not_found": ConnectRefusal(
        _REQUEST,
        "model_not_found",
        "The requested model does not exist or you do not have access to it.",
        4004,
    ),
    "beta_api_shape_disabled": ConnectRefusal(
        _REQUEST,
        "beta_api_shape_disabled",
        "The Realtime beta API is no longer supported. Use the GA interface.",
        4000,
    ),
    "call_id_not_found": ConnectRefusal(
        _REQUEST, "call_id_not_found", "No session found for the provided call_id.", 4004
    ),
    "insufficient_quota": ConnectRefusal(
        "insufficient_quota", None, "You exceeded your current quota.", 4000
    ),
    "credit_balance_exhausted": ConnectRefusal(
        "insufficient_quota", "credit_balance_exhausted", "Your credit balance is exhausted.", 4000
    ),
    "billing_hard_limit_reached": ConnectRefusal(
        _REQUEST, "billing_hard_limit_reached", "Billing hard limit has been reached.", 4000
    ),
    "account_deactivated": ConnectRefusal(
        _REQUEST, "account_deactivated", "The account is deactivated.", 4000
    ),
}

_RECORDING = "recordings of the live service, July to September 2026"

ASSUMPTIONS = (
    Assumption(
        "a bad key, model or beta header: 101, error, close 3000, 4000 or 4004 with the reason "
        "type.code",
        "documented",
        _RECORDING,
    ),
    Assumption("an unpaid account is closed with 4000", "assumed", "its close is not recorded"),
    Assumption(
        "an unknown call_id: error call_id_not_found, then a close",
        "reported",
        "openai-realtime-console#562",
    ),
)
