"""Audio in files: calls as they sounded, code for code, and recordings of any kind and rate."""

import struct
from collections.abc import Iterable, Iterator
from io import SEEK_END
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from .buffer import PCM, Buffer, as_array, byte_count
from .frames import AudioFormat, Encoding

G711Law = Literal["ulaw", "alaw"]
LoadRate = Literal[8000, 24000]

_RATE_MAX: Final = 768_000
_LOUDEST: Final = 2.0**20  # full scale is 1; beyond this it is no sound, and filters overflow
_FRAMES_AT_ONCE: Final = 65_536

_OPEN: Final = 0xFFFF_FFFF  # a size not known yet: to the end of the file
_ALAW_TAG, _ULAW_TAG = 6, 7  # of the Multimedia Registration (RFC 2361)
_TAGS: Final[dict[str, int]] = {"ulaw": _ULAW_TAG, "alaw": _ALAW_TAG}
_ENCODINGS: Final = {
    (1, 16): Encoding.PCM16,
    (_ALAW_TAG, 8): Encoding.ALAW,
    (_ULAW_TAG, 8): Encoding.ULAW,
}
# Tag, channels, samples a second, bytes a second, bytes of all channels' sample, bits.
_FMT: Final = struct.Struct("<HHIIHH")
_CALL_HEADER: Final = struct.Struct("<4sI4s 4sI16sH 4sII 4sI")
_PCM_HEADER: Final = struct.Struct("<4sI4s 4sI16s 4sI")


