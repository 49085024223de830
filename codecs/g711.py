"""G.711 mu-law and A-law: tables made by arithmetic, the conversions between them, the level."""

import math
import sys
import warnings
from collections.abc import Callable
from typing import Final, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from .buffer import CODE, PCM, Buffer, as_array, byte_count, check_out

with (
    warnings.catch_warnings()
):  # the standard library's until Python 3.13, audioop-lts from then on
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

Law = Literal["ulaw", "alaw", "pcm16"]
Sample = TypeVar("Sample", np.int16, np.uint8)

SILENCE_DBFS: Final = -120.0


def _frozen(table: NDArray[np.int64], dtype: np.dtype[Sample]) -> NDArray[Sample]:
    typed = table.astype(dtype)
    typed.flags.writeable = False
    return typed


def _floor_log2(values: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.frexp(values)[1].astype(np.int64) - 1


def _every_sample() -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Magnitudes and signs of all 16-bit samples; negatives in one's complement, as ITU-T G.191."""
    samples = np.arange(-32768, 32768)
    positive = samples >= 0
    return np.where(positive, samples, ~samples), positive


def _ulaw_decoding() -> NDArray[np.int64]:
    codes = np.arange(256) ^ 0xFF
    magnitude = (((2 * (codes & 15) + 33) << ((codes >> 4) & 7)) - 33) << 2
    return np.where(codes & 0x80, -magnitude, magnitude)


def _ulaw_encoding() -> NDArray[np.int64]:
    magnitude, positive = _every_sample()
    biased = np.minimum((magnitude >> 2) + 33, 0x1FFF)
    segment = _floor_log2(biased >> 5)
    mantissa = (biased >> (segment + 1)) & 15
    return ((segment << 4 | mantissa) ^ 0x7F) | np.where(positive, 0x80, 0)


def _alaw_decoding() -> NDArray[np.int64]:
    codes = np.arange(256) ^ 0x55
    segment = (codes >> 4) & 7
    half_up = ((codes & 15) << 4) + 8
    magnitude = np.where(segment, (half_up + 256) << np.maximum(segment - 1, 0), half_up)
    return np.where(codes & 0x80, magnitude, -magnitude)


def _alaw_encoding() -> NDArray[np.int64]:
    magnitude, positive = _every_sample()
    steps = magnitude >> 4
    segment = np.maximum(_floor_log2(steps | 8) - 3, 0)
    mantissa = (steps >> np.maximum(segment - 1, 0)) & 15
    return ((segment << 4 | mantissa) | np.where(positive, 0x80, 0)) ^ 0x55


ULAW_DEC: Final = _frozen(_ulaw_decoding(), PCM)  # (256,), index = code
ALAW_DEC: Final = _frozen(_alaw_decoding(), PCM)
ULAW_ENC: Final = _frozen(_ulaw_encoding(), CODE)  # (65536,), index = sample + 32768
ALAW_ENC: Final = _frozen(_alaw_encoding(), CODE)


def _lookup(
    table: NDArray[Sample], index: NDArray[np.integer], out: NDArray[Sample] | None, function: str
) -> NDArray[Sample]:
    if out is None:
        return table.take(index, mode="clip")
    check_out(out, table.dtype, index.shape, function)
    return table.take(index, out=out, mode="clip")  # "raise" would buffer `out`


def _decode(
    table: NDArray[np.int16],
    codes: Buffer | NDArray[np.uint8],
    out: NDArray[np.int16] | None,
    function: str,
) -> NDArray[np.int16]:
    return _lookup(table, as_array(codes, CODE, function), out, function)


def _encode(
    table: NDArray[np.uint8],
    pcm: Buffer | NDArray[np.int16],
    out: NDArray[np.uint8] | None,
    function: str,
) -> NDArray[np.uint8]:
    index = as_array(pcm, PCM, function).astype(np.intp)
    index += 32768
    return _lookup(table, index, out, function)


def ulaw_decode(
    codes: Buffer | NDArray[np.uint8], out: NDArray[np.int16] | None = None
) -> NDArray[np.int16]:
    """Samples of mu-law codes, any shape; into `out` if it is given."""
    return _decode(ULAW_DEC, codes, out, "ulaw_decode")


def ulaw_encode(
    pcm: Buffer | NDArray[np.int16], out: NDArray[np.uint8] | None = None
) -> NDArray[np.uint8]:
    """Mu-law codes of samples, any shape, by the rule of ITU-T G.191 (not audioop's)."""
    return _encode(ULAW_ENC, pcm, out, "ulaw_encode")


def alaw_decode(
    codes: Buffer | NDArray[np.uint8], out: NDArray[np.int16] | None = None
) -> NDArray[np.int16]:
    """Samples of A-law codes, any shape. There is no zero: the idle code 0xD5 is +8."""
    return _decode(ALAW_DEC, codes, out, "alaw_decode")


def alaw_encode(
    pcm: Buffer | NDArray[np.int16], out: NDArray[np.uint8] | None = None
) -> NDArray[np.uint8]:
    """A-law codes of samples, any shape."""
    return _encode(ALAW_ENC, pcm, out, "alaw_encode")


ULAW_TO_ALAW: Final = alaw_encode(ULAW_DEC).tobytes()  # for bytes.translate
ALAW_TO_ULAW: Final = ulaw_encode(ALAW_DEC).tobytes()


_swap: Final[Callable[[Buffer], bytes]] = (  # between this machine's order and little endian
    bytes if sys.byteorder == "little" else lambda pcm: audioop.byteswap(pcm, 2)
)


_SAMPLE_BYTES: Final[dict[str, int]] = {"ulaw": 1, "alaw": 1, "pcm16": 2}
_STEPS: Final[dict[tuple[str, str], Callable[[Buffer], bytes]]] = {
    ("ulaw", "ulaw"): bytes,
    ("ulaw", "alaw"): lambda codes: bytes(codes).translate(ULAW_TO_ALAW),
    ("ulaw", "pcm16"): lambda codes: _swap(audioop.ulaw2lin(codes, 2)),
    ("alaw", "ulaw"): lambda codes: bytes(codes).translate(ALAW_TO_ULAW),
    ("alaw", "alaw"): bytes,
    ("alaw", "pcm16"): lambda codes: _swap(audioop.alaw2lin(codes, 2)),
    ("pcm16", "ulaw"): lambda pcm: ulaw_encode(pcm).tobytes(),
    ("pcm16", "alaw"): lambda pcm: alaw_encode(pcm).tobytes(),
    ("pcm16", "pcm16"): bytes,
}


def sample_bytes(law: Law, function: str = "sample_bytes") -> int:
    """1 or 2; ValueError, in the name of `function`, for an unknown law."""
    if law not in _SAMPLE_BYTES:
        raise ValueError(f"{function}: law {law!r}, expected ulaw, alaw or pcm16")
    return _SAMPLE_BYTES[law]


def transcoder(source: Law, target: Law) -> Callable[[Buffer], bytes]:
    """What turns whole samples, already checked, from `source` to `target`."""
    if (source, target) not in _STEPS:
        raise ValueError(f"transcode: {source!r} to {target!r}, expected ulaw, alaw or pcm16")
    return _STEPS[source, target]


def transcode(data: Buffer, source: Law, target: Law) -> bytes:
    """`data` in another law, through linear samples. Fine for one conversion: do not chain."""
    step = transcoder(source, target)
    byte_count(data, sample_bytes(source), "transcode")
    return step(data)


def _wide(data: Buffer, law: Law) -> bytes:
    """Samples in the upper half of 32 bits, in this machine's order."""
    if law == "ulaw":
        return audioop.ulaw2lin(data, 4)
    if law == "alaw":
        return audioop.alaw2lin(data, 4)
    return audioop.lin2lin(_swap(data), 2, 4)


def level_dbfs(data: Buffer, law: Law) -> float:
    """Level against an RMS of 32768: a full-scale sine is -3.01, silence (or nothing) -120.0."""
    byte_count(data, sample_bytes(law, "level_dbfs"), "level_dbfs")
    rms = audioop.rms(_wide(data, law), 4)  # a whole number, so 16 bits more keep its fraction
    return max(20 * math.log10(rms / 2**31), SILENCE_DBFS) if rms else SILENCE_DBFS
