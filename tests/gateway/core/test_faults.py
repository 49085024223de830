"""Every error, ending and close code that the model's documentation names has its row."""

import pytest

from voicegate.gateway.core import faults
from voicegate.gateway.core.faults import UNKNOWN, Remedy

# OpenAI Realtime: refusals at connect, and the catalogue of `error` codes. Two have no code: ours.
ERROR_CODES = {
    "invalid_api_key": "E6",
    "missing_authentication": "E6",
    "missing_model": "E7",
    "invalid_model": "E7",
    "model_not_found": "E7",
    "beta_api_shape_disabled": "E8",
    "insufficient_quota": "E9",
    "insufficient_quota.credit_balance_exhausted": "E9",
    "billing_hard_limit_reached": "E9",
    "account_deactivated": "E9",
    "cannot_update_voice": "E12",
    "invalid_event": "E13",
    "invalid_json": "E13",
    "invalid_value": "E13",
    "invalid_type": "E13",
    "unknown_parameter": "E13",
    "missing_required_parameter": "E13",
    "integer_below_min_value": "E13",
    "integer_above_max_value": "E13",
    "decimal_below_min_value": "E13",
    "decimal_above_max_value": "E13",
    "array_above_max_length": "E13",
    "array_below_min_length": "E13",
    "response_cancel_not_active": "E14",
    "conversation_already_has_active_response": "E15",
    "input_audio_buffer_commit_empty": "E16",
    "item_truncate_invalid_item_id": "E17",
    "audio_end_too_large": "E18",
    "unsupported_content_type": "E19",
    "item_delete_invalid_item_id": "E20",
    "item_retrieve_invalid_item_id": "E20",
    "string_above_max_length": "E22",
    "session_expired": "E23",
    "server_error": "E27",
    "rate_limit_exceeded": "E28",
    "inference_rate_limit_exceeded": "E28",
}

# OpenAI Realtime: how the socket ends, at connect and in operation.
CLOSES = {
    (1000, ""): "E24",
    (1001, ""): "E23",
    (1001, "Your session hit the maximum duration of 60 minutes."): "E23",
    (1002, ""): "E26",
    (1003, ""): "E26",
    (1005, ""): "E24",
    (1006, ""): "E24",
    (1007, ""): "E26",
    (1008, ""): "E26",
    (1009, ""): "E26",
    (1011, ""): "E25",
    (1012, ""): "E25",
    (1013, ""): "E25",
    (1015, ""): "E24",
    (3000, "invalid_request_error.invalid_api_key"): "E6",
    (3000, "invalid_request_error"): "E6",
    (4000, "invalid_request_error.missing_model"): "E7",
    (4000, "invalid_request_error.invalid_model"): "E7",
    (4000, "invalid_request_error.beta_api_shape_disabled"): "E8",
    (4004, "invalid_request_error.model_not_found"): "E7",
    (4000, "insufficient_quota"): "E9",
    (1011, "insufficient_quota.credit_balance_exhausted"): "E9",
}

# OpenAI Realtime: `status_details` of a response that did not complete.
ENDINGS = {
    "turn_detected": "E31",
    "client_cancelled": "E32",
    "max_output_tokens": "E29",
    "content_filter": "E30",
    "insufficient_quota": "E9",
    "rate_limit_exceeded": "E28",
    "inference_rate_limit_exceeded": "E28",
    "server_error": "E27",
}

STATUSES = {401: "E2", 403: "E2", 404: "E3", 429: "E4", 500: "E1", 502: "E1", 503: "E1", 0: "E1"}

# What no second attempt can help.
FINAL_ROWS = {"E2", "E3", "E6", "E7", "E8", "E9"}
# Our own mistakes, and what a person has to mend: they wake somebody up.
ALARM_ROWS = FINAL_ROWS | {"E10", "E12", "E13", "E18", "E21", "E22", "E26"}


@pytest.mark.parametrize("code", ERROR_CODES)
def test_every_documented_error_has_a_row(code: str) -> None:
    """C116: a code without a row fails."""
    assert faults.of_error(code).id == ERROR_CODES[code]


@pytest.mark.parametrize(("code", "reason"), CLOSES)
def test_every_documented_close_has_a_row(code: int, reason: str) -> None:
    """C116: the reason is more exact than the number."""
    assert faults.of_close(code, reason).id == CLOSES[code, reason]


@pytest.mark.parametrize("reason", ENDINGS)
def test_every_documented_end_of_a_response_has_a_row(reason: str) -> None:
    """C116."""
    assert faults.of_ending(reason).id == ENDINGS[reason]


@pytest.mark.parametrize("status", STATUSES)
def test_every_refusal_of_the_upgrade_has_a_row(status: int) -> None:
    """C116."""
    assert faults.of_unreachable(status).id == STATUSES[status]


@pytest.mark.parametrize("code", ["", "brand_new_error", "insufficient", "E6"])
def test_an_unknown_error_is_counted_and_nothing_else(code: str) -> None:
    """E36."""
    assert faults.of_error(code) is UNKNOWN
    assert faults.of_ending(code) is UNKNOWN
    assert UNKNOWN.remedy is Remedy.BENIGN


def test_a_call_that_is_gone_is_unknown_on_purpose() -> None:
    """C116: no call of ours is one of the model's own."""
    assert faults.of_error("call_id_not_found") is UNKNOWN


def test_quota_is_known_by_its_beginning() -> None:
    """E9: suffixes come and go."""
    assert faults.of_error("insufficient_quota.something_new").remedy is Remedy.FINAL
    assert faults.of_close(1000, "insufficient_quota.something_new").remedy is Remedy.FINAL


def test_rows_agree_with_themselves() -> None:
    """C116: one remedy and one alarm for each row, wherever it stands."""
    rows = [
        *faults.ERRORS.values(),
        *faults.RESPONSE_ENDINGS.values(),
        *faults.HTTP_STATUSES.values(),
        *faults.CLOSE_CODES.values(),
        faults.SETTINGS_REFUSED,
        faults.LATE,
        faults.UNREADABLE,
    ]
    by_id = {row.id: row for row in rows if row.id != "E10"}  # E10 is tried again, once
    assert all(row.remedy is by_id[row.id].remedy for row in rows if row.id != "E10")
    for row in rows:
        assert row.is_final is (row.id in FINAL_ROWS) or row.id == "E10"
        assert row.is_alarm is (row.id in ALARM_ROWS)


def test_every_row_of_the_table_is_documented_above() -> None:
    """C116: nothing stands in the table that nobody asked for."""
    ours = {"media_unsupported", "item_create_invalid_item_id", "call_id_not_found"}
    assert set(faults.ERRORS) - ours == set(ERROR_CODES)
    assert set(faults.RESPONSE_ENDINGS) <= set(ENDINGS)
    assert set(faults.CLOSE_CODES) <= {code for code, _ in CLOSES}
    assert set(faults.HTTP_STATUSES) <= set(STATUSES)
