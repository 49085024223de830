"""D: keys found in noise, the limits of what is a key, and speech that is none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..dtmf import HIGH_HZ, KEYS, LOW_HZ, DtmfDetector
from ..g711 import ulaw_decode, ulaw_encode
from . import voices
from .row import Row, at_least, at_most, exactly, needs, require
from .signals import Floats, Samples

TIMES_MS: Final = ((60, 60), (100, 60), (40, 40))
SNR_DB: Final = (30, 20, 15)
_DIGITS: Final = 100
_PEAK_DBFS: Final = -12.0


@dataclass(frozen=True, slots=True)
class Press:
    """How a telephone sends a key: both tones off by a part in a hundred, the high one louder."""

    key: str
    on_ms: float
    off_ms: float
    off_percent: float = 0.0
    twist_db: float = 0.0
    peak_dbfs: float = _PEAK_DBFS


@dataclass(frozen=True, slots=True)
class Found:
    """Of so many presses."""

    percent: float
    extra: int


def rows() -> Iterator[Row]:
    """D1 and D2."""
    for on_ms, off_ms in TIMES_MS:
        for snr_db in SNR_DB:
            found, shown = in_noise(on_ms, off_ms, snr_db), f"{_DIGITS} keys"
            keys = f"keys {on_ms} ms on, {off_ms} off, {snr_db} dB over noise"
            least = 85 if on_ms == 40 else 100
            yield at_least("D1", f"{keys}: found", found.percent, least, shown, unit="%")
            yield exactly("D1", f"{keys}: too many", found.extra, 0, shown)
    yield at_least("D2", "keys found, ±1.5 % off", _worst_of(off_percent=1.5), 100, "all", unit="%")
    yield at_most("D2", "keys found, ±3.5 % off", _best_of(off_percent=3.5), 0, "all", unit="%")
    yield at_least("D2", "keys found, ±6 dB twist", _worst_of(twist_db=6), 100, "all", unit="%")
    yield at_most("D2", "keys found, ±10 dB twist", _best_of(twist_db=10), 0, "all", unit="%")
    yield at_least("D2", "keys found, 50 ms long", swept(on_ms=50), 100, "any start", unit="%")
    yield at_most("D2", "keys found, 20 ms long", swept(on_ms=20), 0, "any start", unit="%")
    quiet = swept(peak_dbfs=-38)
    yield at_least("D2", "keys found, a peak of -38 dBFS", quiet, 100, "any start", unit="%")


@needs("D3")
def talk_rows() -> Iterator[Row]:
    """D3."""
    require("soundfile", "soxr")
    clips = [*voices.reader(), *voices.player(), *voices.commanders()]
    seconds = sum(map(len, clips)) / 8_000
    found = sum(len(keys_in(clip)) for clip in clips)
    yield exactly("D3", "keys found in speech", found, 0, f"{seconds:.0f} s through mu-law")


@needs("D3")
def prompt_rows() -> Iterator[Row]:
    """D3, with what telephones say, and with other people."""
    require("soundfile", "soxr")
    for name, clips in (
        ("prompts", voices.prompts()),
        ("the speech of strangers", list(voices.strangers().values())),
    ):
        seconds = sum(map(len, clips)) / 8_000
        found = sum(len(keys_in(clip)) for clip in clips)
        shown = f"{len(clips)} files, {seconds:.0f} s through mu-law"
        yield exactly("D3", f"keys found in {name}", found, 0, shown)


def in_noise(on_ms: float, off_ms: float, snr_db: float) -> Found:
    """A hundred keys, each with its own offset and twist, in white noise so far below a key."""
    luck = np.random.default_rng(int(1_000 * on_ms + snr_db))
    presses = [
        Press(KEYS[key], on_ms, off_ms + pause, off_percent, twist_db)
        for key, pause, off_percent, twist_db in zip(
            luck.integers(0, len(KEYS), _DIGITS),
            luck.uniform(-2, 2, _DIGITS),  # or all would begin at one place of the windows' grid
            luck.uniform(-1.5, 1.5, _DIGITS),
            luck.uniform(-4, 2, _DIGITS),
            strict=True,
        )
    ]
    line = sounding(presses)
    rms = 32_768 * 10 ** ((_PEAK_DBFS - snr_db) / 20)  # two tones have the power of one's peak
    return judged(presses, keys_in(line + rms * luck.standard_normal(len(line))))


def judged(presses: Sequence[Press], found: Sequence[tuple[str, int]]) -> Found:
    """A key counts once, if it is found before the next one begins."""
    unused, right, end = list(found), 0, 0.0
    for press in presses:
        start, end = end, end + 8 * (press.on_ms + press.off_ms)
        hits = [each for each in unused if each[0] == press.key and start < each[1] <= end]
        for hit in hits[:1]:
            unused.remove(hit)
            right += 1
    return Found(100 * right / len(presses), len(unused))


def swept(
    off_percent: float = 0.0, twist_db: float = 0.0, on_ms: float = 100, peak_dbfs: float = -12
) -> float:
    """Percent of keys found: each of them ten times, at other places of the windows' grid."""
    presses = [
        Press(key, on_ms, 150 + 2.125 * turn, off_percent, twist_db, peak_dbfs)
        for turn in range(10)
        for key in KEYS
    ]
    return judged(presses, keys_in(sounding(presses))).percent


def _worst_of(off_percent: float = 0.0, twist_db: float = 0.0) -> float:
    return min(swept(sign * off_percent, sign * twist_db) for sign in (-1, 1))


def _best_of(off_percent: float = 0.0, twist_db: float = 0.0) -> float:
    return max(swept(sign * off_percent, sign * twist_db) for sign in (-1, 1))


def sounding(presses: Sequence[Press]) -> Floats:
    """The keys one after the other, at 8 kHz."""
    return np.concatenate([_pressed(each) for each in presses])


def _pressed(press: Press) -> Floats:
    row, column = divmod(KEYS.index(press.key), 4)
    at = np.arange(round(8 * press.on_ms)) / 8_000
    both = np.zeros(round(8 * (press.on_ms + press.off_ms)))
    for hz, sign in ((LOW_HZ[row], -1), (HIGH_HZ[column], 1)):
        peak = 32_768 * 10 ** ((press.peak_dbfs + sign * press.twist_db / 2) / 20)
        turns = 2 * np.pi * hz * (1 + press.off_percent / 100) * at
        both[: len(at)] += peak * np.sin(turns)
    return both


def keys_in(line: Samples | Floats) -> list[tuple[str, int]]:
    """Keys and samples at which they were found, after mu-law."""
    pcm = np.rint(line).clip(-32768, 32767).astype("<i2")
    hits = DtmfDetector().push(ulaw_decode(ulaw_encode(pcm)))
    return [(hit.key, hit.at_sample) for hit in hits]
