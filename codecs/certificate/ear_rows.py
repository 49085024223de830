"""E: the ear beside an agent whose echo comes back, a caller who talks over it, and mere noise.

These are the voices that the settings were chosen with: the reader of a book, and those who play cards
(here the agent, at a telephone's -26 dBFS, ITU-T P.56) and say commands and numbers (the caller).
`ear_strangers` judges with others, and with louder agents.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import median
from time import process_time
from typing import Final

import numpy as np

from ..ear import Ear
from ..g711 import SILENCE_DBFS, level_dbfs, ulaw_encode
from . import voices
from .row import Row, at_most, exactly, needs, require, tried
from .signals import Floats, Samples

ECHO_DB: Final = (-10, -15, -20, -25, -35)
DELAYS_MS: Final = (60, 200, 450)
LINES_DBFS: Final = (None, -65.0)  # digital silence, and a quiet line
BURST_DBFS: Final = -22.0
NOISE_DBFS: Final = -30.0
_AGENT_DBFS: Final = -26.0
SECONDS: Final = 30
BURSTS_S: Final = (4.0, 8.5, 13.0, 17.5, 22.0, 26.5)
_BURST_MS: Final = 1_500
_FRAME: Final = 160
_CLICKS: Final = 4  # a second


@dataclass(frozen=True, slots=True)
class Condition:
    """How the agent's voice comes back to us, and what else is on the caller's line."""

    echo_db: float
    delay_ms: int
    line_dbfs: float | None


@dataclass(frozen=True, slots=True)
class Heard:
    """Of one condition: onsets that nobody spoke for, and after how long each burst was heard."""

    false: int
    latencies_ms: tuple[int, ...]


CONDITIONS: Final = tuple(Condition(*each) for each in product(ECHO_DB, DELAYS_MS, LINES_DBFS))


@needs("E1", "E2")
def talk_rows() -> Iterator[Row]:
    """E1 and E2."""
    require("soundfile", "soxr")
    agent = said_by(voices.player(), _AGENT_DBFS)
    bursts = [burst(each) for each in voices.commanders()]
    alone = [hear(agent, (), each) for each in CONDITIONS]
    known = f"{voices.PACKAGE}, which settings were chosen with"
    shown = f"{len(CONDITIONS) * SECONDS} s, {len(CONDITIONS)} conditions, {known}"
    yield exactly("E1", "onsets for the agent's echo", sum(each.false for each in alone), 0, shown)
    for echo_db in ECHO_DB:
        of_level = [each for each in CONDITIONS if each.echo_db == echo_db]
        found = [hear(agent, bursts, each).latencies_ms for each in of_level]
        shown = f"{len(of_level)} conditions, {known}"
        missed = sum(len(BURSTS_S) - len(each) for each in found)
        yield exactly("E2", f"bursts not heard over an echo of {echo_db} dB", missed, 0, shown)
        slowest = max(median(each) if each else _BURST_MS for each in found)
        bound = 500 if echo_db == -10 else 300
        yield at_most("E2", f"heard within, echo {echo_db} dB", slowest, bound, shown, unit="ms")


def noise_rows() -> Iterator[Row]:
    """E3."""
    for name, make in NOISES.items():
        found = onsets(make(60 * 8_000), None)
        yield exactly("E3", f"onsets for {name}", len(found), 0, f"60 s at {NOISE_DBFS:g} dBFS")
    yield from tried(_cost)


def _cost() -> Iterator[Row]:
    yield at_most("E3", "cost of a frame", hear_us(), 25, "CPU, median, echo", unit="µs")


def hear(agent: Samples, bursts: Sequence[Samples], condition: Condition) -> Heard:
    """Half a minute of the agent, and of a caller who says the bursts in turn, if there are any."""
    line = echo(agent, condition.echo_db, condition.delay_ms)
    if condition.line_dbfs is not None:
        line += at_level(white(len(line)), condition.line_dbfs)
    starts_ms = [int(1000 * each) for each in BURSTS_S] if bursts else []
    for number, start_ms in enumerate(starts_ms):
        said = bursts[number % len(bursts)]
        line[8 * start_ms :][: len(said)] += said
    found = onsets(line, agent)
    of_bursts = [[at - ms for at in found if 0 < at - ms <= _BURST_MS] for ms in starts_ms]
    latencies = tuple(of_burst[0] for of_burst in of_bursts if of_burst)
    return Heard(len(found) - sum(map(len, of_bursts)), latencies)


def onsets(line: Samples | Floats, played: Samples | None) -> list[int]:
    """When an ear that hears this line says that the caller starts to speak; ms at a frame's end."""
    ear = Ear()
    near = levels(line)
    far = levels(played) if played is not None else [SILENCE_DBFS] * len(near)
    heard = [ear.hear(*each) for each in zip(near, far, strict=True)]
    return [20 * (number + 1) for number, each in enumerate(heard) if each.onset]


