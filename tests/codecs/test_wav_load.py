"""Recordings of any rate and any format come in as a call's own, or are refused with the reason."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile  # pyright: ignore[reportMissingTypeStubs]
from numpy.typing import NDArray

from voicegate.codecs.g711 import ulaw_decode
from voicegate.codecs.wav import (
    CallWav,
    LoadRate,
    load_audio,
    save_pcm,
)

RATES: list[LoadRate] = [8000, 24000]
OTHER_RATES = [8000, 11025, 16000, 22050, 44100, 48000]
CALLER, AGENT = (bytes(n * step % 256 for n in range(12_345)) for step in (7, 11))


def tone(rate: int, seconds: float = 0.5, amplitude: float = 0.5) -> NDArray[np.float64]:
    return amplitude * np.sin(2 * np.pi * 440 * np.arange(round(rate * seconds)) / rate)


def sound_file(samples: Any, rate: int, subtype: str = "PCM_16") -> BytesIO:
    file = BytesIO()
    soundfile.write(file, samples, rate, format="WAV", subtype=subtype)
    file.seek(0)
    return file


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("own_rate", OTHER_RATES)
def test_any_rate_comes_in(rate: LoadRate, own_rate: int) -> None:
    """W2"""
    samples = tone(own_rate, 0.37)
    pcm = load_audio(sound_file(samples, own_rate, "FLOAT"), rate)
    assert pcm.dtype == np.int16
    assert abs(len(pcm) - len(samples) * rate / own_rate) <= 1
    expected = tone(rate, 0.37)[: len(pcm)] * 32768
    middle = slice(len(pcm) // 4, -len(pcm) // 4)
    assert np.abs(pcm[middle] - expected[middle]).max() < 2
    assert np.array_equal(pcm, load_audio(sound_file(samples, own_rate, "FLOAT"), rate))


def test_what_a_rate_can_carry_is_kept() -> None:
    """W2"""
    samples = 0.5 * np.sin(2 * np.pi * 3600 * np.arange(48_000) / 48_000)
    pcm = load_audio(sound_file(samples, 48_000, "FLOAT"), 8000)[500:-500]
    assert np.sqrt(np.square(pcm / 32768).mean()) == pytest.approx(0.5 / np.sqrt(2), rel=0.001)


@pytest.mark.parametrize("hz", [4100, 5000, 11_000, 20_000])
def test_what_a_rate_cannot_carry_does_not_come_back_as_something_else(hz: int) -> None:
    """W2"""
    samples = 0.5 * np.sin(2 * np.pi * hz * np.arange(48_000) / 48_000)
    pcm = load_audio(sound_file(samples, 48_000, "FLOAT"), 8000)
    assert not pcm[500:-500].any()


@pytest.mark.parametrize("rate", RATES)
def test_at_its_own_rate_a_file_is_not_changed(tmp_path: Path, rate: LoadRate) -> None:
    """W2"""
    pcm = np.arange(-32768, 32768).astype(np.int16)
    save_pcm(tmp_path / "pcm.wav", pcm, rate)
    assert np.array_equal(load_audio(tmp_path / "pcm.wav", rate), pcm)


def test_a_recorded_call_is_loaded_as_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    with CallWav(path) as wav:
        wav.write(CALLER, AGENT)
    assert np.array_equal(load_audio(path, 8000, channel=0), ulaw_decode(CALLER))
    assert np.array_equal(load_audio(path, 8000, channel=1), ulaw_decode(AGENT))
    mixed = (ulaw_decode(CALLER).astype(float) + ulaw_decode(AGENT)) / 2
    assert np.array_equal(load_audio(path, 8000), np.rint(mixed))


def test_a_long_stereo_file_of_floats_is_mixed_and_brought_to_the_rate() -> None:
    """W2: longer than what is decoded at once."""
    left, right = tone(44_100, 3.0), np.zeros(3 * 44_100)
    pcm = load_audio(sound_file(np.column_stack((left, right)), 44_100, "FLOAT"), 24_000)
    assert len(pcm) == 72_000
    expected = tone(24_000, 3.0, amplitude=0.25) * 32768
    assert np.abs(pcm[500:-500] - expected[500:-500]).max() < 2


def test_what_is_too_loud_is_clipped() -> None:
    samples = np.array([1.5, -1.5, 0.5 / 32768, 1.5 / 32768, 1.0])
    pcm = load_audio(sound_file(samples, 8000, "DOUBLE"), 8000)
    assert pcm.tolist() == [32767, -32768, 0, 2, 32767]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300])
def test_what_is_no_number_is_refused(bad: float) -> None:
    samples = tone(16_000)
    samples[100] = bad
    with pytest.raises(ValueError, match=r"^load_audio: the audio has samples that are no numbers"):
        load_audio(sound_file(samples, 16_000, "DOUBLE"), 8000)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"not a sound at all"])
def test_what_is_no_sound_file_is_named_with_the_reason(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "me.wav"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"^load_audio: .*me\.wav cannot be read: .* Expected WAV"):
        load_audio(path, 8000)


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"me\.wav"):
        load_audio(tmp_path / "me.wav", 8000)


def test_a_file_without_samples_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^load_audio: the audio has no samples$"):
        load_audio(sound_file(np.zeros(0), 8000), 8000)


def test_a_file_is_as_long_as_allowed_at_most() -> None:
    assert len(load_audio(sound_file(np.zeros(8000), 8000), 8000, max_seconds=1)) == 8000
    with pytest.raises(ValueError, match=r"lasts 1\.0 s, expected at most 0\.9$"):
        load_audio(sound_file(np.zeros(8000), 8000), 8000, max_seconds=0.9)


@pytest.mark.parametrize("channel", [-1, 2])
def test_a_channel_that_is_not_there_is_refused(channel: int) -> None:
    with pytest.raises(ValueError, match=rf"has 2 channels.*: there is no {channel}$"):
        load_audio(sound_file(np.zeros((80, 2)), 8000), 8000, channel=channel)


def test_a_rate_beyond_all_recorders_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match=r"has a rate of 2147483647, expected at most 768000$"):
        load_audio(sound_file(np.zeros(80), 2**31 - 1), 8000)


def test_only_the_two_rates_of_calls_are_made() -> None:
    rate: Any = 16_000
    with pytest.raises(ValueError, match=r"^load_audio: rate 16000, expected 8000 or 24000$"):
        load_audio(sound_file(np.zeros(80), 8000), rate)
