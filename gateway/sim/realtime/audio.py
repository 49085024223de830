"""The sound of a simulated answer in the session's output format, whole 50 ms long."""

import functools
import random

import numpy as np

from ....codecs.frames import AudioFormat, Encoding
from ....codecs.g711 import transcode
from ....codecs.resample import Downsampler
from ..assumptions import Assumption
from ..tags import tagged
from .brains import Speech
from .items import AUDIO_GRID_MS

_MS_PER_CHARACTER = 65
_SHORTEST_MS = 400
_SYLLABLE_MS = 200
_MURMUR_PEAK = 6000


def speech_ms(speech: Speech) -> int:
    """How long it is, in whole audio tokens of 50 ms."""
    if speech.pcm:
        exact = -(-len(speech.pcm) // 48)
    elif speech.audio_ms is not None:
        exact = speech.audio_ms
    else:
        exact = max(_SHORTEST_MS, _MS_PER_CHARACTER * len(speech.text))
    return -(-exact // AUDIO_GRID_MS) * AUDIO_GRID_MS


def speech_audio(speech: Speech, audio_format: AudioFormat, item_number: int) -> bytes:
    """Its audio: the given samples, else tagged mu-law, else a murmur; silent up to 50 ms."""
    length_ms = speech_ms(speech)
    if speech.pcm:
        audio = _converted(speech.pcm, audio_format)
    elif audio_format.encoding is Encoding.ULAW:
        return tagged(item_number, 0, length_ms)
    else:
        audio = murmur(length_ms, audio_format)
    size = length_ms * audio_format.bytes_per_ms
    missing_ms = -(-(size - len(audio)) // audio_format.bytes_per_ms)
    return (audio + audio_format.silence(max(0, missing_ms)))[:size]


@functools.lru_cache(maxsize=64)
def murmur(length_ms: int, audio_format: AudioFormat) -> bytes:
    """Noise that swells and fades like syllables, without any tone; the same at every call."""
    count = length_ms * 24
    raw = random.Random("murmur").randbytes(2 * (count + 8))
    noise = np.frombuffer(raw, "<i2").astype(np.int64)
    smooth = sum(noise[shift : shift + count] for shift in range(8)) // 8
    phase = np.arange(count, dtype=np.int64) % (_SYLLABLE_MS * 24)
    half = _SYLLABLE_MS * 12
    swell = half - np.abs(phase - half)
    pcm = (smooth * swell // half * _MURMUR_PEAK // 32768).astype("<i2").tobytes()
    return _converted(pcm, audio_format)


@functools.lru_cache(maxsize=64)
def _converted(pcm: bytes, audio_format: AudioFormat) -> bytes:
    """PCM16 at 24 kHz as it goes out; G.711 comes 2 ms late, as through any filter."""
    if audio_format.encoding is Encoding.PCM16:
        return pcm
    down = Downsampler("pcm16")
    return transcode(down.push(pcm) + down.flush(), "pcm16", audio_format.encoding.value)


ASSUMPTIONS = (
    Assumption(
        "an item's audio is a multiple of 50 ms, trailing silence included",
        "documented",
        "recordings of gpt-realtime and gpt-realtime-2.1, 2026",
    ),
)
