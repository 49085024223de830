"""The tone a caller knows as "it rings over there", one cadence of it, by the number that was called.

Frequencies and cadences: ITU-T E.180 Supplement 2, for North America and the United Kingdom; the
rest of the world gets the commonest, a second of 425 Hz in every five.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..codecs.frames import PCMU_8K
from ..codecs.g711 import ulaw_encode

LEVEL_DBFS = -20.0  # of the sounding part, against an RMS of full scale
RAMP_MS = 5  # at either edge of a tone, against clicks


@dataclass(frozen=True, slots=True)
class Cadence:
    """Tones sounding together, on and off in turn; all times are whole frames of 20 ms."""

    tones_hz: tuple[int, ...]
    on_off_ms: tuple[tuple[int, int], ...]


NORTH_AMERICA = Cadence((440, 480), ((2_000, 4_000),))
UNITED_KINGDOM = Cadence((400, 450), ((400, 200), (400, 2_000)))
ELSEWHERE = Cadence((425,), ((1_000, 4_000),))


def cadence_for(called: str) -> Cadence:
    """The cadence of the country of a number in E.164 form."""
    if called.startswith("+1"):
        return NORTH_AMERICA
    return UNITED_KINGDOM if called.startswith("+44") else ELSEWHERE


@cache
def ringback(cadence: Cadence) -> bytes:
    """One whole cadence in mu-law at 8000 Hz; follow it with itself."""
    return b"".join(_sound(cadence))


def _sound(cadence: Cadence) -> Iterable[bytes]:
    for on_ms, off_ms in cadence.on_off_ms:
        yield ulaw_encode(_tone(cadence.tones_hz, on_ms)).tobytes()
        yield PCMU_8K.silence(off_ms)


def _tone(tones_hz: tuple[int, ...], ms: int) -> NDArray[np.int16]:
    seconds = np.arange(ms * PCMU_8K.rate // 1_000) / PCMU_8K.rate
    waves = np.sin(2 * np.pi * np.outer(tones_hz, seconds)).sum(axis=0)
    rms = 32_768 * 10 ** (LEVEL_DBFS / 20)
    ramp = np.minimum(1.0, np.minimum(seconds, seconds[::-1]) * 1_000 / RAMP_MS)
    return np.rint(waves * ramp * rms / np.sqrt(len(tones_hz) / 2)).astype(np.int16)
