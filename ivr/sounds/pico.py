"""The offline voice: SVOX Pico in the package py-nanotts, with a process for each text."""

import importlib.metadata
import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np

from .encoding import RATE, Samples
from .reading import as_read
from .voice import Unspeakable

LANGUAGES = ("en-US", "en-GB", "de-DE", "es-ES", "fr-FR", "it-IT")
NEEDED = ("py_nanotts", "soundfile", "soxr")
RATE_16K = 16_000
LONGEST_S = 60  # of work; a text of 2,000 letters takes less than one
_PROGRAM = Path(__file__).with_name("pico_program.py")


class VoiceMissing(RuntimeError):
    """The libraries of the offline voice are not installed."""


class PicoVoice:
    """See Voice. Raises VoiceMissing."""

    name = "pico"
    languages = LANGUAGES

    def __init__(self) -> None:
        for name in NEEDED:
            if importlib.util.find_spec(name) is None:
                what = f"prompts cannot be made without {name}: pip install 'voicegate[flows]'"
                raise VoiceMissing(what)
        self.version = importlib.metadata.version("py-nanotts")

    def speak(self, text: str, language: str) -> Samples:
        """See Voice. The same text gives the same samples."""
        import soxr  # pyright: ignore[reportMissingTypeStubs]

        spoken = _speak(as_read(text), language)
        return soxr.resample(np.frombuffer(spoken, "<i2") / 32768.0, RATE_16K, RATE, quality="VHQ")


def _speak(text: str, language: str) -> bytes:
    """PCM16 at 16 kHz."""
    command = [sys.executable, "-P", str(_PROGRAM), language]
    try:
        ran = subprocess.run(
            command, input=text.encode(), capture_output=True, timeout=LONGEST_S, check=True
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        what = "the voice cannot speak this text"
        raise Unspeakable(what, "Write it in other words, or give a {file: …}") from error
    return ran.stdout
