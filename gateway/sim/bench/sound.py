"""Sound that carries the number of its message through mu-law, base64 and any good resampler.

A message's first 20 ms hold four levels, each long enough for a filter of 4 ms to settle before it
is read, and each one of sixteen: a number of 16 bits. The last level goes on to the message's end.
"""

import struct
from binascii import a2b_base64, b2a_base64
from typing import Literal

from ....codecs.g711 import transcode

Encoding = Literal["pcmu", "pcm24k"]

NUMBERS = 1 << 16
_STARTS = (0, 39, 81, 120)  # of the levels, in samples at 8 kHz: multiples of 3, as base64 wants
_READ_AT = (36, 75, 117, 156)  # likewise; 32 samples and more behind each start
_LOWEST, _STEP_BITS = -30_720, 12
_LEVELS = range(_LOWEST, 32_768, 1 << _STEP_BITS)


class NumberedSound:
    """Messages of one length in one encoding, as base64."""

    def __init__(self, encoding: Encoding, length_ms: int) -> None:
        ends = (*_STARTS[1:], length_ms * 8)
        self._parts = [
            [b2a_base64(_steady(encoding, level, end - start), newline=False) for level in _LEVELS]
            for start, end in zip(_STARTS, ends, strict=True)
        ]

    def text(self, number: int) -> str:
        """The message of that number, which counts modulo NUMBERS."""
        first, second, third, last = self._parts
        return (
            first[number >> 12 & 15]
            + second[number >> 8 & 15]
            + third[number >> 4 & 15]
            + last[number & 15]
        ).decode()


class NumberReader:
    """Reads numbers out of base64 in one encoding, whatever the sound has been through."""

    def __init__(self, encoding: Encoding) -> None:
        bytes_per_sample = 1 if encoding == "pcmu" else 6  # of a sample at 8 kHz
        self._at = tuple(place * bytes_per_sample // 3 * 4 for place in _READ_AT)
        self._levels = _Levels(encoding)

    def number(self, text: bytes, start: int) -> int:
        """The number of the message whose base64 starts there; any number if it is not ours."""
        a, b, c, d = self._at
        levels = self._levels
        return (
            levels[text[start + a : start + a + 4]] << 12
            | levels[text[start + b : start + b + 4]] << 8
            | levels[text[start + c : start + c + 4]] << 4
            | levels[text[start + d : start + d + 4]]
        )


class _Levels(dict[bytes, int]):
    """Four characters of base64 -> which of the levels stands there; learns what it meets."""

    def __init__(self, encoding: Encoding) -> None:
        super().__init__()
        self._encoding = encoding

    def __missing__(self, characters: bytes) -> int:
        raw = a2b_base64(characters)
        pcm = transcode(raw[:1], "ulaw", "pcm16") if self._encoding == "pcmu" else raw[:2]
        value: int = struct.unpack("<h", pcm)[0]
        self[characters] = level = (value + 32_768) >> _STEP_BITS
        return level


def _steady(encoding: Encoding, level: int, samples: int) -> bytes:
    sample = struct.pack("<h", level)
    if encoding == "pcmu":
        return transcode(sample, "pcm16", "ulaw") * samples
    return sample * (3 * samples)
