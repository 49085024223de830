"""Samples to a sound: whole frames in both formats, nothing late, no seam in a loop."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...codecs.frames import FRAME_MS
from ...codecs.resample import DELAY_8K, DELAY_24K, Downsampler
from .sound import Sound

RATE: Final = 24_000  # what sounds are made at
_FRAME: Final = RATE * FRAME_MS // 1000

Samples = NDArray[np.float64]  # mono, full scale is 1


def encode(samples: Samples, *, is_loop: bool = False) -> Sound:
    """Samples at 24 kHz as a sound, filled up to a whole frame. A loop has no seam in either format."""
    whole = np.pad(samples, (0, -len(samples) % _FRAME))
    pcm = np.rint(whole * 32768).clip(-32768, 32767).astype("<i2")
    return Sound(_narrow(pcm, is_loop=is_loop), pcm.tobytes())


def _narrow(pcm: NDArray[np.int16], *, is_loop: bool) -> bytes:
    """By the filter of calls, whose delay is taken away again."""
    around = np.pad(pcm, DELAY_24K, mode="wrap" if is_loop else "constant")
    codes = Downsampler("ulaw").push(around.tobytes())
    return codes[2 * DELAY_8K :]
