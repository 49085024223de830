"""One loudness for all: how loud speech is while it lasts, gain with rounded peaks, quiet ends cut."""

from typing import Final

import numpy as np

from .encoding import RATE, Samples

LEVEL_DBFS: Final = -20.0
SILENT_DBFS: Final = -60.0  # what is never louder than this holds nothing to be heard
BEFORE_MS, AFTER_MS = 50, 35  # of quiet; what fills up the last frame comes on top
_WINDOW: Final = RATE // 50  # 20 ms
_ACTIVE_DB: Final = 25.0  # below the loudest window
_STEP: Final = RATE // 200  # 5 ms
_QUIET_DB: Final = 30.0  # below the level of speech: what a line adds is louder
_KNEE, _CEILING = 0.6, 0.95
_FADE: Final = RATE // 200
_FAINTEST: Final = 1e-9


def active_level_dbfs(samples: Samples) -> float:
    """The RMS of all windows of 20 ms that are at most 25 dB below the loudest of them.

    Pauses do not count, as in ITU-T P.56. Against full scale 1: a full sine is -3.01.
    """
    power = _power(samples, _WINDOW)
    active = power[power >= power.max(initial=0.0) * 10 ** (-_ACTIVE_DB / 10)]
    return float(10 * np.log10(max(active.mean() if active.size else 0.0, _FAINTEST**2)))


def at_one_level(samples: Samples, level_dbfs: float = LEVEL_DBFS) -> Samples:
    """As loud as all others. ValueError for silence."""
    found = active_level_dbfs(samples)
    if found < SILENT_DBFS:
        raise ValueError("it is silent")
    return rounded(samples * 10 ** ((level_dbfs - found) / 20))


def rounded(samples: Samples) -> Samples:
    """Peaks above the knee bend smoothly towards the ceiling, which none exceeds."""
    size, room = np.abs(samples), _CEILING - _KNEE
    bent = _KNEE + room * np.tanh((size - _KNEE) / room)
    return np.where(size > _KNEE, np.copysign(bent, samples), samples)


def without_quiet_ends(samples: Samples) -> Samples:
    """A little is left of what is before and after what is heard; the cuts are faded."""
    limit = 10 ** ((active_level_dbfs(samples) - _QUIET_DB) / 10)
    heard = np.flatnonzero(_power(_as_on_the_line(samples), _STEP) > limit)
    if not heard.size:
        return samples[:0]
    begin = int(heard[0]) * _STEP - RATE * BEFORE_MS // 1000
    end = (int(heard[-1]) + 1) * _STEP + RATE * AFTER_MS // 1000
    return faded(samples[max(0, begin) : end])


def _as_on_the_line(samples: Samples) -> Samples:
    """Without most of what no telephone carries: the mean of six has its zero at 4 kHz."""
    return np.convolve(samples, np.full(6, 1 / 6), mode="same") if samples.size else samples


def faded(samples: Samples) -> Samples:
    """In and out, over 5 ms each."""
    ramp = np.linspace(0.0, 1.0, min(_FADE, len(samples) // 2))
    made = samples.copy()
    made[: len(ramp)] *= ramp
    made[len(made) - len(ramp) :] *= ramp[::-1]
    return made


def _power(samples: Samples, window: int) -> Samples:
    """Of each window; the last is filled up with silence."""
    whole = np.pad(samples, (0, -len(samples) % window)).reshape(-1, window)
    return np.square(whole).mean(axis=1)
