"""What is read from the carrier's forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.gateway.notice import Notice, parse

CALL, ACCOUNT = "CA" + "1" * 32, "AC" + "a" * 32
IDS = [("CallSid", CALL), ("AccountSid", ACCOUNT)]
NAMES = ("CallSid", "AccountSid", "From", "To", "CallStatus", "StreamEvent", "StreamError", "Other")
FIELDS = st.lists(st.tuples(st.sampled_from(NAMES) | st.text(), st.text()))


def test_a_form_becomes_a_notice() -> None:
    rest = [("From", "+15550100001"), ("To", "+15550100002"), ("CallStatus", "ringing")]
    stream = [("StreamEvent", "stream-error"), ("StreamError", "31920")]
    assert parse([*IDS, *rest, *stream, ("Later", "x")]) == Notice(
        CALL,
        ACCOUNT,
        caller="+15550100001",
        called="+15550100002",
        status="ringing",
        stream_event="stream-error",
        stream_error="31920",
    )


@pytest.mark.parametrize(
    "fields",
    [
        [],
        IDS[:1],
        IDS[1:],
        [("CallSid", ""), IDS[1]],
        [("CallSid", CALL + "0"), IDS[1]],
        [("CallSid", CALL + "\n"), IDS[1]],
        [("CallSid", "../" + CALL), IDS[1]],
        [("CallSid", "CA" + "\u0661" * 32), IDS[1]],
        [IDS[0], ("AccountSid", CALL)],
    ],
)
def test_a_form_that_names_no_call_of_an_account_is_no_notice(
    fields: list[tuple[str, str]],
) -> None:
    assert parse(fields) is None


@given(FIELDS)
def test_no_form_is_too_strange(fields: list[tuple[str, str]]) -> None:
    notice = parse([*IDS, *fields])
    assert notice is not None
    assert (notice.call_sid, notice.account_sid) == (CALL, ACCOUNT), "the first of a name counts"


@pytest.mark.parametrize(
    ("status", "is_over"),
    [
        ("queued", False),
        ("initiated", False),
        ("ringing", False),
        ("in-progress", False),
        ("", False),
        ("cancelled", False),
        ("completed", True),
        ("busy", True),
        ("failed", True),
        ("no-answer", True),
        ("canceled", True),
    ],
)
def test_five_states_of_a_call_are_final(status: str, is_over: bool) -> None:  # noqa: FBT001
    assert Notice(CALL, ACCOUNT, status=status).is_over is is_over
