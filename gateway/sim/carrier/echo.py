"""The agent's voice on its way back from the caller's loudspeaker into the microphone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....codecs.g711 import ulaw_decode, ulaw_encode
from ..assumptions import Assumption
from .playback import BYTES_PER_MS, TICK_BYTES, TICK_MS

ASSUMPTIONS = (
    Assumption(
        "an echo is the agent's own sound, delayed, quieter and filtered",
        "assumed",
        "a loudspeaker near a microphone",
    ),
)


@dataclass(frozen=True, slots=True)
class Echo:
    """How much comes back: after `delay_ms` (20 or more), quieter by `loss_db`, through a filter of `taps`."""

    delay_ms: int
    loss_db: float
    taps: tuple[float, ...] = (0.25, 0.5, 0.25)


class EchoPath:
    """Keeps what was heard for as long as it takes to come back."""

    def __init__(self, echo: Echo) -> None:
        self._delay_ms = echo.delay_ms
        self._taps = np.array(echo.taps) * 10 ** (-echo.loss_db / 20)
        self._kept_bytes = (echo.delay_ms + 10 * TICK_MS) * BYTES_PER_MS
        self._audio = bytearray()
        self._until_ms = 0  # the end of _audio

    def heard(self, payload: bytes, now_ms: int) -> None:
        """The loudspeaker has played this, up to now."""
        self._audio += payload
        self._until_ms = now_ms
        del self._audio[: -self._kept_bytes]

    def mixed(self, voice: bytes, now_ms: int) -> bytes:
        """The 20 ms of microphone up to now: this voice and what comes back."""
        last = len(self._audio) - (self._until_ms - now_ms + self._delay_ms) * BYTES_PER_MS
        before = last - TICK_BYTES - len(self._taps) + 1
        if before < 0 or last > len(self._audio):
            return voice
        piece = self._audio[before:last]
        if piece.count(0xFF) == len(piece):
            return voice
        returned = np.convolve(ulaw_decode(piece), self._taps, mode="valid")
        return ulaw_encode(_clipped(ulaw_decode(voice) + returned)).tobytes()


def _clipped(samples: NDArray[np.float64]) -> NDArray[np.int16]:
    return np.clip(np.rint(samples), -32768, 32767).astype(np.int16)
