"""A recording becomes what a caller says in one breath."""

from pathlib import Path

import numpy as np
import pytest
import soundfile  # pyright: ignore[reportMissingTypeStubs]
from hypothesis import given
from hypothesis import strategies as st

from voicegate.codecs.g711 import level_dbfs
from voicegate.gateway.sim.demo.speech import (
    LONGEST_MS,
    PAUSE_MS,
    RATE,
    Samples,
    SpeechUnusable,
    read,
    utterances,
)

EDGE_MS = 120  # what is kept around a stretch, and one window


def tone(ms: int, rate: int = RATE, amplitude: float = 0.1) -> Samples:
    return amplitude * np.sin(2 * np.pi * 440 * np.arange(ms * rate // 1_000) / rate)


def quiet(ms: int, rate: int = RATE) -> Samples:
    return np.zeros(ms * rate // 1_000)


def lengths_ms(samples: Samples) -> list[int]:
    return [len(utterance) // 8 for utterance in utterances(samples)]


def test_speech_is_cut_where_nobody_spoke() -> None:
    samples = np.concatenate([tone(600), quiet(500), tone(900), quiet(2_000), tone(300)])
    found = lengths_ms(samples)
    assert len(found) == 3
    for ms, spoken_ms in zip(found, (600, 900, 300), strict=True):
        assert spoken_ms <= ms <= spoken_ms + EDGE_MS


def test_a_breath_cuts_nothing() -> None:
    assert len(lengths_ms(np.concatenate([tone(600), quiet(300), tone(600)]))) == 1


def test_speech_without_a_pause_is_used_whole() -> None:
    assert lengths_ms(tone(5_000)) == [5_000]


def test_a_click_is_no_utterance() -> None:
    clicks = np.concatenate([tone(60), quiet(800), tone(700), quiet(800), tone(100)])
    assert len(lengths_ms(clicks)) == 1


@given(st.lists(st.integers(10, 60), min_size=1, max_size=6), st.integers(20, 60))
def test_as_many_utterances_come_out_as_were_spoken(spoken: list[int], pause: int) -> None:
    """Lengths and pauses in windows of 20 ms; no pause is shorter than one that cuts."""
    assert pause * 20 >= PAUSE_MS
    parts = [part for each in spoken for part in (quiet(pause * 20), tone(each * 20))]
    assert len(lengths_ms(np.concatenate(parts))) == len(spoken)


@pytest.mark.parametrize("amplitude", [0.004, 0.05, 0.9])
def test_every_recording_gets_the_level_of_a_telephone_voice(amplitude: float) -> None:
    (utterance,) = utterances(tone(1_000, amplitude=amplitude))
    assert level_dbfs(utterance, "ulaw") == pytest.approx(-20.0, abs=0.5)


def test_soft_words_count_for_the_level_too() -> None:
    (utterance,) = utterances(np.concatenate([tone(800), tone(800, amplitude=0.03)]))
    assert level_dbfs(utterance, "ulaw") == pytest.approx(-20.0, abs=0.5)


def test_noise_below_the_voice_is_a_pause() -> None:
    noise = np.random.default_rng(1).normal(0, 0.002, 3 * RATE)
    noise[:RATE] += tone(1_000)
    noise[2 * RATE :] += tone(1_000)
    assert len(lengths_ms(noise)) == 2


def test_nobody_speaks_for_ever() -> None:
    assert lengths_ms(tone(40_000)) == [LONGEST_MS]


@pytest.mark.parametrize("samples", [quiet(1_000), tone(1_000, amplitude=0.0001)])
def test_a_silent_file_is_refused(samples: Samples) -> None:
    with pytest.raises(SpeechUnusable, match="silent"):
        utterances(samples)


@pytest.mark.parametrize(
    "samples", [np.concatenate([tone(60), quiet(800), tone(60)]), tone(10), quiet(0)]
)
def test_a_file_of_clicks_or_of_less_is_refused(samples: Samples) -> None:
    with pytest.raises(SpeechUnusable, match="200 ms"):
        utterances(samples)


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_any_rate_and_both_channels_are_read(tmp_path: Path, rate: int, channels: int) -> None:
    path = tmp_path / "me.wav"
    soundfile.write(path, np.column_stack([tone(500, rate)] * channels), rate)
    samples = read(path)
    assert len(samples) == pytest.approx(500 * RATE / 1_000, abs=2)
    assert np.sqrt(np.mean(samples**2)) == pytest.approx(0.1 / np.sqrt(2), rel=0.05)


def test_what_is_no_sound_file_is_refused_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "me.wav"
    path.write_text("not a sound")
    with pytest.raises(SpeechUnusable, match=r"me\.wav cannot be read"):
        read(path)


def test_a_folder_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(SpeechUnusable, match=r"cannot be read: Is a directory$"):
        read(tmp_path)


def test_a_recording_of_no_numbers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "me.wav"
    soundfile.write(path, np.full(8_000, np.nan), 8_000, subtype="FLOAT")
    with pytest.raises(SpeechUnusable, match=r"me\.wav has samples that are no numbers"):
        read(path)
