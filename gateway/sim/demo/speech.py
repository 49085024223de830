"""Speech from a file: read at any rate, cut at its pauses into what a caller says in one breath."""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ....codecs.g711 import ulaw_encode
from ....codecs.wav import load_audio

RATE: Final = 8_000
PAUSE_MS = 400  # shorter than the silence by which a detector ends a turn
SHORTEST_MS = 200
UTTERANCES_MAX = 6
LONGEST_MS = 30_000
_TOO_SHORT = f"the speech file holds no sound of {SHORTEST_MS} ms or more"
_WINDOW = RATE // 50
_KEPT_WINDOWS = 3  # of the quiet on either side, so that no consonant is lost
_NOISE_DB = 30.0  # what is this far below the loudest is no speech
_PAUSE_DB = 18.0  # what is this far below speech is a pause, to a detector too
_FAINTEST_DBFS = -60.0
_LEVEL_DBFS = -20.0

Samples = NDArray[np.float64]


class SpeechUnusable(ValueError):
    """The file holds nothing that a caller could say; the text says why and what to do."""


def read(path: Path) -> Samples:
    """A file as mono samples of -1 to 1 at 8000 Hz. Raises SpeechUnusable."""
    try:
        return load_audio(path, RATE) / 32_768
    except OSError as error:
        raise SpeechUnusable(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise SpeechUnusable(str(error).removeprefix("load_audio: ")) from error


def utterances(samples: Samples) -> list[bytes]:
    """Mu-law of each stretch between pauses, all raised to the level of a telephone voice.

    Stretches shorter than 200 ms are taken for clicks. Raises SpeechUnusable if nothing is left.
    """
    levels = _levels_dbfs(samples)
    if not levels.size:
        raise SpeechUnusable(_TOO_SHORT)
    loudest = levels.max(initial=-120.0)
    if loudest < _FAINTEST_DBFS:
        raise SpeechUnusable("the speech file is silent: record it again, louder")
    speech_dbfs = _mean_dbfs(levels[levels >= loudest - _NOISE_DB])
    spans = _spans(levels >= speech_dbfs - _PAUSE_DB)
    spoken = [span for span in spans if _ms(span) >= SHORTEST_MS]
    if not spoken:
        raise SpeechUnusable(_TOO_SHORT)
    gain = 10 ** ((_LEVEL_DBFS - speech_dbfs) / 20)
    return [_encoded(samples, span, gain) for span in spoken]


def _levels_dbfs(samples: Samples) -> Samples:
    """RMS of each 20 ms against full scale."""
    count = len(samples) // _WINDOW
    power = np.square(samples[: count * _WINDOW]).reshape(count, _WINDOW).mean(axis=1)
    return 10 * np.log10(np.maximum(power, 1e-12))


def _mean_dbfs(levels: Samples) -> float:
    return float(10 * np.log10(np.mean(10 ** (levels / 10))))


def _spans(is_loud: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last-plus-one window of each stretch without a long pause."""
    spans: list[tuple[int, int]] = []
    for window in np.flatnonzero(is_loud).tolist():
        if spans and (window - spans[-1][1]) * 20 < PAUSE_MS:
            spans[-1] = (spans[-1][0], window + 1)
        else:
            spans.append((window, window + 1))
    return spans


def _ms(span: tuple[int, int]) -> int:
    return (span[1] - span[0]) * 20


def _encoded(samples: Samples, span: tuple[int, int], gain: float) -> bytes:
    first = max(0, span[0] - _KEPT_WINDOWS) * _WINDOW
    last = (span[1] + _KEPT_WINDOWS) * _WINDOW
    pcm = (samples[first:last] * gain * 32_768).clip(-32_768, 32_767).astype(np.int16)
    return ulaw_encode(pcm).tobytes()[: LONGEST_MS * RATE // 1_000]
