"""Audio in files: every code comes back, and a crash loses nothing."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile  # pyright: ignore[reportMissingTypeStubs]
from hypothesis import given
from hypothesis import strategies as st

from voicegate.codecs.frames import PCM16_8K, PCM16_24K, PCMA_8K, PCMU_8K, AudioFormat
from voicegate.codecs.g711 import alaw_decode, ulaw_decode
from voicegate.codecs.wav import (
    CallWav,
    G711Law,
    read_wav,
    repair,
    save_pcm,
)

HEADER = 58
OPEN = b"\xff\xff\xff\xff"
FORMATS: dict[G711Law, AudioFormat] = {"ulaw": PCMU_8K, "alaw": PCMA_8K}
LAWS: list[G711Law] = ["ulaw", "alaw"]


def codes(count: int, step: int) -> bytes:
    """Each code now and then, in an order of its own for each step."""
    return bytes(n * step % 251 + n % 5 for n in range(count))


CALLER, AGENT = codes(12_345, 7), codes(12_345, 11)


def recorded(path: Path, *channels: bytes, law: G711Law = "ulaw") -> Path:
    with CallWav(path, law, len(channels)) as wav:
        wav.write(*channels)
    return path


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    """A WAV file of these chunks."""
    inner = b"".join(
        name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2) for name, body in chunks
    )
    return b"RIFF" + struct.pack("<I", 4 + len(inner)) + b"WAVE" + inner


def fmt(tag: int, channels: int, rate: int, bits: int) -> bytes:
    width = channels * bits // 8
    return struct.pack("<HHIIHH", tag, channels, rate, rate * width, width, bits)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("channels", [(CALLER,), (CALLER, AGENT)])
def test_every_code_comes_back(tmp_path: Path, law: G711Law, channels: tuple[bytes, ...]) -> None:
    """W1"""
    path = recorded(tmp_path / "call.wav", *channels, law=law)
    assert read_wav(path) == (FORMATS[law], list(channels))


@pytest.mark.parametrize(("law", "decode"), [("ulaw", ulaw_decode), ("alaw", alaw_decode)])
def test_another_reader_hears_the_same(tmp_path: Path, law: G711Law, decode: Any) -> None:
    """W1: libsndfile."""
    path = recorded(tmp_path / "call.wav", CALLER, AGENT, law=law)
    samples, rate = soundfile.read(path, dtype="int16")
    assert rate == 8000
    assert samples[:, 0].tolist() == decode(CALLER).tolist()
    assert samples[:, 1].tolist() == decode(AGENT).tolist()


def test_the_header_is_that_of_the_format(tmp_path: Path) -> None:
    """W1"""
    head = recorded(tmp_path / "call.wav", CALLER, AGENT).read_bytes()[:HEADER]
    audio = 2 * 12_345
    assert head == b"".join(
        (
            struct.pack("<4sI4s", b"RIFF", HEADER - 8 + audio, b"WAVE"),
            struct.pack("<4sIHHIIHHH", b"fmt ", 18, 7, 2, 8000, 16000, 2, 8, 0),
            struct.pack("<4sII", b"fact", 4, 12_345),
            struct.pack("<4sI", b"data", audio),
        )
    )


def test_an_odd_length_is_filled_up_outside_the_audio(tmp_path: Path) -> None:
    content = recorded(tmp_path / "call.wav", b"abc", law="alaw").read_bytes()
    assert content[HEADER:] == b"abc\0"
    assert int.from_bytes(content[4:8], "little") == len(content) - 8
    assert int.from_bytes(content[54:58], "little") == 3


@given(st.lists(st.integers(0, 400), max_size=6))
def test_the_cut_into_writes_leaves_no_trace(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int]
) -> None:
    path = tmp_path_factory.mktemp("wav") / "call.wav"
    parts = [(codes(size, 3), memoryview(codes(size, 5))) for size in sizes]
    with CallWav(path) as wav:
        for caller, agent in parts:
            wav.write(bytearray(caller), agent)
        assert wav.frames == sum(sizes)
    whole = [b"".join(part[channel] for part in parts) for channel in (0, 1)]
    assert read_wav(path) == (PCMU_8K, whole)


@pytest.mark.parametrize(
    ("channels", "match"),
    [
        ((b"abc",), r"^CallWav.write: 1 channels, not 2$"),
        ((b"abc", b"ab"), r"^CallWav.write: 3 and 2 bytes, expected as many$"),
        ((b"ab", memoryview(b"abcd")[::2]), r"^CallWav.write: expected contiguous bytes"),
    ],
)
def test_what_cannot_be_written_leaves_no_trace(
    tmp_path: Path, channels: tuple[bytes, ...], match: str
) -> None:
    with CallWav(tmp_path / "call.wav") as wav:
        wav.write(CALLER, AGENT)
        with pytest.raises(ValueError, match=match):
            wav.write(*channels)
        wav.write(b"", b"")
    assert wav.frames == 12_345
    assert read_wav(tmp_path / "call.wav") == (PCMU_8K, [CALLER, AGENT])


def test_a_text_is_no_audio(tmp_path: Path) -> None:
    text: Any = "ab"
    with CallWav(tmp_path / "call.wav") as wav, pytest.raises(TypeError):
        wav.write(b"ab", text)


@pytest.mark.parametrize(
    ("law", "channels", "match"),
    [
        ("pcm16", 2, r"^CallWav: law 'pcm16', expected ulaw or alaw$"),
        ("ulaw", 3, r"^CallWav: 3 channels, expected 1 or 2$"),
    ],
)
def test_what_is_no_call_makes_no_file(tmp_path: Path, law: Any, channels: int, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        CallWav(tmp_path / "call.wav", law, channels)
    assert not list(tmp_path.iterdir())


def test_a_closed_file_takes_no_more(tmp_path: Path) -> None:
    with CallWav(tmp_path / "call.wav") as wav:
        wav.write(b"ab", b"cd")
    wav.close()
    with pytest.raises(ValueError, match="closed"):
        wav.write(b"ab", b"cd")
    assert read_wav(tmp_path / "call.wav") == (PCMU_8K, [b"ab", b"cd"])


def test_a_recording_that_is_never_closed_can_be_heard(tmp_path: Path) -> None:
    """W1: what is on the disk while the call goes on is what a crash leaves there."""
    path = tmp_path / "call.wav"
    with CallWav(path) as wav:
        assert path.stat().st_size == HEADER
        wav.write(CALLER, AGENT)
        content = path.read_bytes()
        assert [content[4:8], content[46:50], content[54:58]] == [OPEN] * 3
        assert read_wav(path) == (PCMU_8K, [CALLER, AGENT])
        assert soundfile.read(path)[0].shape == (12_345, 2)


@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize("channels", [(CALLER[:31],), (CALLER[:31], AGENT[:31])])
def test_a_file_cut_anywhere_is_repaired_to_all_that_is_there(
    tmp_path: Path,
    is_open: bool,  # noqa: FBT001
    channels: tuple[bytes, ...],
) -> None:
    """W1"""
    path = recorded(tmp_path / "call.wav", *channels)
    content = bytearray(path.read_bytes())
    if is_open:
        content[4:8] = content[46:50] = content[54:58] = OPEN
        del content[HEADER + 31 * len(channels) :]
    for size in range(HEADER, len(content) + 1):
        path.write_bytes(content[:size])
        frames = min((size - HEADER) // len(channels), 31)
        if is_open:
            assert len(read_wav(path)[1][0]) == frames
        assert repair(path) == frames
        assert read_wav(path) == (PCMU_8K, [channel[:frames] for channel in channels])
        assert soundfile.info(path).frames == frames
        repaired = path.read_bytes()
        assert repair(path) == frames
        assert path.read_bytes() == repaired


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"RIFF",
        recorded,
        riff((b"fmt ", fmt(1, 1, 8000, 16)), (b"data", bytes(60))),
        b"not a sound at all, but as long as the header of a recording is",
    ],
)
def test_what_is_no_recorded_call_is_not_repaired(tmp_path: Path, content: Any) -> None:
    """W1: a file cut inside its header has no audio."""
    path = tmp_path / "call.wav"
    if content is recorded:
        content = recorded(path, CALLER).read_bytes()[: HEADER - 1]
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"call\.wav does not begin like a recorded call"):
        repair(path)
    assert path.read_bytes() == content


def test_beyond_4_gib_the_size_stays_open(tmp_path: Path) -> None:
    path = recorded(tmp_path / "call.wav", b"")
    with path.open("r+b") as file:
        file.seek(54)
        file.write(OPEN)
        file.truncate(2**32 + HEADER + 1)  # without taking any space
    assert repair(path) == 2**32 + 1
    with path.open("rb") as file:
        head = file.read(HEADER)
    assert [head[4:8], head[46:50], head[54:58]] == [OPEN] * 3


@pytest.mark.parametrize(("rate", "expected"), [(8000, PCM16_8K), (24000, PCM16_24K)])
def test_pcm_is_saved_and_read(tmp_path: Path, rate: int, expected: AudioFormat) -> None:
    pcm = np.arange(-3000, 3000, dtype=np.int16)
    path = tmp_path / "pcm.wav"
    save_pcm(path, pcm, rate)
    assert read_wav(path) == (expected, [pcm.astype("<i2").tobytes()])
    content = path.read_bytes()
    assert int.from_bytes(content[4:8], "little") == len(content) - 8
    samples, own_rate = soundfile.read(path, dtype="int16")
    assert own_rate == rate
    assert samples.tolist() == pcm.tolist()


def test_pcm_of_two_channels_is_saved_and_read(tmp_path: Path) -> None:
    pcm = np.array([[1, -2], [3, -4]], np.int16)
    save_pcm(tmp_path / "pcm.wav", pcm, 8000)
    assert read_wav(tmp_path / "pcm.wav")[1] == [
        struct.pack("<2h", 1, 3),
        struct.pack("<2h", -2, -4),
    ]


@pytest.mark.parametrize(
    ("pcm", "rate", "match"),
    [
        (np.zeros(4), 8000, r"^save_pcm: expected an array of int16"),
        (np.zeros((4, 4), np.int16)[:, ::2], 8000, r"^save_pcm: expected a C-contiguous"),
        (np.zeros((1, 2, 2), np.int16), 8000, r"^save_pcm: shape \(1, 2, 2\)"),
        (np.zeros((2, 0), np.int16), 8000, r"^save_pcm: shape \(2, 0\)"),
        (np.zeros(4, np.int16), 0, r"^save_pcm: rate 0"),
        (b"abc", 8000, r"^save_pcm: 3 bytes is not a whole"),
    ],
)
def test_what_is_no_pcm_makes_no_file(tmp_path: Path, pcm: Any, rate: int, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        save_pcm(tmp_path / "pcm.wav", pcm, rate)
    assert not list(tmp_path.iterdir())


def test_other_chunks_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    chunks = [(b"LIST", b"odd"), (b"fmt ", fmt(6, 1, 8000, 8)), (b"data", b"abc"), (b"id3 ", b"x")]
    path.write_bytes(riff(*chunks) + b"rest")
    assert read_wav(path) == (PCMA_8K, [b"abc"])


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", r"\(0 bytes\) is not a WAV file"),
        (b"not a sound", "is not a WAV file"),
        (riff((b"data", b"ab")), "has no format or no audio"),
        (riff((b"fmt ", fmt(7, 1, 8000, 8))), "has no format or no audio"),
        (riff((b"fmt ", b"short"), (b"data", b"")), "a format of 5 bytes"),
        (riff((b"fmt ", fmt(3, 1, 8000, 32)), (b"data", b"")), "format 3 of 32 bits, expected mu"),
        (riff((b"fmt ", fmt(1, 1, 44100, 16)), (b"data", b"")), "rate 44100 is not one of"),
        (riff((b"fmt ", fmt(7, 0, 8000, 8)), (b"data", b"")), "0 channels of 8 bits in 0 bytes"),
        (
            riff((b"fmt ", fmt(1, 1, 8000, 16)), (b"data", b"abc")),
            "3 bytes of audio is not a whole",
        ),
        (
            riff((b"fmt ", fmt(7, 2, 8000, 8)), (b"data", b"abcdef"))[:-1],
            "5 of 6 bytes are there; `repair`",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_reason(
    tmp_path: Path, content: bytes, match: str
) -> None:
    """W1: a wrong length is never passed off as a whole file."""
    path = tmp_path / "call.wav"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"^read_wav: .*call\.wav.* {match}"):
        read_wav(path)