def levels(signal: Samples | Floats) -> list[float]:
    """Of each whole frame, after mu-law."""
    codes = ulaw_encode(np.rint(signal).clip(-32768, 32767).astype("<i2")).tobytes()
    whole = range(0, len(codes) - _FRAME + 1, _FRAME)
    return [level_dbfs(codes[at : at + _FRAME], "ulaw") for at in whole]


def echo(agent: Samples, gain_db: float, delay_ms: int) -> Floats:
    """What of the agent's voice comes back, through a small room."""
    decay = np.exp(-np.arange(80) / 20) * np.random.default_rng(81).standard_normal(80)
    room = decay / np.sqrt(np.sum(decay**2)) * 10 ** (gain_db / 20)
    late = np.concatenate([np.zeros(8 * delay_ms), agent.astype(np.float64)])
    return np.convolve(late, room)[: len(agent)].astype(np.float64)


def said_by(clips: Sequence[Samples], dbfs: float) -> Samples:
    """Half a minute of someone, each clip at this level, with a short pause after each."""
    return spoken([at_level(clip, dbfs) for clip in clips])


def spoken(clips: Sequence[Floats]) -> Samples:
    """The same, as loud as they are."""
    pause = np.zeros(8 * 400)
    once = np.concatenate([part for clip in clips for part in (clip, pause)])
    return np.rint(np.resize(once, 8_000 * SECONDS)).clip(-32768, 32767).astype("<i2")


def burst(clip: Samples) -> Samples:
    """Its first second or so, from where it is loud, at the level that a caller has."""
    frames = clip[: len(clip) // _FRAME * _FRAME].reshape(-1, _FRAME).astype(np.float64)
    loud = np.sqrt(np.mean(frames**2, axis=1))
    start = _FRAME * int(np.argmax(loud > 0.1 * loud.max()))
    said = at_level(clip[start:][: 8 * 1_000], BURST_DBFS)
    return np.rint(said).clip(-32768, 32767).astype("<i2")


def white(count: int) -> Floats:
    return np.random.default_rng(83).standard_normal(count)


def _coloured(count: int, exponent: float) -> Floats:
    """Noise whose power falls with this power of the frequency."""
    spectrum = np.fft.rfft(white(count))
    spectrum[1:] /= np.arange(1, len(spectrum)) ** (exponent / 2)
    spectrum[: count // 400] = 0  # below 20 Hz nothing passes a telephone
    return np.fft.irfft(spectrum, count).astype(np.float64)


def _car(count: int) -> Floats:
    """Rumble that swells by 3 dB either way."""
    swell = 10 ** (3 * np.sin(2 * np.pi * 0.3 * np.arange(count) / 8_000) / 20)
    return _coloured(count, 2) * swell


def _clicks(count: int) -> Floats:
    """Of 2 ms, loud, on a quiet line."""
    luck = np.random.default_rng(89)
    line = at_level(white(count), -65)
    for at in luck.integers(0, count - 16, _CLICKS * count // 8_000):
        line[at : at + 16] += luck.uniform(-16_000, 16_000, 16)
    return line


NOISES: Final[dict[str, Callable[[int], Floats]]] = {
    "white noise": lambda count: at_level(white(count), NOISE_DBFS),
    "pink noise": lambda count: at_level(_coloured(count, 1), NOISE_DBFS),
    "a car": lambda count: at_level(_car(count), NOISE_DBFS),
    "clicks": _clicks,
}


def hear_us(frames: int = 5_000, runs: int = 5) -> float:
    """CPU of one frame while an echo comes back, in microseconds."""
    luck = np.random.default_rng(97)
    pairs = list(zip(luck.uniform(-60, -25, frames), luck.uniform(-40, -15, frames), strict=True))
    pairs = [(float(near), float(far)) for near, far in pairs]

    def run() -> float:
        ear = Ear()
        begun_s = process_time()
        for near, far in pairs:
            ear.hear(near, far)
        return (process_time() - begun_s) / frames * 1e6

    return median(run() for _ in range(runs))


def at_level(signal: Samples | Floats, dbfs: float) -> Floats:
    """The signal at that RMS level."""
    plain = signal.astype(np.float64)
    made: Floats = plain * (32_768 * 10 ** (dbfs / 20) / np.sqrt(np.mean(plain**2)))
    return made
