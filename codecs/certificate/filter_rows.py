"""R1 to R6: the filter's response, and what tones become on their way through the objects."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from .. import resample, taps
from ..g711 import transcode
from .row import Row, at_least, at_most, exactly
from .signals import AMPLITUDE, TONES_HZ, Floats, Samples, amplitudes, db, samples, snr_db, tone

RATE: Final = 24_000
_POINTS: Final = 2**20
_DIGEST: Final = "676fab37f0468d5bf3de3d2203dfa20812548112aba1af1490924617d219db39"


def response_db() -> Floats:
    """The filter's gain at `_POINTS / 2 + 1` frequencies from 0 to 12 kHz."""
    gain = np.abs(np.fft.rfft(taps.TAPS / 2**taps.SCALE_BITS, _POINTS))
    decibels: Floats = 20 * np.log10(gain.clip(1e-12))
    return decibels


def band_db(from_hz: float, to_hz: float) -> Floats:
    """The part of the response between two frequencies."""
    per_hz = _POINTS / RATE
    return response_db()[int(np.ceil(from_hz * per_hz)) : int(to_hz * per_hz) + 1]


def rows() -> Iterator[Row]:
    """R1 to R6."""
    digest = hashlib.sha256(taps.TAPS.astype("<i4").tobytes()).hexdigest()
    yield exactly("R1", "digest of the taps", digest[:12], _DIGEST[:12], "SHA-256")
    rejection = -band_db(4200, 12000).max()
    yield at_least("R1", "rejection from 4200 Hz", rejection, 66.5, "2^20-point FFT", unit="dB")
    band = band_db(300, 3400)
    ripple = band.max() - band.min()
    yield at_most("R2", "ripple 300-3400 Hz", ripple, 0.05, "2^20-point FFT", unit="dB")
    off = _off_by_db(up, 8000, RATE)
    yield at_most("R2", "tones up are off by", off, 0.03, "fit", unit="dB")
    off = _off_by_db(down, RATE, 8000)
    yield at_most("R2", "tones down are off by", off, 0.03, "fit", unit="dB")
    yield at_least("R3", "images down by", _images_db(), 66, "101…3800 Hz step 37", unit="dB")
    yield at_least("R3", "aliases down by", _aliases_db(), 66, "4203…11990 Hz step 37", unit="dB")
    for hz in TONES_HZ:
        found = snr_db(up(tone(hz, 8000)), RATE, hz)
        yield at_least("R4", f"SNR up, {hz} Hz, images are noise", found, 66, "fit", unit="dB")
    for hz in TONES_HZ:
        found = snr_db(down(tone(hz, RATE)), 8000, hz)
        yield at_least("R5", f"SNR down, {hz} Hz", found, 90, "fit", unit="dB")
    there = up(tone(1004, 8000)).astype("<i2")
    yield at_least(
        "R6", "SNR round trip 1004 Hz", snr_db(down(there), 8000, 1004), 88, "fit", unit="dB"
    )
    coded = _round_trip_in_mu_law(tone(1004, 8000))
    yield at_least("R6", "the same in μ-law", snr_db(coded, 8000, 1004), 39.2, "fit", unit="dB")


def up(signal: Samples) -> Floats:
    """Through an object as a call has it."""
    return samples(resample.Upsampler("pcm16").push(signal.tobytes())).astype(np.float64)


def down(signal: Samples) -> Floats:
    """Through an object as a call has it."""
    return samples(resample.Downsampler("pcm16").push(signal.tobytes())).astype(np.float64)


def _off_by_db(through: Callable[[Samples], Floats], rate_in: int, rate_out: int) -> float:
    found = (amplitudes(through(tone(hz, rate_in)), rate_out, hz)[0] for hz in TONES_HZ)
    sent = (amplitudes(tone(hz, rate_in), rate_in, hz)[0] for hz in TONES_HZ)
    return max(abs(db(got / put)) for got, put in zip(found, sent, strict=True))


def _images_db() -> float:
    """The loudest of what mirrors a tone around 8 kHz, below the tone that was sent."""
    loudest = 0.0
    for hz in range(101, 3801, 37):
        fit = amplitudes(up(tone(hz, 8000, 0.6)), RATE, hz, 8000 - hz, 8000 + hz)
        loudest = max(loudest, float(fit[1:].max()))
    return db(AMPLITUDE / loudest)


def _aliases_db() -> float:
    """The loudest of what tones above the band become within it, below the tone that was sent."""
    loudest = 0.0
    for hz in range(4203, 11991, 37):
        folded = abs((hz + 4000) % 8000 - 4000)
        fit = amplitudes(down(tone(hz, RATE, 0.6)), 8000, folded)
        loudest = max(loudest, float(fit[0]))
    return db(AMPLITUDE / loudest)


def _round_trip_in_mu_law(signal: Samples) -> Floats:
    codes = transcode(signal.tobytes(), "pcm16", "ulaw")
    there = resample.Upsampler("ulaw").push(codes)
    back = resample.Downsampler("ulaw").push(there)
    return samples(transcode(back, "ulaw", "pcm16")).astype(np.float64)
