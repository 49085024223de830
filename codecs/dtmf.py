"""Key tones (ITU-T Q.23, Q.24): made, and detected in sound where nothing better tells of keys."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from .buffer import PCM, check_array

KEYS: Final = "123A456B789C*0#D"
LOW_HZ: Final = (697, 770, 852, 941)  # a key's row
HIGH_HZ: Final = (1209, 1336, 1477, 1633)  # its column
WINDOW: Final = 205  # samples at 8 kHz
HOP: Final = 160
NO_KEY: Final = -1

_TONE_MIN: Final = 32768**2 * 10**-4 / 2  # a peak of -40 dBFS
_SHARE_MIN: Final = 0.55  # of the window's power, in the two tones
_TWIST_MAX: Final = 10**0.8  # 8 dB
_ALONE_MIN: Final = 6.0  # a tone over the next of its group
_WINDOWS: Final = 2  # in a row, for a key and for its end


def make(
    keys: str,
    on_ms: int = 100,
    off_ms: int = 100,
    peak_dbfs: float = -12.0,
    twist_db: float = 0.0,
    rate: Literal[8000, 24000] = 8000,
) -> NDArray[np.int16]:
    """The tones of `keys`, each followed by a pause.

    `peak_dbfs` is each tone's, and of the two tones with a twist their mean: the high one is
    `twist_db` over the low one. ValueError for unknown keys, negative times, another rate and
    tones whose sum would not fit.
    """
    if unknown := set(keys) - set(KEYS):
        raise ValueError(f"make: keys {sorted(unknown)}, expected some of {KEYS}")
    if on_ms < 0 or off_ms < 0 or rate not in (8000, 24000):
        raise ValueError(f"make: {on_ms} ms, {off_ms} ms at {rate} Hz, expected 8000 or 24000 Hz")
    low, high = (32768 * 10 ** ((peak_dbfs + each) / 20) for each in (-twist_db / 2, twist_db / 2))
    if not low + high <= 32767:
        raise ValueError(f"make: two tones of {peak_dbfs} dBFS, twist {twist_db} dB, do not fit")
    turns = 2 * np.pi * np.arange(on_ms * rate // 1000) / rate
    made = np.zeros((len(keys), (on_ms + off_ms) * rate // 1000), PCM)
    for row, (low_hz, high_hz) in zip(made, map(_tones_hz, keys), strict=True):
        both = low * np.sin(low_hz * turns) + high * np.sin(high_hz * turns)
        row[: len(turns)] = np.rint(both)
    return made.reshape(-1)


def _tones_hz(key: str) -> tuple[int, int]:
    row, column = divmod(KEYS.index(key), 4)
    return LOW_HZ[row], HIGH_HZ[column]


def _matrix() -> NDArray[np.float64]:
    """(205, 16): a window's cosines, then sines. In whole numbers, so that every sum is exact."""
    turns = 2 * np.pi / 8000 * np.outer(np.arange(WINDOW), LOW_HZ + HIGH_HZ)
    waves = np.concatenate([np.cos(turns), np.sin(turns)], axis=1)
    return np.rint(2**15 * np.hamming(WINDOW)[:, np.newaxis] * waves)


_MATRIX: Final = _matrix()
_SCALE: Final = 2 / (2**15 * np.hamming(WINDOW).sum()) ** 2  # a tone's power, from |sum|²


def detect(windows: NDArray[np.float32]) -> NDArray[np.int8]:
    """(n, 205) samples of the size of int16, at 8 kHz: for each window an index of KEYS, or -1."""
    check_array(windows, np.dtype(np.float32), (len(windows), WINDOW), "detect")
    exact = windows.astype(np.float64)
    whole = np.einsum("ij,ij->i", exact, exact) / WINDOW
    found = np.full(len(windows), NO_KEY, np.int8)
    loud = np.flatnonzero(whole > _TONE_MIN / 3)  # a Hamming window shows at most 2.8 times a tone
    if loud.size:
        found[loud] = _keys(_powers(exact[loud]), whole[loud])
    return found


def _powers(windows: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2, 4): of each tone, low and high."""
    sums = windows @ _MATRIX
    squares = sums * sums
    return ((squares[:, :8] + squares[:, 8:]) * _SCALE).reshape(-1, 2, 4)


def _keys(powers: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.int8]:
    """Of windows with these tones, and with this power in all."""
    ranked = np.sort(powers, axis=2)
    low, high = ranked[:, 0, 3], ranked[:, 1, 3]
    is_key = (np.minimum(low, high) > _TONE_MIN) & (low + high > _SHARE_MIN * whole)
    is_key &= (high < _TWIST_MAX * low) & (low < _TWIST_MAX * high)
    is_key &= (ranked[:, :, 3] > _ALONE_MIN * ranked[:, :, 2]).all(axis=1)
    row, column = powers.argmax(axis=2).T
    return np.where(is_key, 4 * row + column, NO_KEY).astype(np.int8)


@dataclass(frozen=True, slots=True)
class DtmfHit:
    """A key, and the sample at which it was certain: the end of the window that confirmed it."""

    key: str
    at_sample: int


class DtmfDetector:
    """One line's keys. Two windows alike make a key, two without it end it."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """As new; samples count from 0 again."""
        self._waiting = np.zeros(0, PCM)  # what the next window begins with
        self._start = 0  # its first sample
        self._last = self._held = NO_KEY
        self._misses = 0

    def push(self, pcm: NDArray[np.int16]) -> list[DtmfHit]:
        """Keys that became certain with these samples; any number of them, 8 kHz."""
        check_array(pcm, PCM, (len(pcm),), "DtmfDetector.push")
        samples = np.concatenate([self._waiting, pcm])
        count = max(0, (len(samples) - WINDOW) // HOP + 1)
        start, self._start = self._start, self._start + count * HOP
        self._waiting = samples[count * HOP :]
        if not count:
            return []
        views = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
        found: list[int] = detect(views.astype(np.float32)).tolist()
        return [
            DtmfHit(KEYS[key], start + number * HOP + WINDOW)
            for number, key in enumerate(found)
            if self._is_new(key)
        ]

    def _is_new(self, key: int) -> bool:
        """Whether this window confirms a key that was not held already."""
        self._misses = 0 if key == self._held else self._misses + 1
        if self._misses >= _WINDOWS:
            self._held = NO_KEY
        is_certain, self._last = key == self._last, key
        if key in (NO_KEY, self._held) or not is_certain:
            return False
        self._held, self._misses = key, 0
        return True
