"""Formats in bytes and milliseconds; no byte is lost or made up between chunks and frames."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.codecs.frames import (
    PCM16_8K,
    PCM16_24K,
    PCMA_8K,
    PCMU_8K,
    AudioFormat,
    Encoding,
    Reframer,
    SampleJoiner,
    fade_out,
    split,
    stack,
)
from voicegate.codecs.g711 import alaw_decode, ulaw_decode

ALL = [PCMU_8K, PCMA_8K, PCM16_8K, PCM16_24K]
chunks = st.lists(st.binary(max_size=700), max_size=8)


@pytest.mark.parametrize(
    ("fmt", "sample_bytes", "bytes_per_ms", "frame_bytes"),
    [(PCMU_8K, 1, 8, 160), (PCMA_8K, 1, 8, 160), (PCM16_8K, 2, 16, 320), (PCM16_24K, 2, 48, 960)],
)
def test_a_format_knows_its_sizes(
    fmt: AudioFormat, sample_bytes: int, bytes_per_ms: int, frame_bytes: int
) -> None:
    assert fmt.sample_bytes == sample_bytes
    assert fmt.bytes_per_ms == bytes_per_ms
    assert fmt.frame_bytes() == frame_bytes
    assert fmt.frame_bytes(5) == bytes_per_ms * 5
    assert fmt.duration_ms(frame_bytes) == 20.0
    assert fmt.duration_ms(0) == 0.0


def test_a_duration_may_have_a_fraction_but_not_half_a_sample() -> None:
    assert PCMU_8K.duration_ms(1) == 0.125
    with pytest.raises(ValueError, match=r"^duration_ms: 961 bytes is not whole samples of pcm16"):
        PCM16_24K.duration_ms(961)
    with pytest.raises(ValueError, match="-160 bytes"):
        PCMU_8K.duration_ms(-160)


@pytest.mark.parametrize(("fmt", "byte"), [(PCMU_8K, 0xFF), (PCMA_8K, 0xD5), (PCM16_24K, 0)])
def test_silence_is_the_idle_code(fmt: AudioFormat, byte: int) -> None:
    assert set(fmt.silence(20)) == {byte}
    assert len(fmt.silence(20)) == fmt.frame_bytes(20)
    assert fmt.silence(0) == b""


@pytest.mark.parametrize(
    ("encoding", "rate"),
    [(Encoding.ULAW, 16000), (Encoding.ALAW, 24000), (Encoding.PCM16, 44100), (Encoding.PCM16, 0)],
)
def test_a_format_that_does_not_exist_is_refused(encoding: Encoding, rate: int) -> None:
    with pytest.raises(ValueError, match=rf"^AudioFormat: .*{rate}"):
        AudioFormat(encoding, rate)


@pytest.mark.parametrize(
    ("name", "rate", "expected"),
    [
        ("pcmu", None, PCMU_8K),
        ("audio/pcmu", None, PCMU_8K),
        ("audio/x-mulaw", 8000, PCMU_8K),
        ("g711_ulaw", None, PCMU_8K),
        ("PCMA", None, PCMA_8K),
        ("g711_alaw", None, PCMA_8K),
        ("audio/pcm", None, PCM16_24K),
        ("pcm16", 8000, PCM16_8K),
        (" L16 ", 16000, AudioFormat(Encoding.PCM16, 16000)),
    ],
)
def test_the_names_of_the_wires_are_understood(
    name: str, rate: int | None, expected: AudioFormat
) -> None:
    assert AudioFormat.parse(name, rate) == expected


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'opus', expected one of .*g711_ulaw.*pcm16"):
        AudioFormat.parse("opus")
    with pytest.raises(ValueError, match="rate 0"):
        AudioFormat.parse("pcm16", 0)


def test_a_format_is_a_value_one_can_read() -> None:
    assert str(PCM16_24K) == "pcm16 24000 Hz"
    assert {PCMU_8K: 1}[AudioFormat(Encoding.ULAW, 8000)] == 1


@given(chunks, st.sampled_from(ALL))
def test_joined_samples_are_whole_and_nothing_is_lost(
    pieces: list[bytes], fmt: AudioFormat
) -> None:
    joiner = SampleJoiner(fmt)
    given_bytes = b"".join(pieces)
    got = [joiner.push(piece) for piece in pieces]
    assert all(len(part) % fmt.sample_bytes == 0 for part in got)
    assert joiner.pending == len(given_bytes) % fmt.sample_bytes
    assert b"".join(got) == given_bytes[: len(given_bytes) - joiner.pending]


def test_a_sample_split_over_two_chunks_comes_out_with_the_second() -> None:
    joiner = SampleJoiner(PCM16_24K)
    assert joiner.push(memoryview(b"abc")) == b"ab"
    assert joiner.pending == 1
    assert joiner.push(b"") == b""
    assert joiner.push(bytearray(b"d")) == b"cd"
    joiner.push(b"x")
    joiner.reset()
    assert joiner.push(b"ab") == b"ab"


@given(chunks, st.sampled_from(ALL), st.integers(1, 40))
def test_frames_are_whole_and_nothing_is_lost(
    pieces: list[bytes], fmt: AudioFormat, ms: int
) -> None:
    reframer = Reframer(fmt, ms)
    given_bytes = b"".join(pieces)
    frames = [frame for piece in pieces for frame in reframer.push(piece)]
    assert all(len(frame) == fmt.frame_bytes(ms) for frame in frames)
    pending = reframer.pending
    assert pending < fmt.frame_bytes(ms)
    assert b"".join(frames) == given_bytes[: len(given_bytes) - pending]
    last = reframer.flush()
    real = pending - pending % fmt.sample_bytes
    if last is None:
        assert real == 0
    else:
        start = len(given_bytes) - pending
        assert last[1] == real
        assert last[0] == given_bytes[start : start + real] + fmt.silence(ms)[real:]
    assert reframer.pending == 0
    assert reframer.flush() is None


def test_a_reset_forgets_half_a_frame() -> None:
    reframer = Reframer(PCMU_8K)
    assert reframer.push(bytes(100)) == []
    reframer.reset()
    assert reframer.pending == 0
    assert reframer.push(b"\x01" * 160) == [b"\x01" * 160]


def test_a_frame_lasts_a_millisecond_at_least() -> None:
    with pytest.raises(ValueError, match=r"^Reframer: a frame of 0 ms"):
        Reframer(PCMU_8K, 0)


def test_bytes_that_are_none_change_nothing() -> None:
    joiner, reframer = SampleJoiner(PCM16_8K), Reframer(PCM16_8K)
    joiner.push(b"a")
    reframer.push(b"a")
    text: Any = "text"
    for push in (joiner.push, reframer.push):
        with pytest.raises(TypeError):
            push(text)
        with pytest.raises(ValueError, match=r"push: expected contiguous bytes"):
            push(memoryview(b"abcd")[::2])
    assert joiner.pending == reframer.pending == 1


def test_frames_stack_to_rows_and_split_again() -> None:
    frames = [bytes([n]) * 160 for n in range(5)]
    block = stack(frames, 160)
    assert block.shape == (5, 160)
    assert block[:, 0].tolist() == [0, 1, 2, 3, 4]
    assert split(block) == frames
    assert np.array_equal(stack([memoryview(f) for f in frames], 160), block)
    assert split(block.view("<i2")) == frames


def test_no_frames_are_no_rows() -> None:
    assert stack([], 160).shape == (0, 160)
    assert split(np.zeros((0, 160), np.uint8)) == []
    assert split(np.zeros((2, 0), np.uint8)) == [b"", b""]


def test_a_frame_of_another_size_is_named() -> None:
    with pytest.raises(ValueError, match=r"^stack: frame 1 has 159 bytes, not 160$"):
        stack([bytes(160), bytes(159)], 160)
    with pytest.raises(ValueError, match=r"^stack: frame 0 has 320 bytes, not 160$"):
        stack([memoryview(bytes(320)).cast("B", (160, 2))], 160)


@pytest.mark.parametrize("block", [np.zeros(4), np.zeros((4, 4))[:, ::2], np.zeros((2, 2, 2))])
def test_only_whole_blocks_are_split(block: Any) -> None:
    with pytest.raises(ValueError, match=r"^split: expected a C-contiguous 2-d array"):
        split(block)


@pytest.mark.parametrize("fmt", ALL)
def test_a_fade_ends_in_silence_and_leaves_the_beginning_alone(fmt: AudioFormat) -> None:
    size = fmt.frame_bytes()
    frame = b"\x7f" * size if fmt.sample_bytes == 1 else np.full(size // 2, 30000, "<i2").tobytes()
    faded = fade_out(frame, fmt)
    ramp = fmt.bytes_per_ms * 4
    assert len(faded) == size
    assert faded[:-ramp] == frame[:-ramp]
    assert faded[-fmt.sample_bytes :] == fmt.silence(1)[: fmt.sample_bytes]


def test_a_fade_falls_in_a_straight_line() -> None:
    frame = np.full(480, 9600, "<i2").tobytes()
    faded = np.frombuffer(fade_out(frame, PCM16_24K), "<i2")
    assert faded[384:].tolist() == [100 * (95 - n) for n in range(96)]


@pytest.mark.parametrize(("fmt", "decode"), [(PCMU_8K, ulaw_decode), (PCMA_8K, alaw_decode)])
def test_a_fade_of_codes_falls_without_a_step_upwards(fmt: AudioFormat, decode: Any) -> None:
    levels = np.abs(decode(fade_out(b"\x90" * 160, fmt)).astype(int))
    assert levels[-32] > 0.9 * levels[0]
    assert (np.diff(levels) <= 0).all()


def test_a_fade_is_at_most_as_long_as_the_frame_and_may_be_none() -> None:
    frame = np.full(4, 400, "<i2").tobytes()
    assert np.frombuffer(fade_out(frame, PCM16_24K), "<i2").tolist() == [300, 200, 100, 0]
    assert fade_out(frame, PCM16_24K, 0) == frame
    assert fade_out(b"", PCMU_8K) == b""
    with pytest.raises(ValueError, match=r"^fade_out: a ramp of -1 ms"):
        fade_out(frame, PCM16_24K, -1)
    with pytest.raises(ValueError, match=r"^fade_out: 3 bytes is not a whole"):
        fade_out(b"abc", PCM16_24K)
