"""Audio formats, and audio as bytes: joined to whole samples, cut to whole frames, silent, faded."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .buffer import CODE, PCM, Buffer, byte_count
from .g711 import Law, sample_bytes, transcode

FRAME_MS: Final = 20
RATES: Final = (8000, 16000, 24000, 48000)


class Encoding(StrEnum):
    """How a sample is written."""

    ULAW = "ulaw"
    ALAW = "alaw"
    PCM16 = "pcm16"  # little endian


_SILENT_BYTE: Final = {Encoding.ULAW: b"\xff", Encoding.ALAW: b"\xd5", Encoding.PCM16: b"\x00"}
_NAMES: Final = {
    Encoding.ULAW: {"ulaw", "mulaw", "pcmu", "x-mulaw", "basic", "g711_ulaw"},
    Encoding.ALAW: {"alaw", "pcma", "x-alaw", "g711_alaw"},
    Encoding.PCM16: {"pcm16", "pcm", "l16", "linear16"},
}


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """One channel of samples at a rate; G.711 exists at 8000 Hz only."""

    encoding: Encoding
    rate: int

    def __post_init__(self) -> None:
        if self.rate not in RATES:
            raise ValueError(f"AudioFormat: rate {self.rate} is not one of {RATES}")
        if self.encoding is not Encoding.PCM16 and self.rate != 8000:
            raise ValueError(f"AudioFormat: {self.encoding} at {self.rate} Hz, G.711 has 8000 only")

    def __str__(self) -> str:
        return f"{self.encoding} {self.rate} Hz"

    @property
    def law(self) -> Law:
        """The encoding in the words of `g711`."""
        return self.encoding.value

    @property
    def sample_bytes(self) -> int:
        return sample_bytes(self.law)

    @property
    def bytes_per_ms(self) -> int:
        return self.sample_bytes * self.rate // 1000

    def frame_bytes(self, ms: int = FRAME_MS) -> int:
        return self.bytes_per_ms * ms

    def duration_ms(self, nbytes: int) -> float:
        """ValueError if `nbytes` is not whole samples."""
        if nbytes < 0 or nbytes % self.sample_bytes:
            raise ValueError(f"duration_ms: {nbytes} bytes is not whole samples of {self}")
        return nbytes / self.bytes_per_ms

    def silence(self, ms: int) -> bytes:
        return _SILENT_BYTE[self.encoding] * self.frame_bytes(ms)

    @classmethod
    def parse(cls, name: str, rate: int | None = None) -> "AudioFormat":
        """The format a wire calls `name`: "audio/pcmu", "g711_alaw", "pcm16", "L16" and their like.

        Without a rate G.711 is 8000 Hz and PCM 24000. ValueError for an unknown name. "L16" is taken
        as little endian: the L16 of RTP (RFC 3551) is not, and whoever carries it swaps the bytes.
        """
        short = name.strip().lower().removeprefix("audio/")
        for encoding, names in _NAMES.items():
            if short in names:
                usual_rate = 24000 if encoding is Encoding.PCM16 else 8000
                return cls(encoding, usual_rate if rate is None else rate)
        known = ", ".join(sorted(set[str]().union(*_NAMES.values())))
        raise ValueError(f"AudioFormat.parse: unknown encoding {name!r}, expected one of {known}")


PCMU_8K: Final = AudioFormat(Encoding.ULAW, 8000)
PCMA_8K: Final = AudioFormat(Encoding.ALAW, 8000)
PCM16_8K: Final = AudioFormat(Encoding.PCM16, 8000)
PCM16_24K: Final = AudioFormat(Encoding.PCM16, 24000)


class SampleJoiner:
    """Whole samples from chunks that may end inside one."""

    def __init__(self, fmt: AudioFormat) -> None:
        self._sample_bytes = fmt.sample_bytes
        self._rest = b""

    def push(self, data: Buffer) -> bytes:
        byte_count(data, 1, "SampleJoiner.push")
        joined = b"".join((self._rest, data))
        whole = len(joined) - len(joined) % self._sample_bytes
        self._rest = joined[whole:]
        return joined[:whole]

    @property
    def pending(self) -> int:
        """Bytes kept for the next push."""
        return len(self._rest)

    def reset(self) -> None:
        self._rest = b""


class Reframer:
    """Whole frames from chunks of any size."""

    def __init__(self, fmt: AudioFormat, ms: int = FRAME_MS) -> None:
        if ms < 1:
            raise ValueError(f"Reframer: a frame of {ms} ms, expected at least 1")
        self._silence = fmt.silence(ms)
        self._sample_bytes = fmt.sample_bytes
        self._rest = b""

    def push(self, data: Buffer) -> list[bytes]:
        byte_count(data, 1, "Reframer.push")
        joined = b"".join((self._rest, data))
        size = len(self._silence)
        whole = len(joined) - len(joined) % size
        self._rest = joined[whole:]
        return [joined[start : start + size] for start in range(0, whole, size)]

    @property
    def pending(self) -> int:
        """Bytes kept for the next frame."""
        return len(self._rest)

    def flush(self) -> tuple[bytes, int] | None:
        """The last frame, filled up with silence, and how many of its bytes are real.

        Half a sample at the end is dropped. None if nothing is left.
        """
        real = self.pending - self.pending % self._sample_bytes
        frame = self._rest[:real] + self._silence[real:]
        self.reset()
        return (frame, real) if real else None

    def reset(self) -> None:
        self._rest = b""


def stack(frames: Sequence[Buffer], width: int, function: str = "stack") -> NDArray[np.uint8]:
    """One row of `width` bytes a frame: (n, width), read-only. ValueError for a frame of another size."""
    if not (set(map(type, frames)) <= {bytes} and set(map(len, frames)) <= {width}):
        for position, frame in enumerate(frames):
            size = byte_count(frame, 1, function)
            if size != width:
                raise ValueError(f"{function}: frame {position} has {size} bytes, not {width}")
    return np.frombuffer(b"".join(frames), CODE).reshape(len(frames), width)


def split(block: NDArray[Any]) -> list[bytes]:
    """The rows of a C-contiguous 2-d array."""
    if block.ndim != 2 or not block.flags.c_contiguous:
        raise ValueError(f"split: expected a C-contiguous 2-d array, got shape {block.shape}")
    if not block.size:
        return [b""] * block.shape[0]
    rows = block.view(np.dtype((np.void, block.itemsize * block.shape[1])))
    return rows.reshape(-1).tolist()  # an item of no type is bytes


def fade_out(frame: Buffer, fmt: AudioFormat, ms: float = 4.0) -> bytes:
    """`frame` with a straight ramp down to silence over its last `ms`; what is before stays as it is."""
    size = byte_count(frame, fmt.sample_bytes, "fade_out")
    if ms < 0:
        raise ValueError(f"fade_out: a ramp of {ms} ms, expected 0 or more")
    ramp = min(int(ms * fmt.rate / 1000), size // fmt.sample_bytes)
    start = size - ramp * fmt.sample_bytes
    data = bytes(frame)
    tail = np.frombuffer(transcode(data[start:], fmt.law, "pcm16"), PCM)
    faded = np.rint(tail * (np.arange(ramp)[::-1] / max(ramp, 1))).astype(PCM)
    return data[:start] + transcode(faded.tobytes(), "pcm16", fmt.law)
