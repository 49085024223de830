"""People who speak, as a line carries them: recordings of Debian's packages."""

import subprocess
from pathlib import Path
from typing import Final

import numpy as np

from .row import NotRun, require
from .signals import Samples

PACKAGE: Final = "pocketsphinx-testdata"
STRANGERS: Final = "codec2-examples"  # people that no setting was chosen with
PROMPTS: Final = "asterisk-core-sounds-en-wav"
_RATE: Final = 16_000
_LINE_RATE: Final = 8_000
_RAW: Final = ("goforward.raw", "numbers.raw", "something.raw", "dhd.2934z.raw")
STRANGERS_FILES: Final = (  # others are these once more, or modems; hts holds those whose names begin so
    *("big_dog.raw", "cq_ref.raw", "cross.raw", "forig.raw", "g3plx.raw", "hts.raw", "hts1a.raw"),
    *("hts2a.raw", "kristoff.raw", "mmt1.raw", "morig.raw", "ve9qrp.raw", "vk5qi.raw"),
    *("speech_orig_16k.wav", "wia_16kHz.wav"),
)


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


def strangers() -> dict[str, Samples]:
    """Readers and radio amateurs, by the names of their files. Raises NotRun."""
    paths = {path.name: path for path in _listed(STRANGERS)}
    if missing := set(STRANGERS_FILES) - paths.keys():
        raise NotRun(f"Debian's {STRANGERS} has no {', '.join(sorted(missing))}")
    return {Path(name).stem: _stranger(paths[name]) for name in STRANGERS_FILES}


def _stranger(path: Path) -> Samples:
    return _line(_read(path)) if path.suffix == ".wav" else _read(path)


def prompts() -> list[Samples]:
    """All that a telephone exchange says, by one woman; beeps and silence too. Raises NotRun."""
    return [_read(path, _LINE_RATE) for path in _listed(PROMPTS)]


def _listed(package: str = PACKAGE) -> list[Path]:
    try:
        listed = subprocess.run(
            ["dpkg", "-L", package], capture_output=True, text=True, check=False
        ).stdout
    except FileNotFoundError:
        listed = ""
    paths = sorted(Path(line) for line in listed.splitlines() if line.endswith((".wav", ".raw")))
    if not paths:
        raise NotRun(f"recorded speech is not installed: Debian's {package}")
    require("soundfile", "soxr")
    return paths


def _line(recorded: Samples) -> Samples:
    """8 kHz, rounded."""
    import soxr  # pyright: ignore[reportMissingTypeStubs]

    narrow = soxr.resample(recorded.astype(np.float64), _RATE, _LINE_RATE, "VHQ")
    return np.rint(narrow).clip(-32768, 32767).astype("<i2")


def _read(path: Path, expected: int = _RATE) -> Samples:
    import soundfile  # pyright: ignore[reportMissingTypeStubs]

    if path.suffix == ".raw":
        return np.fromfile(path, "<i2")
    signal, rate = soundfile.read(path, dtype="int16")
    if rate != expected:
        raise NotRun(f"{path.name} of Debian's package has {rate} Hz, expected {expected}")
    return signal.astype("<i2")
