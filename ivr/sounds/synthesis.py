"""Sounds made by arithmetic, so that nobody holds rights in them: the tone, and calm music."""

from typing import Final

import numpy as np

from .encoding import RATE, Samples
from .loudness import faded

TONE_HZ, TONE_MS, TONE_DBFS = 1000, 250, -20.0
MUSIC_DBFS: Final = -26.0  # below speech: it is there for whoever waits
# Two rounds of four bars, three seconds each: C major seven, A minor seven, F major seven, G six.
_BAR_S: Final = 3.0
_CHORDS: Final = ((60, 64, 67, 71), (57, 60, 64, 67), (53, 57, 60, 64), (55, 59, 62, 64)) * 2
_STEPS: Final = (  # notes of a chord, one each half second
    (0, 2, 1, 3, 2, 1),
    (3, 1, 2, 0, 1, 2),
    (1, 3, 2, 0, 2, 3),
)
_OVERTONES: Final = (1.0, 0.28, 0.09)
LOOP_S: Final = _BAR_S * len(_CHORDS)


def tone() -> Samples:
    """A short sine: speak after this."""
    time = np.arange(RATE * TONE_MS // 1000) / RATE
    loud = np.sqrt(2) * 10 ** (TONE_DBFS / 20)
    return faded(loud * np.sin(2 * np.pi * TONE_HZ * time))


def calm() -> Samples:
    """24 s of slow chords and plucked notes, to be played over and over.

    Every note rings on over the end into the beginning, so that there is no seam.
    """
    loop = np.zeros(int(RATE * LOOP_S))
    pitches = {pitch for chord in _CHORDS for pitch in chord}
    held = {pitch: 0.5 * _held(pitch) for pitch in pitches}
    plucked = {pitch: 0.4 * _plucked(pitch + 12) for pitch in pitches}
    for bar, chord in enumerate(_CHORDS):
        at_s = bar * _BAR_S
        for pitch in chord:
            _add(loop, held[pitch], at_s)
        for step, place in enumerate(_STEPS[bar % len(_STEPS)]):
            _add(loop, plucked[chord[place]], at_s + step * _BAR_S / 6)
    return loop * 10 ** (MUSIC_DBFS / 20) / np.sqrt(np.square(loop).mean())


def _add(loop: Samples, note: Samples, at_s: float) -> None:
    """What is beyond the end goes to the beginning."""
    begin = int(at_s * RATE)
    fits = min(len(note), len(loop) - begin)
    loop[begin : begin + fits] += note[:fits]
    loop[: len(note) - fits] += note[fits:]


def _held(pitch: int) -> Samples:
    """Swells and dies away into the next bar."""
    length_s = _BAR_S * 1.5
    return _ringing(pitch, length_s) * np.sin(np.pi * _time(length_s) / length_s) ** 2


def _plucked(pitch: int) -> Samples:
    length_s = 2.0
    time = _time(length_s)
    return (
        _ringing(pitch, length_s) * np.minimum(time / 0.01, 1) * np.exp(-3 * time) * (2 - time) / 2
    )


def _ringing(pitch: int, length_s: float) -> Samples:
    """A note by its number (69 is 440 Hz) with soft overtones."""
    turns = 440 * 2 ** ((pitch - 69) / 12) * _time(length_s)
    parts = (gain * np.sin(2 * np.pi * turns * (n + 1)) for n, gain in enumerate(_OVERTONES))
    return np.sum([*parts], axis=0)


def _time(length_s: float) -> Samples:
    return np.arange(int(RATE * length_s)) / RATE
