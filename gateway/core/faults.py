"""Every documented refusal or failure of the model, and what the call does about it: a table.

The rows are OpenAI Realtime's errors, close codes and response endings; a code without a row is
`UNKNOWN` and only counted. Behaviour stands in `link.py` and `agent.py`; this file only decides.
"""

from dataclasses import dataclass
from enum import StrEnum


class Remedy(StrEnum):
    """What a fault asks of the call."""

    RETRY = "retry"  # connect again, with patience
    RETRY_ONCE = "retry_once"  # our own mistake: connect again, then it is final
    SECOND_MODEL = "second_model"  # final for this model; another one may be there
    FINAL = "final"  # no retry can help: apologise, fall back
    CONFIGURE_MINIMALLY = "configure_minimally"
    BENIGN = "benign"  # expected in a race; counted
    ALARM = "alarm"  # our own mistake; the call goes on
    ASK_LATER = "ask_later"  # a response is active: after it
    ITEM_UNKNOWN = "item_unknown"  # the model's memory may say more than was heard
    ITEM_SHORTER = "item_shorter"  # truncate again at the length it names
    ITEM_DELETE = "item_delete"  # it cannot be truncated: take it out
    ASK_AGAIN = "ask_again"  # the turn is lost, once
    ASK_NEUTRALLY = "ask_neutrally"  # the same, with a word of advice
    EXPIRED = "expired"  # the session's own limit


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: its id in the docs, and the remedy."""

    id: str
    remedy: Remedy
    is_alarm: bool = False
    pause_ms: int = 0  # before the next connection at least, or before asking again

    @property
    def is_asked_again(self) -> bool:
        """The turn is lost, and may be had by asking once more."""
        return self.remedy in (Remedy.ASK_AGAIN, Remedy.ASK_NEUTRALLY)

    @property
    def is_final(self) -> bool:
        """This model will not serve this call, however often it is asked."""
        return self.remedy in (Remedy.FINAL, Remedy.SECOND_MODEL)


UNKNOWN = Row("E36", Remedy.BENIGN)

ERRORS: dict[str, Row] = {
    "invalid_api_key": Row("E6", Remedy.FINAL, is_alarm=True),
    "missing_authentication": Row("E6", Remedy.FINAL, is_alarm=True),
    "missing_model": Row("E7", Remedy.SECOND_MODEL, is_alarm=True),
    "invalid_model": Row("E7", Remedy.SECOND_MODEL, is_alarm=True),
    "model_not_found": Row("E7", Remedy.SECOND_MODEL, is_alarm=True),
    "beta_api_shape_disabled": Row("E8", Remedy.FINAL, is_alarm=True),
    "insufficient_quota": Row("E9", Remedy.FINAL, is_alarm=True),
    "insufficient_quota.credit_balance_exhausted": Row("E9", Remedy.FINAL, is_alarm=True),
    "billing_hard_limit_reached": Row("E9", Remedy.FINAL, is_alarm=True),
    "account_deactivated": Row("E9", Remedy.FINAL, is_alarm=True),
    "cannot_update_voice": Row("E12", Remedy.ALARM, is_alarm=True),
    "invalid_event": Row("E13", Remedy.ALARM, is_alarm=True),
    "invalid_json": Row("E13", Remedy.ALARM, is_alarm=True),
    "invalid_value": Row("E13", Remedy.ALARM, is_alarm=True),
    "invalid_type": Row("E13", Remedy.ALARM, is_alarm=True),
    "unknown_parameter": Row("E13", Remedy.ALARM, is_alarm=True),
    "missing_required_parameter": Row("E13", Remedy.ALARM, is_alarm=True),
    "integer_below_min_value": Row("E13", Remedy.ALARM, is_alarm=True),
    "integer_above_max_value": Row("E13", Remedy.ALARM, is_alarm=True),
    "decimal_below_min_value": Row("E13", Remedy.ALARM, is_alarm=True),
    "decimal_above_max_value": Row("E13", Remedy.ALARM, is_alarm=True),
    "array_above_max_length": Row("E13", Remedy.ALARM, is_alarm=True),
    "array_below_min_length": Row("E13", Remedy.ALARM, is_alarm=True),
    "response_cancel_not_active": Row("E14", Remedy.BENIGN),
    "conversation_already_has_active_response": Row("E15", Remedy.ASK_LATER),
    "input_audio_buffer_commit_empty": Row("E16", Remedy.BENIGN),
    "item_truncate_invalid_item_id": Row("E17", Remedy.ITEM_UNKNOWN),
    "audio_end_too_large": Row("E18", Remedy.ITEM_SHORTER, is_alarm=True),
    "unsupported_content_type": Row("E19", Remedy.ITEM_DELETE),
    "item_delete_invalid_item_id": Row("E20", Remedy.BENIGN),
    "item_retrieve_invalid_item_id": Row("E20", Remedy.BENIGN),
    "item_create_invalid_item_id": Row("E21", Remedy.ALARM, is_alarm=True),
    "string_above_max_length": Row("E22", Remedy.ALARM, is_alarm=True),
    "session_expired": Row("E23", Remedy.EXPIRED),
    "server_error": Row("E27", Remedy.ASK_AGAIN, pause_ms=250),
    "rate_limit_exceeded": Row("E28", Remedy.ASK_AGAIN, pause_ms=1_000),
    "inference_rate_limit_exceeded": Row("E28", Remedy.ASK_AGAIN, pause_ms=1_000),
    "call_id_not_found": UNKNOWN,
    # Ours: the session speaks a sound that the codec core cannot carry to this leg.
    "media_unsupported": Row("E10", Remedy.FINAL, is_alarm=True),
}

# Errors that answer our `session.update` at set-up: sent once more with what no model refuses.
SETTINGS_REFUSED = Row("E10", Remedy.CONFIGURE_MINIMALLY, is_alarm=True)

# Silence or noise where the session's steps should be.
LATE = Row("E5", Remedy.RETRY)
UNREADABLE = Row("E37", Remedy.RETRY)

RESPONSE_ENDINGS: dict[str, Row] = {
    "max_output_tokens": Row("E29", Remedy.BENIGN),
    "content_filter": Row("E30", Remedy.ASK_NEUTRALLY),
    "turn_detected": Row("E31", Remedy.BENIGN),
    "client_cancelled": Row("E32", Remedy.BENIGN),
}

HTTP_STATUSES: dict[int, Row] = {
    401: Row("E2", Remedy.FINAL, is_alarm=True),
    403: Row("E2", Remedy.FINAL, is_alarm=True),
    404: Row("E3", Remedy.SECOND_MODEL, is_alarm=True),
    429: Row("E4", Remedy.RETRY),
}

CLOSE_CODES: dict[int, Row] = {
    1001: Row("E23", Remedy.EXPIRED),
    1011: Row("E25", Remedy.RETRY),
    1012: Row("E25", Remedy.RETRY),
    1013: Row("E25", Remedy.RETRY, pause_ms=1_000),
    1002: Row("E26", Remedy.RETRY_ONCE, is_alarm=True),
    1003: Row("E26", Remedy.RETRY_ONCE, is_alarm=True),
    1007: Row("E26", Remedy.RETRY_ONCE, is_alarm=True),
    1008: Row("E26", Remedy.RETRY_ONCE, is_alarm=True),
    1009: Row("E26", Remedy.RETRY_ONCE, is_alarm=True),
    3000: Row("E6", Remedy.FINAL, is_alarm=True),
    4000: Row("E7", Remedy.SECOND_MODEL, is_alarm=True),
    4004: Row("E7", Remedy.SECOND_MODEL, is_alarm=True),
}


def of_error(code: str) -> Row:
    """The row of an `error` event's code."""
    return ERRORS.get(code) or (ERRORS["insufficient_quota"] if _is_quota(code) else UNKNOWN)


def of_ending(reason: str) -> Row:
    """The row of a response that did not complete."""
    return RESPONSE_ENDINGS.get(reason) or of_error(reason)


def of_unreachable(status: int) -> Row:
    """The row of a connection that came to nothing; status 0: no HTTP answer at all."""
    return HTTP_STATUSES.get(status) or Row("E1", Remedy.RETRY)


def of_close(code: int, reason: str) -> Row:
    """The row of a socket's end; the reason, `type.code`, is more exact than the number."""
    named = ERRORS.get(reason.removeprefix("invalid_request_error."))
    if named is None and _is_quota(reason):
        named = ERRORS["insufficient_quota"]
    return named or CLOSE_CODES.get(code) or Row("E24", Remedy.RETRY)


def _is_quota(code: str) -> bool:
    return code.startswith("insufficient_quota")