class CallWav:
    """A WAV file of G.711 codes at 8000 Hz, written while a call goes on.

    Of two channels the left is the caller, the right the agent. Until `close` the header says "to the
    end of the file", so that what a crash leaves behind can be heard, and `repair` makes it whole.
    ValueError for another law or number of channels; OSError where a file cannot be written.
    """

    def __init__(self, path: Path, law: G711Law = "ulaw", channels: int = 2) -> None:
        if law not in _TAGS:
            raise ValueError(f"CallWav: law {law!r}, expected ulaw or alaw")
        if channels not in (1, 2):
            raise ValueError(f"CallWav: {channels} channels, expected 1 or 2")
        self.frames = 0  # samples of each channel
        self._law: G711Law = law
        self._channels = channels
        self._file = path.open("wb")
        self._file.write(_call_header(law, channels, None))
        self._file.flush()

    def write(self, *channels: Buffer) -> None:
        """Codes of each channel, equally many. ValueError otherwise, and nothing is written."""
        if len(channels) != self._channels:
            raise ValueError(f"CallWav.write: {len(channels)} channels, not {self._channels}")
        sizes = [byte_count(channel, 1, "CallWav.write") for channel in channels]
        if min(sizes) != max(sizes):
            raise ValueError(f"CallWav.write: {sizes[0]} and {sizes[1]} bytes, expected as many")
        self._file.write(_interleaved(channels, sizes[0]))
        self.frames += sizes[0]

    def close(self) -> None:
        """The sizes are written. Once is enough, twice does no harm."""
        if not self._file.closed:
            with self._file:
                _finish(self._file, self._law, self._channels, self.frames)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def repair(path: Path) -> int:
    """Gives a file of `CallWav` whose writer died, or that was cut, its true sizes.

    Returns the samples of each channel; half a one at the end is dropped, and a file that is whole is
    left alone. ValueError if it is no such file, OSError if it cannot be opened.
    """
    with path.open("r+b") as file:
        law, channels, told = _call_header_of(file, path)
        there = file.seek(0, SEEK_END) - _CALL_HEADER.size
        if told != _OPEN and told <= there:
            return told // channels
        _finish(file, law, channels, there // channels)
        return there // channels


def read_wav(path: Path) -> tuple[AudioFormat, list[bytes]]:
    """G.711 or PCM16 as it stands in a WAV file: the format, and the bytes of each channel.

    A file whose size is open is read to its end. ValueError for a file that is cut, or that holds
    something else, which `load_audio` may be able to read; OSError if it cannot be opened.
    """
    content = memoryview(path.read_bytes())
    if (bytes(content[:4]), bytes(content[8:12])) != (b"RIFF", b"WAVE"):
        raise ValueError(f"read_wav: {path} ({len(content)} bytes) is not a WAV file")
    chunks = {name: (told, body) for name, told, body in _chunks(content)}
    if not {b"fmt ", b"data"} <= chunks.keys():
        raise ValueError(f"read_wav: {path} has no format or no audio in it")
    try:
        fmt, channels = _format(chunks[b"fmt "][1])
        audio = _whole(*chunks[b"data"], channels * fmt.sample_bytes)
    except ValueError as error:
        raise ValueError(f"read_wav: {path}: {error}") from error
    samples = np.frombuffer(audio, f"V{fmt.sample_bytes}").reshape(-1, channels)
    return fmt, [samples[:, channel].tobytes() for channel in range(channels)]


def load_audio(
    source: Path | BinaryIO,
    rate: LoadRate,
    *,
    channel: int | None = None,
    max_seconds: float = 600.0,
) -> NDArray[np.int16]:
    """Any file that libsndfile reads, at any rate, as mono PCM16 at `rate`.

    Channels are averaged unless one is picked, counted from 0. At its own rate a 16-bit or G.711 file
    is not changed. It blocks: not for an event loop, but for short prompts. ValueError for what is no
    audio, has no samples or lasts longer than `max_seconds`; OSError if it cannot be opened.
    """
    import soxr  # pyright: ignore[reportMissingTypeStubs]

    if rate not in get_args(LoadRate):
        raise ValueError(f"load_audio: rate {rate}, expected 8000 or 24000")
    if isinstance(source, Path):
        source.open("rb").close()  # whose errors say more than libsndfile's
    samples, own_rate = _read_mono(source, channel, max_seconds)
    if own_rate != rate:  # in floats: given whole numbers, soxr would add dither
        samples = soxr.resample(samples, own_rate, rate, quality="VHQ")
    return np.rint(samples * 32768).clip(-32768, 32767).astype(PCM)


def save_pcm(path: Path, pcm: NDArray[np.int16], rate: int) -> None:
    """PCM16, (samples,) or (samples, channels), as a WAV file. ValueError for other arrays."""
    samples = as_array(pcm, PCM, "save_pcm")
    if samples.ndim > 2 or 0 in samples.shape[1:]:
        raise ValueError(f"save_pcm: shape {samples.shape}, expected one or two dimensions")
    if not 1 <= rate <= _RATE_MAX:
        raise ValueError(f"save_pcm: rate {rate}, expected 1 to {_RATE_MAX}")
    channels = samples.shape[1] if samples.ndim == 2 else 1
    fmt = _fmt(1, channels, rate, 16)
    sizes = _PCM_HEADER.size - 8 + samples.nbytes, samples.nbytes
    header = _PCM_HEADER.pack(b"RIFF", sizes[0], b"WAVE", b"fmt ", 16, fmt, b"data", sizes[1])
    path.write_bytes(header + samples.tobytes())


def _fmt(tag: int, channels: int, rate: int, bits: int) -> bytes:
    width = channels * bits // 8
    return _FMT.pack(tag, channels, rate, rate * width, width, bits)


def _call_header(law: G711Law, channels: int, frames: int | None) -> bytes:
    """58 bytes; of a file still being written, or of 4 GiB and more, the sizes are open."""
    frames = _OPEN if frames is None else frames
    audio = min(frames * channels, _OPEN)
    whole = min(_CALL_HEADER.size - 8 + audio + audio % 2, _OPEN)
    fmt = _fmt(_TAGS[law], channels, 8000, 8)
    riff, fact = (b"RIFF", whole, b"WAVE"), (b"fact", 4, min(frames, _OPEN))
    return _CALL_HEADER.pack(*riff, b"fmt ", 18, fmt, 0, *fact, b"data", audio)


def _call_header_of(file: BinaryIO, path: Path) -> tuple[G711Law, int, int]:
    """Law, channels and bytes of audio by the header."""
    head = file.read(_CALL_HEADER.size)
    for law in get_args(G711Law):
        for channels in (1, 2):
            if _without_sizes(head) == _without_sizes(_call_header(law, channels, 0)):
                return law, channels, int.from_bytes(head[54:], "little")
    raise ValueError(f"repair: {path} does not begin like a recorded call, nothing was changed")


def _without_sizes(head: bytes) -> tuple[bytes, bytes, bytes, int]:
    return head[:4], head[8:46], head[50:54], len(head)


def _finish(file: BinaryIO, law: G711Law, channels: int, frames: int) -> None:
    """The true sizes, then the true length: an odd one is filled up with a zero."""
    file.seek(0)
    file.write(_call_header(law, channels, frames))
    audio = frames * channels
    file.truncate(_CALL_HEADER.size + audio + audio % 2)


def _interleaved(channels: tuple[Buffer, ...], frames: int) -> bytes:
    woven = bytearray(frames * len(channels))
    for position, channel in enumerate(channels):
        woven[position :: len(channels)] = bytes(channel)
    return bytes(woven)


def _chunks(content: memoryview) -> Iterator[tuple[bytes, int, memoryview]]:
    """Name, size as told, and what there is of it, of each chunk."""
    position = 12
    while position + 8 <= len(content):
        name, told = struct.unpack_from("<4sI", content, position)
        start = position + 8
        yield name, told, content[start : start + told]
        position = start + told + told % 2


def _format(chunk: memoryview) -> tuple[AudioFormat, int]:
    """Format and number of channels."""
    if len(chunk) < _FMT.size:
        raise ValueError(f"a format of {len(chunk)} bytes, expected {_FMT.size} or more")
    tag, channels, rate, _, width, bits = _FMT.unpack_from(chunk)
    encoding = _ENCODINGS.get((tag, bits))
    if encoding is None:
        raise ValueError(f"format {tag} of {bits} bits, expected mu-law, A-law or 16-bit PCM")
    if not channels or width != channels * bits // 8:
        raise ValueError(f"{channels} channels of {bits} bits in {width} bytes")
    return AudioFormat(encoding, rate), channels


def _whole(told: int, audio: memoryview, width: int) -> memoryview:
    if told == _OPEN:
        return audio[: len(audio) - len(audio) % width]
    if len(audio) != told:
        raise ValueError(f"{len(audio)} of {told} bytes are there; `repair` mends a cut recording")
    if told % width:
        raise ValueError(f"{told} bytes of audio is not a whole number of {width}-byte samples")
    return audio


def _read_mono(
    source: Path | BinaryIO, channel: int | None, max_seconds: float
) -> tuple[NDArray[np.float64], int]:
    """Samples, full scale is 1, and their rate."""
    import soundfile  # pyright: ignore[reportMissingTypeStubs]

    try:
        with soundfile.SoundFile(source) as sound:
            rate: int = sound.samplerate
            _check(sound.frames, rate, sound.channels, channel, max_seconds)
            blocks = sound.blocks(_FRAMES_AT_ONCE, dtype="float64", always_2d=True)
            return _joined(_mono(np.asarray(block, np.float64), channel) for block in blocks), rate
    except soundfile.LibsndfileError as error:
        reason = f"cannot be read: {error.error_string} Expected WAV, FLAC, Ogg or the like"
        raise ValueError(f"load_audio: {_name(source)} {reason}") from error
    except ValueError as error:
        raise ValueError(f"load_audio: {_name(source)} {error}") from error


def _name(source: Path | BinaryIO) -> str:
    return str(source if isinstance(source, Path) else getattr(source, "name", "the audio"))


def _check(frames: int, rate: int, channels: int, channel: int | None, max_seconds: float) -> None:
    """Before anything is decoded."""
    if rate > _RATE_MAX:
        raise ValueError(f"has a rate of {rate}, expected at most {_RATE_MAX}")
    if not frames / rate <= max_seconds:
        raise ValueError(f"lasts {frames / rate:.1f} s, expected at most {max_seconds:g}")
    if channel is not None and not 0 <= channel < channels:
        raise ValueError(f"has {channels} channels, counted from 0: there is no {channel}")


def _joined(blocks: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    samples = np.concatenate([np.empty(0), *blocks])
    if not samples.size:
        raise ValueError("has no samples")
    return samples


def _mono(block: NDArray[np.float64], channel: int | None) -> NDArray[np.float64]:
    if not (np.abs(block) < _LOUDEST).all():  # nor is NaN
        raise ValueError("has samples that are no numbers, or far beyond full scale")
    return block.mean(axis=1) if channel is None else block[:, channel]
