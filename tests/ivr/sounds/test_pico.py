"""The offline voice: the same bytes for the same text, and what it cannot do."""

import importlib.util

import numpy as np
import pytest

from voicegate.ivr.sounds.pico import PicoVoice, VoiceMissing
from voicegate.ivr.sounds.voice import Unspeakable, Voice


def test_the_same_text_sounds_the_same_whatever_was_said_before(pico: PicoVoice) -> None:
    voice: Voice = pico
    first = voice.speak("Hello there.", "en-US")
    voice.speak("Something else, and longer.", "en-GB")
    assert np.array_equal(voice.speak("Hello there.", "en-US"), first)
    assert 0.5 < len(first) / 24_000 < 2


def test_a_text_that_it_fails_at_is_told(pico: PicoVoice) -> None:
    with pytest.raises(Unspeakable) as told:
        pico.speak("Bom dia.", "pt-BR")
    assert told.value.what == "the voice cannot speak this text"
    assert "other words" in told.value.fix


def test_without_its_libraries_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    with pytest.raises(VoiceMissing, match=r"pip install 'voicegate\[flows\]'"):
        PicoVoice()
