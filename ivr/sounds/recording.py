"""Prompts that somebody recorded: a WAV file to samples, or the reason why not."""

import os
from io import BytesIO
from pathlib import Path

import numpy as np

from ...codecs.wav import load_audio
from .encoding import RATE, Samples
from .voice import Unspeakable

LONGEST_S = 300
BYTES_MAX = 200_000_000  # more than five minutes of anything sensible
RECORD_AGAIN = "Give a WAV file of 8 to 48 kHz"


def read(folder: Path, path: str) -> bytes:
    """The file below the flow's folder. Raises Unspeakable."""
    try:
        with (folder / path).open("rb") as file:
            if os.fstat(file.fileno()).st_size > BYTES_MAX:
                raise Unspeakable(f"{path} is too large", f"{LONGEST_S // 60} minutes are the most")
            return file.read()
    except OSError as error:
        what = f"{path} cannot be read ({(error.strerror or 'no reason given').lower()})"
        raise Unspeakable(what, "Put it there; paths begin in the folder of the flow") from error


def samples(content: bytes, path: str) -> Samples:
    """Mono at 24 kHz. Raises Unspeakable for what is no audio, or lasts more than 5 minutes."""
    file = BytesIO(content)
    file.name = path
    try:
        return load_audio(file, RATE, max_seconds=LONGEST_S).astype(np.float64) / 32768
    except ValueError as error:
        reason = str(error).removeprefix("load_audio: ").rstrip(".")
        raise Unspeakable(reason, RECORD_AGAIN) from error
