"""Q: recorded speech, up and down scored apart by PESQ (ITU-T P.862), beside soxr and `ratecv`.

Apart, because a round trip forgives everything: the way down samples where the way up copied.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import fmean
from typing import Final

import numpy as np

from .. import resample
from ..g711 import audioop, transcode, ulaw_decode, ulaw_encode
from . import voices
from .row import Row, at_least, at_most, needs, printed, require
from .signals import Floats, Samples

LINE_HZ: Final = 3700  # what a line still carries: ITU-T G.712 wants 4 kHz well down
BAND_HZ: Final = 3400  # what it must carry
_LOWPASS_TAPS: Final = 2001
_CLIP = "5 LibriVox clips"

Through = Callable[[Samples], Samples]


@dataclass(frozen=True, slots=True)
class Scored:
    """PESQ of each clip for one way to resample."""

    scores: tuple[float, ...]

    @property
    def mean(self) -> float:
        return fmean(self.scores)

    @property
    def worst(self) -> float:
        return min(self.scores)


@needs("Q1", "Q2", "Q3")
def rows() -> Iterator[Row]:
    """Q1 to Q3."""
    require("pesq", "soxr")
    clips = voices.book()
    up = {name: _score_up(clips, through) for name, through in UP.items()}
    down = {name: _score_down(clips, through) for name, through in DOWN.items()}
    for row_id, way, found, least, worst in (
        ("Q1", "up, wide band", up, 4.43, 4.30),
        ("Q2", "down, narrow band", down, 4.31, 4.20),
    ):
        ours, soxr = found["ours"], found["soxr HQ"]
        yield at_least(row_id, f"PESQ {way}", ours.mean, least, _CLIP)
        yield at_least(row_id, f"PESQ {way}, worst clip", ours.worst, worst, _CLIP)
        yield at_least(row_id, f"PESQ {way}, over soxr HQ's", ours.mean - soxr.mean, -0.02, _CLIP)
        yield printed(row_id, f"PESQ {way}, soxr HQ", soxr.mean, _CLIP)
        yield printed(row_id, f"PESQ {way}, no resampler", found["ideal"].mean, _CLIP)
    yield at_most("Q3", "PESQ up of ratecv: the method sees it", up["ratecv"].mean, 2.5, _CLIP)
    yield printed("Q3", "PESQ down of ratecv", down["ratecv"].mean, _CLIP)


def _ideal(signal: Samples | Floats, rate_in: int, rate_out: int, quality: str = "VHQ") -> Floats:
    import soxr  # pyright: ignore[reportMissingTypeStubs]

    made: Floats = soxr.resample(signal.astype(np.float64), rate_in, rate_out, quality)
    return made


def _pcm(signal: Floats) -> Samples:
    return np.rint(signal).clip(-32768, 32767).astype("<i2")


def _score_up(clips: list[Samples], through: Through) -> Scored:
    """8 kHz mu-law to 24 kHz, heard at 16 kHz, against the same speech ideally up-sampled."""
    scores: list[float] = []
    for clip in clips:
        narrow = _pcm(_ideal(_lowpass(clip, 16_000, LINE_HZ), 16_000, 8_000))
        coded = ulaw_decode(ulaw_encode(narrow))
        heard = _pcm(_ideal(through(coded), 24_000, 16_000))
        scores.append(_pesq(16_000, _pcm(_ideal(narrow, 8_000, 16_000)), heard, "wb"))
    return Scored(tuple(scores))


def _score_down(clips: list[Samples], through: Through) -> Scored:
    """24 kHz to 8 kHz mu-law, against a telephone band cut ideally."""
    scores: list[float] = []
    for clip in clips:
        wide = _pcm(_ideal(clip, 16_000, 24_000))
        heard = ulaw_decode(ulaw_encode(through(wide)))
        reference = _pcm(_ideal(_lowpass(wide, 24_000, BAND_HZ), 24_000, 8_000))
        scores.append(_pesq(8_000, reference, heard, "nb"))
    return Scored(tuple(scores))


def _pesq(rate: int, reference: Samples, heard: Samples, band: str) -> float:
    from pesq import pesq  # pyright: ignore[reportMissingImports, reportMissingTypeStubs, reportUnknownVariableType]

    length = min(len(reference), len(heard))
    return float(pesq(rate, reference[:length], heard[:length], band))  # pyright: ignore[reportUnknownArgumentType]


def _lowpass(signal: Samples, rate: int, cut_hz: float) -> Floats:
    at = np.arange(_LOWPASS_TAPS) - _LOWPASS_TAPS // 2
    taps = np.sinc(2 * cut_hz / rate * at) * np.kaiser(_LOWPASS_TAPS, 8)
    scaled: Floats = taps / taps.sum()
    return np.convolve(signal.astype(np.float64), scaled, "same")


def _up_ours(coded: Samples) -> Samples:
    return np.frombuffer(resample.Upsampler("pcm16").push(coded.tobytes()), "<i2")


def _down_ours(wide: Samples) -> Samples:
    codes = resample.Downsampler("ulaw").push(wide.tobytes())
    return np.frombuffer(transcode(codes, "ulaw", "pcm16"), "<i2")


def _ratecv(rate_in: int, rate_out: int) -> Through:
    def through(signal: Samples) -> Samples:
        made, _ = audioop.ratecv(signal.astype(np.int16).tobytes(), 2, 1, rate_in, rate_out, None)
        return np.frombuffer(made, np.int16)

    return through


def _soxr(rate_in: int, rate_out: int, quality: str) -> Through:
    return lambda signal: _pcm(_ideal(signal, rate_in, rate_out, quality))


UP: Final[dict[str, Through]] = {
    "ours": _up_ours,
    "soxr HQ": _soxr(8_000, 24_000, "HQ"),
    "ratecv": _ratecv(8_000, 24_000),
    "ideal": _soxr(8_000, 24_000, "VHQ"),
}
DOWN: Final[dict[str, Through]] = {
    "ours": _down_ours,
    "soxr HQ": _soxr(24_000, 8_000, "HQ"),
    "ratecv": _ratecv(24_000, 8_000),
    "ideal": lambda wide: _pcm(_ideal(_lowpass(wide, 24_000, BAND_HZ), 24_000, 8_000)),
}
