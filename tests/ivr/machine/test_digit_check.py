"""How typed digits are examined."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.ivr.machine.digit_check import fits

DIGITS = st.text("0123456789", min_size=1, max_size=18)


def is_right(check: str, typed: str, language: str = "en-US") -> bool:
    return fits(check, memoryview(bytearray(typed.encode())), language)


@pytest.mark.parametrize("card", ["4111111111111111", "5555555555554444", "378282246310005", "0"])
def test_test_cards_pass(card: str) -> None:
    assert is_right("luhn", card)


@given(DIGITS)
def test_exactly_one_last_digit_makes_a_card(digits: str) -> None:
    assert sum(is_right("luhn", f"{digits}{last}") for last in "0123456789") == 1


@given(DIGITS, st.data())
def test_one_wrong_digit_is_found(digits: str, data: st.DataObject) -> None:
    card = next(c for c in (f"{digits}{last}" for last in "0123456789") if is_right("luhn", c))
    place = data.draw(st.integers(0, len(card) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != card[place]]))
    assert not is_right("luhn", card[:place] + other + card[place + 1 :])


@pytest.mark.parametrize(
    ("typed", "language", "is_date"),
    [
        ("12242026", "en-US", True),
        ("24122026", "en-US", False),
        ("24122026", "de-DE", True),
        ("12242026", "es-US", True),
        ("0229", "en-US", True),  # some year has it
        ("02292026", "en-US", False),
        ("02292028", "en-US", True),
        ("022928", "en-US", True),
        ("022926", "en-US", False),
        ("02292000", "en-US", True),
        ("02291900", "en-US", False),
        ("0001", "en-US", False),
        ("1301", "en-US", False),
        ("0100", "en-US", False),
        ("12345", "en-US", False),
        ("01010000", "en-US", False),
    ],
)
def test_dates_are_read_as_the_language_writes_them(
    typed: str, language: str, *, is_date: bool
) -> None:
    assert is_right("date", typed, language) is is_date


def test_a_pattern_must_match_the_whole() -> None:
    assert is_right(r"regex:4\d{3}", "4123")
    assert not is_right(r"regex:4\d{3}", "41234")
    assert is_right("none", "7")
