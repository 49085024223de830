"""The tone and the music: what they are, and that the loop has no seam."""

import numpy as np
import pytest

from voicegate.codecs.g711 import ulaw_decode
from voicegate.ivr.sounds import synthesis
from voicegate.ivr.sounds.encoding import RATE, encode
from voicegate.ivr.sounds.loudness import active_level_dbfs


def test_the_tone_is_one_sine_of_a_quarter_second() -> None:
    tone = synthesis.tone()
    spectrum = np.abs(np.fft.rfft(tone))
    assert int(spectrum.argmax()) * RATE / len(tone) == pytest.approx(1000, abs=5)
    assert encode(tone).length_ms == 260  # 250, and what fills the frame
    assert active_level_dbfs(tone) == pytest.approx(-20, abs=0.5)
    assert (tone[0], tone[-1]) == (0, pytest.approx(0, abs=1e-3))


def test_the_music_is_the_same_each_time_and_softer_than_speech() -> None:
    music = synthesis.calm()
    assert len(music) == 24 * RATE
    assert np.array_equal(music, synthesis.calm())
    assert active_level_dbfs(music) == pytest.approx(synthesis.MUSIC_DBFS, abs=0.5)
    assert np.abs(music).max() < 0.5
    assert active_level_dbfs(music[: RATE * 3]) == pytest.approx(-26, abs=3)


def test_no_step_of_the_music_is_larger_at_its_seam_than_anywhere_else() -> None:
    codes = encode(synthesis.calm(), is_loop=True)
    heard = ulaw_decode(codes.ulaw).astype(np.int32)
    steps = np.abs(np.diff(heard))
    assert abs(int(heard[0]) - int(heard[-1])) <= steps.max()
    wide = np.frombuffer(codes.pcm, "<i2").astype(np.int32)
    bends = np.abs(np.diff(np.concatenate([wide, wide]), 2))
    assert bends[len(wide) - 10 : len(wide) + 10].max() <= bends[: len(wide) - 10].max()
