"""What is said of an answer that is no success, and what never shows in it."""

import orjson
import pytest

from voicegate.gateway.carriers.twilio_refusals import refusal
from voicegate.numbers.provider import AuthError, NotFound, Refused, Unreachable

ACCOUNT = "AC00000000000000000000000000000001"
TOKEN = "tw_auth_token_for_tests_0123456789"


@pytest.mark.parametrize("code", [21422, 21452])
def test_what_is_no_longer_on_offer_is_not_found(code: int) -> None:
    body = orjson.dumps({"code": code, "message": "not available"})
    error = refusal("POST", 400, body, ())
    assert isinstance(error, NotFound)
    assert "is gone" in str(error) or "is left" in str(error)


@pytest.mark.parametrize("code", [21631, 21649, 21615, 21651])
def test_what_a_country_wants_is_told_with_what_to_do(code: int) -> None:
    error = refusal("POST", 400, orjson.dumps({"code": code, "message": "no"}), ())
    assert isinstance(error, Refused)
    assert (error.code, error.text) == (code, "no")
    assert error.hint
    assert str(error).endswith(error.hint)


def test_a_code_without_a_hint_is_refused_in_twilios_words() -> None:
    error = refusal("POST", 400, b'{"code": 21402, "message": "VoiceUrl is not valid"}', ())
    assert isinstance(error, Refused)
    assert str(error) == "VoiceUrl is not valid (code 21402)"


def test_a_refusal_without_a_code_has_the_status_for_one() -> None:
    error = refusal("POST", 409, b"{}", ())
    assert isinstance(error, Refused)
    assert error.code == 409


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    "body", [b'{"code": 20003, "message": "no"}', b"<html>", b'{"code": 70051}']
)
def test_every_answer_about_permission_is_one_about_credentials(status: int, body: bytes) -> None:
    assert isinstance(refusal("GET", status, body, ()), AuthError)


@pytest.mark.parametrize(
    ("status", "method", "maybe_done"),
    [
        (429, "POST", False),
        (500, "POST", True),
        (503, "DELETE", True),
        (503, "GET", False),
        (200, "POST", True),
        (307, "POST", False),
        (413, "POST", False),
    ],
)
def test_an_answer_from_something_in_between_says_whether_it_may_have_been_done(
    status: int, method: str, *, maybe_done: bool
) -> None:
    error = refusal(method, status, b"<html>proxy</html>", ())
    assert isinstance(error, Unreachable)
    assert error.maybe_done == maybe_done


def test_the_newer_body_of_an_error_is_read_as_well() -> None:
    """RFC 9457: `title`, `detail`, and no `message`."""
    body = b'{"type": "x", "title": "Invalid", "status": 400, "code": 21402, "detail": "bad URL"}'
    error = refusal("POST", 400, body, ())
    assert isinstance(error, Refused)
    assert (error.code, error.text) == (21402, "bad URL")


def test_no_credential_and_no_sid_shows_in_twilios_words() -> None:
    """N14: whatever Twilio says, it is one line, and none of our secrets is in it."""
    words = f"{TOKEN} may not ask for /Accounts/{ACCOUNT}/IncomingPhoneNumbers/PN{'1' * 32}.json"
    body = orjson.dumps({"code": 21401, "message": words + "\x1b[31m\n" + "x" * 500})
    text = str(refusal("POST", 400, body, (ACCOUNT, TOKEN)))
    assert "may not ask for" in text
    assert ACCOUNT not in text
    assert TOKEN not in text
    assert "1" * 32 not in text
    assert text.isprintable()
    assert len(text) < 300
