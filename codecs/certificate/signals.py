"""What the certificate is measured with: tones, noise, golden vectors, and the fit of a tone."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

TONES_HZ: Final = (301, 1004, 2003, 3001, 3397)  # not commensurate with the rates
AMPLITUDE: Final = 16_000  # -6.2 dBFS
_AT = np.arange(4801, dtype=np.int64)
GOLDEN_PCM: Final = ((7919 * _AT**2 + 104729 * _AT) % 65536 - 32768).astype("<i2")
GOLDEN_CODES: Final = ((31 * _AT**2 + 7 * _AT) % 256).astype(np.uint8)

Floats = NDArray[np.float64]
Samples = NDArray[np.int16]


def tone(hz: float, rate: int, seconds: float = 1.2) -> Samples:
    """A sine of the usual amplitude."""
    at = np.arange(int(rate * seconds)) / rate
    return np.rint(AMPLITUDE * np.sin(2 * np.pi * hz * at)).astype("<i2")


def noise(count: int, seed: int) -> Samples:
    """White, at full scale."""
    return np.random.default_rng(seed).integers(-32768, 32768, count).astype("<i2")


def laplacian(count: int, dbfs: float, seed: int) -> Samples:
    """Distributed as speech is, of that RMS level, saturated."""
    scale = 32768 * 10 ** (dbfs / 20) / np.sqrt(2)
    loud = np.random.default_rng(seed).laplace(0, scale, count)
    return np.rint(loud).clip(-32768, 32767).astype("<i2")


def samples(data: bytes) -> NDArray[np.int64]:
    """Of PCM16, little endian."""
    return np.frombuffer(data, "<i2").astype(np.int64)


def settled(signal: NDArray[Any], rate: int) -> Floats:
    """Without the first 0.2 s."""
    return signal[rate // 5 :].astype(np.float64)


def amplitudes(signal: NDArray[Any], rate: int, *hz: float) -> Floats:
    """Of tones, fitted together with a constant to the settled signal by least squares."""
    _, fit = _fitted(signal, rate, hz)
    return np.hypot(fit[:-1:2], fit[1:-1:2])


def snr_db(signal: NDArray[Any], rate: int, hz: float) -> float:
    """Power of a tone over all that is neither it nor a constant."""
    fitted, fit = _fitted(signal, rate, (hz,))
    rest = settled(signal, rate) - fitted
    return float(10 * np.log10(np.hypot(*fit[:2]) ** 2 / 2 / np.mean(rest**2)))


def _fitted(signal: NDArray[Any], rate: int, hz: tuple[float, ...]) -> tuple[Floats, Floats]:
    at = 2 * np.pi * np.arange(len(signal)) / rate
    columns = [wave(at * frequency) for frequency in hz for wave in (np.sin, np.cos)]
    table = settled(np.stack([*columns, np.ones_like(at)], axis=1), rate)
    fit = np.linalg.lstsq(table, settled(signal, rate))[0].astype(np.float64)
    return table @ fit, fit


def db(ratio: float) -> float:
    """Of amplitudes."""
    return float(20 * np.log10(ratio))
