"""One loudness, rounded peaks, short quiet ends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.codecs.g711 import level_dbfs
from voicegate.ivr.sounds.encoding import RATE, Samples
from voicegate.ivr.sounds.loudness import (
    LEVEL_DBFS,
    active_level_dbfs,
    at_one_level,
    faded,
    rounded,
    without_quiet_ends,
)


def burst(seconds: float, gain: float, seed: int = 1) -> Samples:
    return gain * np.random.default_rng(seed).standard_normal(int(RATE * seconds))


def hum(seconds: float, gain: float) -> Samples:
    return gain * np.sin(np.arange(int(RATE * seconds)) * 2 * np.pi * 400 / RATE)


def quiet(seconds: float) -> Samples:
    return np.zeros(int(RATE * seconds))


def test_the_level_is_that_of_the_codec_core_where_nothing_is_quiet() -> None:
    samples = np.sin(np.arange(RATE) * 2 * np.pi * 500 / RATE)
    pcm = np.rint(samples * 32767).astype("<i2").tobytes()
    assert active_level_dbfs(samples) == pytest.approx(-3.01, abs=0.01)
    assert active_level_dbfs(samples) == pytest.approx(level_dbfs(pcm, "pcm16"), abs=0.01)


def test_pauses_do_not_make_speech_louder() -> None:
    speech = burst(1.0, 0.05)
    with_pauses = np.concatenate([quiet(2.0), speech, quiet(3.0), speech, quiet(0.5)])
    assert active_level_dbfs(with_pauses) == pytest.approx(active_level_dbfs(speech), abs=0.1)


@given(st.floats(-50, 0), st.integers(0, 50))
def test_all_come_out_equally_loud(level_dbfs: float, seed: int) -> None:
    made = at_one_level(burst(0.5, 10 ** (level_dbfs / 20), seed))
    assert active_level_dbfs(made) == pytest.approx(LEVEL_DBFS, abs=0.2)
    assert np.abs(made).max() < 0.96


def test_a_sound_with_few_loud_peaks_is_as_loud_as_the_others() -> None:
    samples = burst(1.0, 0.02)
    samples[::3000] = 0.5
    assert active_level_dbfs(at_one_level(samples)) == pytest.approx(LEVEL_DBFS, abs=1)
    assert np.abs(at_one_level(samples)).max() < 0.96


def test_silence_has_no_loudness() -> None:
    for silent in (quiet(1.0), quiet(0), np.full(RATE, 1e-5)):
        with pytest.raises(ValueError, match="silent"):
            at_one_level(silent)


@given(st.floats(-20, 20))
def test_rounding_never_exceeds_the_ceiling_nor_changes_what_is_small(value: float) -> None:
    (made,) = rounded(np.array([value]))
    assert abs(made) <= 0.95
    assert made == value if abs(value) <= 0.6 else made * value > 0.6 * abs(value)


def test_rounding_keeps_what_is_louder_louder() -> None:
    ladder = np.linspace(-3, 3, 1001)
    assert (np.diff(rounded(ladder)) >= 0).all()


@pytest.mark.parametrize("lead_s", [0.0, 0.02, 0.7])
def test_quiet_ends_are_cut(lead_s: float) -> None:
    noise = 10 ** (-70 / 20)
    speech = hum(1.0, 0.1)
    padded = np.concatenate([burst(lead_s, noise), speech, burst(lead_s, noise)])
    cut = without_quiet_ends(padded)
    before_s = min(lead_s, 0.055)
    assert 1.0 <= len(cut) / RATE <= 1.0 + before_s + min(lead_s, 0.040)


def test_pauses_inside_are_kept() -> None:
    samples = np.concatenate([hum(0.2, 0.1), quiet(2.0), hum(0.2, 0.1)])
    assert len(without_quiet_ends(samples)) == len(samples)


def test_fades_begin_and_end_at_nothing() -> None:
    made = faded(np.ones(RATE))
    assert (made[0], made[-1], made[RATE // 2]) == (0, 0, 1)
    assert len(faded(np.ones(3))) == 3
