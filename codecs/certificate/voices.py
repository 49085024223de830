"""People who speak, as a line carries them: recordings of Debian's pocketsphinx-testdata."""

import subprocess
from pathlib import Path
from typing import Final

import numpy as np

from .row import NotRun, require
from .signals import Samples

PACKAGE: Final = "pocketsphinx-testdata"
_RATE: Final = 16_000
_RAW: Final = ("goforward.raw", "numbers.raw", "something.raw", "dhd.2934z.raw")


def book() -> list[Samples]:
    """Sentences read by one man (LibriVox), as they were recorded, at 16 kHz. Raises NotRun."""
    return [_read(path) for path in _listed() if path.parent.name == "librivox"]


def reader() -> list[Samples]:
    """The same as a line carries them. Raises NotRun."""
    return [_line(each) for each in book()]


def player() -> list[Samples]:
    """Names of playing cards, said by another. Raises NotRun."""
    return [_line(_read(path)) for path in _listed() if path.parent.name == "cards"]


def commanders() -> list[Samples]:
    """Commands and numbers, said by others again. Raises NotRun."""
    return [_line(_read(path)) for path in _listed() if path.name in _RAW]


def _listed() -> list[Path]:
    try:
        listed = subprocess.run(
            ["dpkg", "-L", PACKAGE], capture_output=True, text=True, check=False
        ).stdout
    except FileNotFoundError:
        listed = ""
    paths = sorted(Path(line) for line in listed.splitlines() if line.endswith((".wav", ".raw")))
    if not paths:
        raise NotRun(f"recorded speech is not installed: Debian's {PACKAGE}")
    require("soundfile", "soxr")
    return paths


def _line(recorded: Samples) -> Samples:
    """8 kHz, rounded."""
    import soxr  # pyright: ignore[reportMissingTypeStubs]

    narrow = soxr.resample(recorded.astype(np.float64), _RATE, 8_000, "VHQ")
    return np.rint(narrow).clip(-32768, 32767).astype("<i2")


def _read(path: Path) -> Samples:
    import soundfile  # pyright: ignore[reportMissingTypeStubs]

    if path.suffix == ".raw":
        return np.fromfile(path, "<i2")
    signal, rate = soundfile.read(path, dtype="int16")
    if rate != _RATE:
        raise NotRun(f"{path.name} of Debian's {PACKAGE} has {rate} Hz, expected {_RATE}")
    return signal.astype("<i2")
