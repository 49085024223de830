"""Numbers as people write them become E.164, or get one clear error."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.numbers.e164 import e164, is_e164, parse, pretty
from voicegate.numbers.errors import NumberError


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("(212) 555-0142", "US", "+12125550142"),
        ("1 212 555 0142", "us", "+12125550142"),
        ("+1 (212) 555-0142", None, "+12125550142"),
        ("+12125550142", "DE", "+12125550142"),
        (" 0044 20 7946 0018 ", None, "+442079460018"),
        ("0044 20 7946 0018", "US", "+442079460018"),
        ("0011 44 20 7946 0018", "AU", "+442079460018"),
        ("011 44 20 7946 0018", "US", "+442079460018"),
        ("+44 (0)20 7946 0018", None, "+442079460018"),
        ("030/901820", "DE", "+4930901820"),
        ("06 698 12345", "IT", "+390669812345"),
        ("+1 212\u2011555\u20110142", None, "+12125550142"),
    ],
)
def test_what_people_write_is_understood(text: str, country: str | None, number: str) -> None:
    assert parse(text, country) == number
    assert is_e164(number)


@pytest.mark.parametrize(
    ("text", "country", "advice"),
    [
        ("(212) 555-0142", None, "in which country"),
        ("(212) 555-0142", "XX", "two letters"),
        ("(212) 555-014", "US", "no such number"),
        ("(212) 555-01421", "US", "no such number"),
        ("+1 012 555 0142", None, "no such number"),
        ("+999 12345678", None, "no such number"),
        ("00999 12345678", "US", "no such number"),
        ("212 555 0142 ext 7", "US", "no extension"),
        ("call 212 555 0142", "US", "no word"),
        ("sip:desk@example.com", None, "digits"),
        ("1800FLOWERS", "US", "digits"),
        ("911", "US", "no such number"),
        ("+", None, "digits"),
        ("", None, "digits"),
        ("9" * 300, "US", "no such number"),
    ],
)
def test_what_can_be_no_number_is_refused_with_advice(
    text: str, country: str | None, advice: str
) -> None:
    with pytest.raises(NumberError, match=advice) as refused:
        parse(text, country)
    shown = str(refused.value).replace("E.164 form, like +12125550142", "")
    assert not re.search(r"\d{3}", shown), "no error repeats the number"


@pytest.mark.parametrize(
    "number", ["+12125550142", "+442079460018", "+390669812345", "+4930901820"]
)
def test_a_number_printed_for_people_is_read_back(number: str) -> None:
    assert pretty(number) != number
    assert parse(pretty(number)) == number


@pytest.mark.parametrize(
    "text",
    [
        "12125550142",
        "+1212555014",
        "+121255501421",
        "+0123456789",
        "+44123",
        "+44 20",
        "+1\uff12125550142",
    ],
)
def test_a_form_other_than_e164_is_refused(text: str) -> None:
    assert not is_e164(text)
    with pytest.raises(NumberError, match=r"E\.164"):
        e164(text)


@given(
    st.text(alphabet="+0123456789 ()-./\u2011abc", max_size=25), st.sampled_from(["US", "DE", None])
)
def test_any_text_is_either_a_number_or_refused(text: str, country: str | None) -> None:
    try:
        number = parse(text, country)
    except NumberError:
        return
    assert is_e164(number)
    assert parse(number) == number
