"""The sound of a demo call: two tracks of mu-law on one clock, as a stereo file, as levels."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ....codecs.g711 import ulaw_decode
from ....codecs.wav import save_pcm
from ..carrier.playback import SILENCE

BYTES_PER_MS = 8
WINDOW_MS = 20
_SLACK_MS = 15  # frames that come a little early or late still belong together
_AUDIBLE = 200  # of 32768, -44 dBFS


class Track:
    """One direction of a call. Silence is where nothing was put."""

    def __init__(self) -> None:
        self.audio = bytearray()

    def put(self, payload: bytes, at_ms: int) -> None:
        """What sounded from `at_ms` on; joined to what came before if that is where it belongs."""
        if payload == SILENCE:
            return
        start, end = max(0, at_ms) * BYTES_PER_MS, len(self.audio)
        if abs(start - end) <= _SLACK_MS * BYTES_PER_MS:
            start = end
        self.audio += b"\xff" * (start - end)
        self.audio[start : start + len(payload)] = payload

    def find(self, payload: bytes, from_ms: int) -> int | None:
        """The byte at which this first sounded, from an instant on."""
        position = self.audio.find(payload, max(0, from_ms) * BYTES_PER_MS)
        return None if position < 0 else position

    def agreed(self, payload: bytes, start: int) -> int:
        """How many bytes of `payload` sounded from the byte `start` on, before anything else did."""
        heard = np.frombuffer(self.audio[start : start + len(payload)], np.uint8)
        meant = np.frombuffer(payload, np.uint8)[: len(heard)]
        differing = np.flatnonzero(heard != meant)
        return int(differing[0]) if differing.size else len(heard)

    def pcm(self, length_ms: int) -> NDArray[np.int16]:
        """Exactly so many milliseconds, as samples at 8000 Hz."""
        whole = bytes(self.audio[: length_ms * BYTES_PER_MS])
        return ulaw_decode(whole.ljust(length_ms * BYTES_PER_MS, b"\xff"))

    def peaks(self, length_ms: int) -> NDArray[np.float64]:
        """The loudest sample of each 20 ms, 0 to 1."""
        samples = np.abs(self.pcm(length_ms).astype(np.int32))
        whole = samples[: len(samples) // (WINDOW_MS * BYTES_PER_MS) * (WINDOW_MS * BYTES_PER_MS)]
        return whole.reshape(-1, WINDOW_MS * BYTES_PER_MS).max(axis=1) / 32_768


def write_stereo(path: Path, left: Track, right: Track, length_ms: int) -> None:
    """PCM16 at 8000 Hz, which every player knows."""
    save_pcm(path, np.column_stack((left.pcm(length_ms), right.pcm(length_ms))), 8_000)


def sounding_ms(audio: bytes) -> tuple[int, int]:
    """Where the first audible sample of mu-law audio begins and where the last one ends."""
    audible = np.flatnonzero(np.abs(ulaw_decode(audio).astype(np.int32)) >= _AUDIBLE)
    if not audible.size:
        return 0, 0
    return int(audible[0]) // BYTES_PER_MS, int(audible[-1]) // BYTES_PER_MS + 1


def leading_silence(payload: bytes) -> int:
    """How many bytes of silence come first; 0 if nothing else follows."""
    return (len(payload) - len(payload.lstrip(b"\xff"))) % len(payload)
