"""Both formats of a sound: equally long, whole frames, at the same time, and loops without a seam."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.codecs.g711 import ulaw_decode
from voicegate.ivr.sounds.encoding import RATE, encode
from voicegate.ivr.sounds.sound import Sound


def narrow(sound: Sound) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return ulaw_decode(sound.ulaw).astype(np.float64) / 32768


@given(st.integers(0, 5000))
def test_both_formats_are_equally_long_and_whole_frames(samples: int) -> None:
    sound = encode(np.zeros(samples))
    assert len(sound.pcm) == 6 * len(sound.ulaw)
    assert len(sound.ulaw) % 160 == 0
    assert 0 <= sound.length_ms - samples / 24 < 20


def test_nothing_is_late_in_the_narrow_format() -> None:
    """The delay of the filter is taken away: the same instant sounds in both."""
    time = np.arange(RATE) / RATE
    bump = 0.5 * np.exp(-(((time - 0.5) / 0.002) ** 2))
    sound = encode(bump)
    assert int(np.abs(narrow(sound)).argmax()) == pytest.approx(4000, abs=1)
    assert int(np.abs(np.frombuffer(sound.pcm, "<i2")).argmax()) == 12_000


def test_a_loop_goes_on_over_its_end() -> None:
    """A sine of whole periods is the same everywhere, only if the filter saw the other end."""
    sine = 0.3 * np.sin(np.arange(RATE) * 2 * np.pi * 400 / RATE)
    looped, cut = narrow(encode(sine, is_loop=True)), narrow(encode(sine))
    period = 8000 // 400
    assert np.array_equal(looped[:period], looped[4000 : 4000 + period])
    assert np.array_equal(looped[-period:], looped[4000 - period : 4000])
    assert not np.array_equal(cut[:period], cut[4000 : 4000 + period])
