"""Comfort noise has the level that was asked for, sounds like a line, and is no matter of chance."""

import hashlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.codecs.comfort import ComfortNoise
from voicegate.codecs.g711 import Law, level_dbfs, sample_bytes

LAWS: list[Law] = ["ulaw", "alaw", "pcm16"]
MINUTE = 60 * 8000


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("asked_dbfs", [-70, -65.5, -50, -20])
def test_the_level_is_what_was_asked_for(law: Law, asked_dbfs: float) -> None:
    noise = ComfortNoise(asked_dbfs, 1, law).take(MINUTE)
    # A-law's finest step is as loud as the faintest of these.
    assert level_dbfs(noise, law) == pytest.approx(asked_dbfs, abs=1.0 if law == "alaw" else 0.3)


@pytest.mark.parametrize(("law", "floor_dbfs"), [("ulaw", -78.5), ("alaw", -72.0)])
def test_the_faintest_is_about_as_faint_as_codes_can_be(law: Law, floor_dbfs: float) -> None:
    assert level_dbfs(ComfortNoise(-80, 1, law).take(MINUTE), law) < floor_dbfs


def test_it_sounds_like_a_line() -> None:
    """No hum, no constant, and less the higher."""
    pcm = np.frombuffer(ComfortNoise(-40, 1, "pcm16").take(MINUTE), "<i2")
    power = np.square(np.abs(np.fft.rfft(pcm.reshape(-1, 800), axis=1))).mean(axis=0)  # 10 Hz each
    bands = [(1, 6), (30, 50), (80, 120), (180, 220), (300, 340)]
    rumble, *rest = (10 * np.log10(power[low:high].mean()) for low, high in bands)
    assert rumble < rest[0] - 15
    falls = -np.diff(rest)
    assert (falls > 1.5).all()
    assert 10 < falls.sum() < 16


def test_no_frame_stands_out() -> None:
    noise = ComfortNoise(-50, 1).take(MINUTE)
    levels = [level_dbfs(noise[at : at + 160], "ulaw") for at in range(0, MINUTE, 160)]
    assert max(levels) < -44
    assert min(levels) > -56


@pytest.mark.parametrize("law", LAWS)
@given(st.lists(st.integers(0, 500), max_size=6), st.integers(0, 2**40))
def test_any_cut_gives_the_same_noise(law: Law, sizes: list[int], seed: int) -> None:
    noise = ComfortNoise(-50, seed, law)
    parts = [noise.take(size) for size in sizes]
    assert [len(part) for part in parts] == [size * sample_bytes(law) for size in sizes]
    assert b"".join(parts) == ComfortNoise(-50, seed, law).take(sum(sizes))


def test_a_seed_is_the_same_noise_everywhere() -> None:
    """On any machine, with any numpy."""
    noise = ComfortNoise(-55, 1, "pcm16").take(80_000)
    expected = "13f0606190f2f2c46ebc0b0b42eec50a2500f699be0f819a9a095fc7bdb736e3"
    assert hashlib.sha256(noise).hexdigest() == expected


def test_seeds_differ() -> None:
    assert ComfortNoise(-50, 1).take(160) != ComfortNoise(-50, 2).take(160)


@pytest.mark.parametrize("level_dbfs", [-80.1, -19.9, float("nan"), float("-inf")])
def test_a_level_beyond_all_lines_is_refused(level_dbfs: float) -> None:
    with pytest.raises(ValueError, match=r"^ComfortNoise: .* dBFS, expected -80 to -20$"):
        ComfortNoise(level_dbfs, 1)


def test_there_is_no_noise_without_a_seed() -> None:
    nothing: Any = None
    with pytest.raises(TypeError):
        ComfortNoise(-50, nothing)
    with pytest.raises(ValueError, match=r"^ComfortNoise: seed -1, expected 0 or more$"):
        ComfortNoise(-50, -1)


def test_an_unknown_law_is_refused() -> None:
    law: Any = "opus"
    with pytest.raises(ValueError, match=r"^ComfortNoise: law 'opus'"):
        ComfortNoise(-50, 1, law)


def test_less_than_nothing_cannot_be_taken() -> None:
    noise = ComfortNoise(-50, 1)
    with pytest.raises(ValueError, match=r"^ComfortNoise.take: -1 samples"):
        noise.take(-1)
    assert noise.take(160) == ComfortNoise(-50, 1).take(160)
