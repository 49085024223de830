"""The resampler in whole numbers: slow, and right by looking at it."""

from collections.abc import Sequence

from ..taps import SCALE_BITS, TAPS

_TAPS: list[int] = TAPS.tolist()


def rounded(scaled: int) -> int:
    """A sum of taps times samples as a sample: half to even, saturated."""
    whole, rest = divmod(scaled, 2**SCALE_BITS)
    half = 2 ** (SCALE_BITS - 1)
    whole += rest > half or (rest == half and whole % 2 == 1)
    return max(-32768, min(32767, whole))


def up(samples: Sequence[int]) -> list[int]:
    """8 kHz to 24 kHz, from silence: three for each."""
    phases = [_TAPS[phase::3] for phase in range(3)]
    return [
        rounded(3 * sum(tap * samples[n - k] for k, tap in enumerate(phases[phase]) if n >= k))
        for n in range(len(samples))
        for phase in range(3)
    ]


def down(samples: Sequence[int]) -> list[int]:
    """24 kHz to 8 kHz, from silence: one for each three that are whole."""
    return [
        rounded(sum(tap * samples[3 * m - k] for k, tap in enumerate(_TAPS) if 3 * m >= k))
        for m in range(len(samples) // 3)
    ]
