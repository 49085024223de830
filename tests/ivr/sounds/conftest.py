"""The offline voice, and files as people record them."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from voicegate.ivr.sounds.encoding import Samples
from voicegate.ivr.sounds.pico import PicoVoice

MakeWav = Callable[..., Path]


@pytest.fixture(scope="session")
def pico() -> PicoVoice:
    """Needs its libraries, which every set-up for tests has."""
    return PicoVoice()


@pytest.fixture
def wav(tmp_path: Path) -> MakeWav:
    """A file of any rate, channels and bits; full scale is 1."""

    def write(samples: Samples, rate: int, channels: int = 1, bits: int = 16) -> Path:
        whole = np.rint(samples * (2 ** (bits - 1) - 1)).astype(np.int64)
        woven = np.repeat(whole, channels)
        if bits == 8:
            audio = (woven + 128).astype(np.uint8).tobytes()
        else:
            audio = woven.astype("<i4").view(np.uint8).reshape(-1, 4)[:, : bits // 8].tobytes()
        width = channels * bits // 8
        fmt = struct.pack("<HHIIHH", 1, channels, rate, rate * width, width, bits)
        head = struct.pack("<4sI4s4sI", b"RIFF", 36 + len(audio), b"WAVE", b"fmt ", 16)
        path = tmp_path / f"{rate}-{channels}-{bits}.wav"
        path.write_bytes(head + fmt + struct.pack("<4sI", b"data", len(audio)) + audio)
        return path

    return write
