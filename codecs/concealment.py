"""Holes in a G.711 stream, filled with the voice that was sounding, after ITU-T G.711 Appendix I.

The last pitch period is found and goes on, at full level for 10 ms, then falling by a fifth of it each
10 ms, to silence at 60 ms. What comes after the hole is faded in over it. Unlike the Appendix nothing
is delayed: a step where the hole begins is not blended with what was before, but spread over what
follows.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from .buffer import PCM, Buffer, byte_count
from .g711 import Law, transcode, transcoder

_MS: Final = 8  # samples at 8 kHz
_LAGS: Final = range(5 * _MS, 15 * _MS + 1)  # of a voice of 66 to 200 Hz
_COMPARED: Final = 20 * _MS
_HISTORY: Final = _LAGS[-1] + _COMPARED
_FULL: Final = 10 * _MS
_MUTED: Final = 60 * _MS
_FADE_MAX: Final = 10 * _MS

Samples = NDArray[np.float64]


class Concealer:
    """One direction of one call: frames that came go through `push`, those that did not are filled.

    Frames may have any length. Without a hole what goes in comes out. ValueError for a law that is not
    ulaw or alaw.
    """

    def __init__(self, law: Law = "ulaw") -> None:
        if law not in ("ulaw", "alaw"):
            raise ValueError(f"Concealer: law {law!r}, expected ulaw or alaw")
        self._decode = transcoder(law, "pcm16")
        self._encode = transcoder("pcm16", law)
        self._silence = transcode(bytes(2 * _HISTORY), "pcm16", law)
        self.reset()

    def push(self, frame: Buffer) -> bytes:
        """A frame that came. The first after a hole is faded in, over 10 ms at most."""
        if not byte_count(frame, 1, "Concealer.push"):
            return b""
        codes = bytes(frame) if self._hole is None else self._faded_in(self._hole, frame)
        self._hole = None
        self._remember(codes)
        return codes

    def fill(self, samples: int) -> bytes:
        """So many samples in place of those that did not come."""
        if samples < 0:
            raise ValueError(f"Concealer.fill: {samples} samples, expected 0 or more")
        if not samples:
            return b""
        if self._hole is None:
            self._hole = _Hole(self._linear(self._past))
        codes = self._codes(self._hole.take(samples))
        self._remember(codes)
        return codes

    def reset(self) -> None:
        """As new: silence is what was before."""
        self._past = self._silence
        self._hole: _Hole | None = None

    def _faded_in(self, hole: "_Hole", frame: Buffer) -> bytes:
        codes = bytes(frame)
        fade = min(hole.fade, len(codes))
        rising = np.arange(1, fade + 1) / (fade + 1)
        came = self._linear(codes[:fade])
        return self._codes(came * rising + hole.take(fade) * (1 - rising)) + codes[fade:]

    def _remember(self, codes: bytes) -> None:
        self._past = (self._past + codes)[-_HISTORY:]

    def _linear(self, codes: bytes) -> Samples:
        return np.frombuffer(self._decode(codes), PCM).astype(np.float64)

    def _codes(self, samples: Samples) -> bytes:
        return self._encode(np.rint(samples).clip(-32768, 32767).astype(PCM).tobytes())


class _Hole:
    """What goes on sounding where nothing came."""

    def __init__(self, past: Samples) -> None:
        period = _pitch(past)
        self._blended = period // 4
        self._loop = _loop(past, period, self._blended)
        self._step = float(past[-1] - past[-1 - period])  # where the loop begins
        self._taken = 0

    @property
    def fade(self) -> int:
        """Samples in which what comes again is faded in: the longer the hole, the more."""
        beyond = max(0, self._taken - _FULL)
        return min(self._blended + beyond * 4 // 10, _FADE_MAX)

    def take(self, samples: int) -> Samples:
        """The next so many."""
        at = np.arange(self._taken, self._taken + samples)
        self._taken += samples
        step = self._step * (1 - at / self._blended).clip(0)
        gain = (1 - (at - _FULL) / (_MUTED - _FULL)).clip(0, 1)
        return (self._loop[at % len(self._loop)] + step) * gain


def _loop(past: Samples, period: int, blended: int) -> Samples:
    """The last period, with its end bent so that its beginning can follow."""
    loop = past[-period:].copy()
    bend = np.arange(1, blended + 1) / blended
    loop[-blended:] += bend * (past[-period - blended : -period] - loop[-blended:])
    return loop


def _pitch(past: Samples) -> int:
    """The lag at which the last 20 ms are most like what was before them.

    Sums are of whole numbers below 2^53: the same on any machine.
    """
    before = past[: -_LAGS.start]
    summed = np.concatenate(([0.0], np.square(before).cumsum()))
    energy = summed[_COMPARED:] - summed[:-_COMPARED]
    likeness = np.correlate(before, past[-_COMPARED:]) / np.sqrt(np.maximum(energy, 1))
    return _LAGS[int(likeness[::-1].argmax())]  # of equals the shortest
