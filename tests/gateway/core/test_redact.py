"""Numbers and secrets are masked wherever they stand, and nothing else is."""

import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.gateway.core.redact import phone, phones, scrubber

NUMBERS = st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True)


def test_a_number_keeps_its_first_digit_and_its_last_two() -> None:
    assert phone("+15550100142") == "+1…42"
    assert phone("+442071838750") == "+4…50"


@pytest.mark.parametrize("name", ["anonymous", "client:alice", "sip:bob@example.com", "+12", "5"])
def test_any_other_name_of_a_party_is_hidden_whole(name: str) -> None:
    assert phone(name) == "…"


def test_no_party_stays_no_party() -> None:
    assert phone("") == ""


@pytest.mark.parametrize(
    "written",
    [
        "+15550100142",
        "+1 (555) 010-0142",
        "+1-555-010-0142",
        "+1.555.010.0142",
        "%2B15550100142",
        "%2b15550100142",
        "15550100142",
        "5550100142",
    ],
)
def test_a_number_in_a_text_is_masked_however_it_is_written(written: str) -> None:
    """C146: numbers are masked in what libraries write, too."""
    for text in (f"call from {written}.", f"?From={written}&To=x", f'"{written}"', written):
        shown = phones(text)
        assert "0100142" not in re.sub(r"\D", "", shown)
        assert "…42" in shown


@pytest.mark.parametrize(
    "text",
    [
        "CA00000000000000000000000000000142",
        "550e8400-e29b-41d4-a716-446655440000",
        "2026-11-21T11:32:00.123456Z",
        "127.0.0.1:54321",
        "took 123456789 ns",
        "+00:00",
        "1+1=2",
    ],
)
def test_ids_times_and_addresses_are_left_alone(text: str) -> None:
    assert phones(text) == text


@given(before=st.text(), number=NUMBERS, after=st.text())
def test_no_number_survives_whatever_surrounds_it(before: str, number: str, after: str) -> None:
    shown = phones(f"{before}{number}{after}")
    assert number not in shown
    assert phones(shown) == shown


SECRETS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="[]"), min_size=9)


@given(secret=SECRETS, before=st.text(), after=st.text())
def test_no_secret_survives_in_plain_or_quoted_form(secret: str, before: str, after: str) -> None:
    """C145: a configured secret is masked in any text."""
    scrub = scrubber(["", secret])
    assert secret not in scrub(f"{before}{secret}{after}")
    assert "[secret]" in scrub(secret)
    assert "[secret]" in scrub(quote(secret, safe=""))


def test_a_longer_secret_is_not_left_half_shown_by_a_shorter_one() -> None:
    assert scrubber(["token", "token-of-twilio"])("token-of-twilio") == "[secret]"


@pytest.mark.parametrize(
    "text", ["sk-proj-0123456789abcdef", "Bearer abcdefgh12345", "Basic QUMwMDpzZWNyZXQ="]
)
def test_what_looks_like_a_credential_is_masked_without_being_known(text: str) -> None:
    assert scrubber([])(f"sent {text} now") == "sent [secret] now"
