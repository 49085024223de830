"""Texts as a voice should read them."""

import pytest

from voicegate.ivr.sounds.reading import as_read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("dial 911.", "dial 9 1 1."),
        ("Rufen Sie 112 an", "Rufen Sie 1 1 2 an"),
        ("call 1 800 555 0199.", "call 1, 8 0 0, 5 5 5, 0 1 9 9."),
        ("+1 (212) 555-0142", "1, 2 1 2, 5 5 5, 0 1 4 2"),
        ("Press 1, 2 or 3.", "Press 1, 2 or 3."),
        ("1 000 000 euro", "1 000 000 euro"),
        ("112.50 and 1,112 and 9112", "112.50 and 1,112 and 9112"),
        ("<ignore>hear me</ignore>", " ignore hear me /ignore "),
    ],
)
def test_digits_are_read_one_by_one_where_people_dial_them(text: str, read: str) -> None:
    assert as_read(text) == read
