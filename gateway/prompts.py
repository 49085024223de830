"""The gateway's own sentences, spoken once and shipped as raw mu-law at 8000 Hz.

`python -m voicegate.gateway.prompts` speaks them anew, with the offline voice of the demo.
"""

from dataclasses import replace
from functools import cache
from pathlib import Path

from ..codecs.frames import FRAME_MS, PCMU_8K
from ..codecs.g711 import level_dbfs, transcode
from .core.terms import Prompts
from .ringback import cadence_for, ringback

SENTENCES = {
    "apology": "We are sorry. There is a technical problem on our side.",
    "goodbye": "Our time for this call is over. Thank you for calling. Goodbye.",
    "draining": "We are sorry, we have to end this call now. Please call again. Goodbye.",
}
LEVEL_DBFS = -20.0

_SOUNDS = Path(__file__).with_name("sounds")


def prompts_for(called: str) -> Prompts:
    """What a caller of this number hears from the gateway itself."""
    return replace(_spoken(), ringback=ringback(cadence_for(called)))


@cache
def _spoken() -> Prompts:
    return Prompts(**{name: _file(name).read_bytes() for name in SENTENCES})


def _file(name: str) -> Path:
    return _SOUNDS / f"{name}.ulaw"


def _render(sentence: str) -> bytes:
    import numpy as np  # as the voice below, of no use to a running gateway

    from .sim.voice import speak

    pcm = np.frombuffer(speak(sentence, rate=PCMU_8K.rate), "<i2").astype(np.float64)
    gain = 10 ** ((LEVEL_DBFS - level_dbfs(pcm.astype("<i2").tobytes(), "pcm16")) / 20)
    loud = np.rint(pcm * gain).clip(-32_768, 32_767).astype("<i2")
    codes = transcode(loud.tobytes(), "pcm16", "ulaw")
    missing = -len(codes) % PCMU_8K.frame_bytes(FRAME_MS)
    return codes + PCMU_8K.silence(1)[:1] * missing


if __name__ == "__main__":
    for name, sentence in SENTENCES.items():
        _file(name).write_bytes(_render(sentence))
