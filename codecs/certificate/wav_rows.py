"""W: recordings of calls come back code for code, cut where they may be; any rate comes in."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from ..g711 import transcode
from ..wav import CallWav, G711Law, LoadRate, load_audio, read_wav, repair
from .row import Row, at_most, exactly, needs, require
from .signals import GOLDEN_CODES, noise

LAWS: Final[tuple[G711Law, ...]] = ("ulaw", "alaw")
RATES_IN: Final = (8_000, 11_025, 16_000, 22_050, 44_100, 48_000)
RATES_OUT: Final[tuple[LoadRate, ...]] = (8_000, 24_000)
_CALLER, _AGENT = GOLDEN_CODES.tobytes(), GOLDEN_CODES[::-1].tobytes()
_HEADER: Final = 58
_FRAMES_CUT: Final = 20


def rows() -> Iterator[Row]:
    """W1, as far as we read it ourselves."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "call.wav")
        shown = f"{len(_CALLER)} frames, two laws"
        yield exactly("W1", "channels that came back changed", _changed(path), 0, shown)
        yield exactly("W1", "cuts that `repair` does not mend", _unmended(path), 0, "every byte")


@needs("W1", "W2")
def library_rows() -> Iterator[Row]:
    """W1 as libsndfile reads it, and W2."""
    require("soundfile", "soxr")
    with TemporaryDirectory() as folder:
        unlike = _unlike_libsndfile(Path(folder, "call.wav"))
    yield exactly("W1", "recordings libsndfile reads otherwise", unlike, 0, "two laws")
    name = "samples too many or too few"
    yield at_most("W2", name, max(map(_length_off, RATES_IN)), 1, "8 to 48 kHz in, 8 and 24 out")
    yield exactly("W2", "rates that differ when repeated", sum(map(_differing, RATES_IN)), 0, "6")


def _recorded(path: Path, law: G711Law, frames: int | None = None) -> Path:
    with CallWav(path, law) as wav:
        wav.write(_CALLER[:frames], _AGENT[:frames])
    return path


def _changed(path: Path) -> int:
    read = [read_wav(_recorded(path, law))[1] for law in LAWS]
    return sum(channels != [_CALLER, _AGENT] for channels in read)


def _unmended(path: Path) -> int:
    """Of a recording cut at every byte, those whose whole frames are not all there afterwards."""
    whole = _recorded(path, "ulaw", _FRAMES_CUT).read_bytes()
    return sum(not _is_mended(path, whole[:size]) for size in range(len(whole) + 1))


def _is_mended(path: Path, cut: bytes) -> bool:
    path.write_bytes(cut)
    try:
        frames = repair(path)
    except ValueError:  # a header that is not whole: nothing to mend, nothing changed
        return len(cut) < _HEADER and path.read_bytes() == cut
    expected = (len(cut) - _HEADER) // 2
    channels = [_CALLER[:expected], _AGENT[:expected]]
    return frames == expected and read_wav(path)[1] == channels


def _unlike_libsndfile(path: Path) -> int:
    import soundfile  # pyright: ignore[reportMissingTypeStubs]

    wrong = 0
    for law in LAWS:
        theirs, rate = soundfile.read(_recorded(path, law), dtype="int16")
        ours = [transcode(codes, law, "pcm16") for codes in (_CALLER, _AGENT)]
        expected = np.stack([np.frombuffer(pcm, "<i2") for pcm in ours], axis=1)
        wrong += rate != 8_000 or not np.array_equal(theirs, expected)
    return wrong


def _length_off(rate: int) -> float:
    count = rate // 2 + 7
    lengths = {to: len(load_audio(_file(rate, count), to)) for to in RATES_OUT}
    return max(abs(length - count * to / rate) for to, length in lengths.items())


def _differing(rate: int) -> int:
    file = _file(rate, rate // 2).getvalue()
    once, again = (load_audio(BytesIO(file), 8_000) for _ in range(2))
    return int(not np.array_equal(once, again))


def _file(rate: int, count: int) -> BytesIO:
    import soundfile  # pyright: ignore[reportMissingTypeStubs]

    file = BytesIO()
    soundfile.write(file, noise(count, seed=12), rate, format="WAV", subtype="PCM_16")
    file.seek(0)
    return file
