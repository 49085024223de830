"""Phrases in what a caller said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.ivr.machine.emergencies import EMERGENCIES
from voicegate.ivr.machine.phrases import Phrases, emergency_phrases

LANGUAGES = ("en-US", "es-US", "fr-FR", "de-DE", "it-IT", "pt-BR", "nl-NL")
FOUND = Phrases(["stop calling", "ça suffit"], ["en-US", "fr-FR"])


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("Stop calling me", True),
        ("Oh, STOP -- calling!", True),
        ("Could you stop, please, like, calling?", True),
        ("Ca suffit.", True),
        ("C\u0327A SUFFIT", True),  # the cedilla as a mark of its own
        ("stop callings", False),
        ("nonstop calling", False),
        ("stop it, calling is fine", False),
        ("", False),
    ],
)
def test_whole_words_are_found_whatever_their_dress(text: str, *, is_found: bool) -> None:
    assert FOUND.are_in(text) is is_found


@pytest.mark.parametrize("apostrophe", ["'", "\u2019", ""])
def test_an_apostrophe_makes_no_difference(apostrophe: str) -> None:
    phrases = Phrases(emergency_phrases(["en-US"]), ["en-US"])
    assert phrases.are_in(f"I can{apostrophe}t breathe")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_emergency_phrase_is_found_in_its_language(language: str) -> None:
    """F10: each phrase of each language that is known, in capitals and between other words."""
    known = emergency_phrases([language])
    assert known
    phrases = Phrases(known, LANGUAGES)
    for phrase in known:
        assert phrases.are_in(f"Hello?! {phrase.upper()}... hello")


def test_a_language_nobody_knows_has_the_flows_phrases_alone() -> None:
    assert emergency_phrases(["fi-FI"]) == ()
    assert set(EMERGENCIES) == {language[:2] for language in LANGUAGES}


def test_no_phrases_are_never_found() -> None:
    assert not Phrases([], ["en-US"]).are_in("stop calling")
    assert not Phrases(["please", "!"], ["en-US"]).are_in("well then")


@given(st.text())
def test_a_phrase_with_a_letter_is_found_in_a_text_that_holds_it(text: str) -> None:
    """Whatever else the text is made of."""
    assert Phrases([f"red {text} alert"], ["en-US"]).are_in(f"well Red {text} Alert then")
