"""An offline voice for demos: text to PCM16, by SVOX Pico in the package py-nanotts."""

import functools
from dataclasses import dataclass

_PICO_RATE = 16000
_VOLUME = 0.3  # about -23 dBFS; at 1.0 it clips
_SILENT_BELOW = 200
_KEPT_MS = 30  # of the silence at either end


class VoiceMissing(RuntimeError):
    """The libraries of the offline voice are not installed."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks: language, pitch and speed (1.0 is the voice's own)."""

    language: str
    pitch: float
    speed: float


AGENT = Voice("en-US", pitch=1.05, speed=1.0)
CALLER = Voice("en-GB", pitch=0.75, speed=1.05)


@functools.cache
def speak(text: str, voice: Voice = AGENT, rate: int = 24000) -> bytes:
    """Speech as mono PCM16, little endian, at `rate`; the same bytes for the same request.

    Raises VoiceMissing when py-nanotts or soxr is not installed, ValueError for a language that
    Pico does not speak.
    """
    try:
        import numpy as np
        import soxr  # pyright: ignore[reportMissingTypeStubs]
        from py_nanotts import NanoTTS  # pyright: ignore[reportMissingTypeStubs]
    except ImportError as missing:
        raise VoiceMissing(
            f"the offline voice needs {missing.name}: pip install 'voicegate[demo]'"
        ) from missing
    spoken = NanoTTS().speak(
        text, voice=voice.language, pitch=voice.pitch, speed=voice.speed, volume=_VOLUME
    )
    pcm = np.frombuffer(spoken, "<i2")
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) >= _SILENT_BELOW)
    if not loud.size:
        return b""
    kept = _KEPT_MS * _PICO_RATE // 1000
    pcm = pcm[max(0, int(loud[0]) - kept) : int(loud[-1]) + kept]
    return soxr.resample(pcm, _PICO_RATE, rate).astype("<i2").tobytes()
