"""Comfort noise: what a quiet line sounds like, so that silence does not sound like a line gone dead."""

import math
import operator
from typing import Final

import numpy as np
from numpy.random import PCG64
from numpy.typing import NDArray

from .buffer import PCM
from .g711 import Law, sample_bytes, transcoder

LOUDEST_DBFS: Final = -20.0
FAINTEST_DBFS: Final = -80.0

_SLOPE: Final = 5 / 6  # of 6 dB an octave
_LEAK: Final = 0.9  # levels the slope off below 150 Hz
_COLOURS: Final = 48  # by then little is left
_RUMBLE: Final = 20  # samples, 400 Hz: what has half of that is 4 dB down, a quarter 14
_VARIANCE: Final = (2**32 - 1) / 3  # of the sum of four draws of 16 bits


def _taps() -> NDArray[np.float64]:
    """A filter that falls by 4 dB an octave from 300 Hz on, much as rooms do (Hoth, ITU-T P.800).

    What is below is taken out, as lines do. Whole numbers: the same noise on any machine.
    """
    taps = [1.0]
    for lag in range(1, _COLOURS):
        taps.append(taps[-1] * _LEAK * (lag - 1 + _SLOPE) / lag)
    low_pass = np.convolve(np.ones(_RUMBLE), np.ones(_RUMBLE))
    high_pass = -low_pass
    high_pass[_RUMBLE - 1] += low_pass.sum()
    return np.convolve(np.rint(4096 * np.array(taps)), high_pass)


_TAPS: Final = _taps()
_RMS: Final = math.sqrt(_VARIANCE * float(np.square(_TAPS).sum()))


class ComfortNoise:
    """Noise at 8000 Hz of a level from -80 to -20 dBFS, which is against an RMS of 32768.

    The same seed gives the same noise. Below -70 dBFS codes are too coarse: mu-law is a little louder
    than asked for, and A-law, which has no zero, stays at -72. ValueError beyond these limits.
    """

    def __init__(self, level_dbfs: float, seed: int, law: Law = "ulaw") -> None:
        sample_bytes(law, "ComfortNoise")
        if not FAINTEST_DBFS <= level_dbfs <= LOUDEST_DBFS:
            limits = f"{FAINTEST_DBFS:g} to {LOUDEST_DBFS:g}"
            raise ValueError(f"ComfortNoise: {level_dbfs} dBFS, expected {limits}")
        if operator.index(seed) < 0:  # which does not take None for chance, as numpy would
            raise ValueError(f"ComfortNoise: seed {seed}, expected 0 or more")
        self._gain = 32768 * 10 ** (level_dbfs / 20) / _RMS
        self._bits = PCG64(seed)
        self._encode = transcoder("pcm16", law)
        self._past = self._white(len(_TAPS) - 1)

    def take(self, samples: int) -> bytes:
        """The next so many, in the law. Any cut gives the same noise."""
        if samples < 0:
            raise ValueError(f"ComfortNoise.take: {samples} samples, expected 0 or more")
        if not samples:
            return b""
        white = np.concatenate((self._past, self._white(samples)))
        self._past = white[samples:]
        noise = np.rint(np.convolve(white, _TAPS, "valid") * self._gain)
        return self._encode(noise.clip(-32768, 32767).astype(PCM).tobytes())

    def _white(self, samples: int) -> NDArray[np.float64]:
        """Nearly normal: sums of four draws, by the raw bits, which numpy promises not to change.

        Their mean is left in: the filter takes it out.
        """
        draws = self._bits.random_raw(samples).view(np.uint16).reshape(samples, 4)
        return draws.sum(axis=1, dtype=np.float64)
