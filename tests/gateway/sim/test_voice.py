"""The offline voice speaks, in two voices, at either rate."""

import sys

import numpy as np
import pytest

from voicegate.codecs.g711 import level_dbfs
from voicegate.gateway.sim.voice import AGENT, CALLER, Voice, VoiceMissing, speak

pytest.importorskip("py_nanotts")
pytest.importorskip("soxr")
SENTENCE = "Good morning, I would like to make an appointment."


def pitch_hz(pcm: bytes, rate: int = 24000) -> float:
    """Median fundamental of the loud 50 ms blocks, by autocorrelation."""
    samples, found = np.frombuffer(pcm, "<i2").astype(float), list[float]()
    block, low, high = rate // 20, rate // 300, rate // 70
    for start in range(0, len(samples) - block, block):
        part = samples[start : start + block]
        if np.abs(part).mean() > 500:
            shape = np.correlate(part, part, "full")[block - 1 :]
            found.append(rate / (low + int(np.argmax(shape[low:high]))))
    return float(np.median(found))


@pytest.mark.parametrize("voice", [AGENT, CALLER])
def test_a_sentence_has_a_human_length_and_a_telephone_level(voice: Voice):
    pcm = speak(SENTENCE, voice)
    assert 1.5 < len(pcm) / 48000 < 6
    assert -30 < level_dbfs(pcm, "pcm16") < -15
    assert np.abs(np.frombuffer(pcm, "<i2").astype(int)).max() < 32767


def test_agent_and_caller_can_be_told_apart():
    assert pitch_hz(speak(SENTENCE, AGENT)) > 1.2 * pitch_hz(speak(SENTENCE, CALLER))


def test_the_same_request_gives_the_same_bytes():
    assert speak(SENTENCE) is speak(SENTENCE)


def test_8_khz_is_the_same_voice_at_another_rate():
    low = speak(SENTENCE, CALLER, 8000)
    assert len(low) / 16 == pytest.approx(len(speak(SENTENCE, CALLER)) / 48, rel=0.3)


def test_nothing_to_say_is_no_sound_and_an_unknown_language_an_error():
    assert speak("") == b""
    with pytest.raises(ValueError, match="voice"):
        speak("hello", Voice("xx-XX", 1.0, 1.0))


def test_without_its_library_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "py_nanotts", None)
    with pytest.raises(VoiceMissing, match=r"pip install 'voicegate\[demo\]'"):
        speak("a sentence that nobody has asked for before")
