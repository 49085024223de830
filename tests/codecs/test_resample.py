"""One call's resamplers: exact to the bit, for any cut, and as clean as they say."""

import hashlib
import tracemalloc
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from voicegate.codecs.certificate import integer
from voicegate.codecs.certificate.signals import GOLDEN_CODES, GOLDEN_PCM, noise
from voicegate.codecs.certificate.signals import samples as pcm
from voicegate.codecs.certificate.stream_rows import GOLDEN_DOWN, GOLDEN_UP
from voicegate.codecs.g711 import Law, sample_bytes, transcode, ulaw_decode
from voicegate.codecs.resample import (
    DELAY_8K,
    DELAY_24K,
    DELAY_MS,
    Downsampler,
    Upsampler,
)
from voicegate.codecs.taps import SCALE_BITS, TAPS

LAWS: list[Law] = ["ulaw", "alaw", "pcm16"]
Stream = Upsampler | Downsampler
BOTH = [Upsampler, Downsampler]


def pcm_bytes(samples: Iterable[int]) -> bytes:
    return np.array(list(samples), "<i2").tobytes()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("stream", "data", "samples", "digest", "beginning"),
    [
        (
            Upsampler("pcm16"),
            GOLDEN_PCM[:1600].tobytes(),
            4848,
            GOLDEN_UP["pcm16"],
            [-40, -84, -66, -3, 103, 124],
        ),
        (
            Upsampler("ulaw"),
            GOLDEN_CODES[:1600].tobytes(),
            4848,
            GOLDEN_UP["ulaw"],
            [-39, -83, -65, -28, 48, 80],
        ),
        (
            Downsampler("pcm16"),
            GOLDEN_PCM.tobytes(),
            1617,
            GOLDEN_DOWN["pcm16"],
            [-13, 23, -25, 1, -25, -52],
        ),
    ],
)
def test_the_golden_vectors_come_out(
    stream: Stream, data: bytes, samples: int, digest: str, beginning: list[int]
) -> None:
    """R8"""
    out = stream.push(data) + stream.flush()
    assert pcm(out)[:6].tolist() == beginning
    assert len(out) == 2 * samples
    assert sha256(out) == digest


@pytest.mark.parametrize(
    ("law", "digest"),
    [(law, GOLDEN_DOWN[law]) for law in ("ulaw", "alaw")],
)
def test_the_golden_codes_come_out(law: Law, digest: str) -> None:
    """R8"""
    stream = Downsampler(law)
    out = stream.push(GOLDEN_PCM.tobytes()) + stream.flush()
    assert len(out) == 1617
    assert sha256(out) == digest


def test_a_tie_goes_to_the_even_sample() -> None:
    """R8: -117.5 is -118 and -73.5 is -74, which rounding towards the larger would miss."""
    down = Downsampler("pcm16").push(pcm_bytes([0, -32768] + [0] * 40))
    assert pcm(down)[7] == -118
    up = Upsampler("pcm16").push(pcm_bytes([-32768] + [0] * 10))
    assert pcm(up)[7] == -74


@pytest.mark.parametrize("law", LAWS)
def test_noise_at_full_scale_is_exact_on_the_way_up(law: Law) -> None:
    """R8: against whole numbers."""
    data = transcode(noise(700, 1).tobytes(), "pcm16", law)
    samples = pcm(transcode(data, law, "pcm16")).tolist()
    stream = Upsampler(law)
    assert pcm(stream.push(data) + stream.flush()).tolist() == integer.up(samples + [0] * 16)


@pytest.mark.parametrize("law", LAWS)
def test_noise_at_full_scale_is_exact_on_the_way_down(law: Law) -> None:
    """R8: against whole numbers."""
    samples = noise(2000, 2)
    expected = pcm_bytes(integer.down(samples.tolist() + [0] * 49))
    stream = Downsampler(law)
    out = stream.push(samples.tobytes()) + stream.flush()
    assert out == transcode(expected, "pcm16", law)


int16s = st.one_of(st.integers(-32768, 32767), st.sampled_from([-32768, -1, 0, 1, 32767]))


@settings(max_examples=60, deadline=None)
@given(st.lists(int16s, max_size=120))
def test_any_samples_are_exact(samples: list[int]) -> None:
    """R8: against whole numbers."""
    data = pcm_bytes(samples)
    assert pcm(Upsampler("pcm16").push(data)).tolist() == integer.up(samples)
    assert pcm(Downsampler("pcm16").push(data)).tolist() == integer.down(samples)


def pushed(stream: Stream, data: bytes, cuts: Iterable[int], width: int) -> bytes:
    """What comes out of `data` in chunks of so many samples, then the rest, then the flush."""
    out, start = b"", 0
    for cut in cuts:
        out += stream.push(data[start : start + cut * width])
        start = min(start + cut * width, len(data))
    return out + stream.push(data[start:]) + stream.flush()


cuts = st.lists(
    st.one_of(
        st.sampled_from([0, 1, 2, 3, 16, 17, 31, 48, 160, 211, 480, 1009]), st.integers(0, 999)
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(cuts, st.sampled_from(LAWS), st.sampled_from(BOTH))
def test_the_cut_into_chunks_is_not_heard(lengths: list[int], law: Law, kind: type[Stream]) -> None:
    """R9"""
    width = sample_bytes(law) if kind is Upsampler else 2
    data = GOLDEN_PCM.tobytes()[: 4801 * width]
    whole = pushed(kind(law), data, [], width)
    assert pushed(kind(law), data, lengths, width) == whole


@pytest.mark.parametrize("kind", BOTH)
def test_huge_pushes_are_as_many_small_ones(kind: type[Stream]) -> None:
    """R9: 12,000 samples, and more than is worked on at once."""
    data = noise(40_001, 3).tobytes()
    whole = pushed(kind("pcm16"), data, [], 2)
    assert pushed(kind("pcm16"), data, [12_000] * 3, 2) == whole
    assert pushed(kind("pcm16"), data, [160] * 250, 2) == whole


def test_every_push_gives_what_is_complete() -> None:
    """R7: n samples in are 3n out on the way up; after N samples, N // 3 are out on the way down."""
    up, down = Upsampler(), Downsampler()
    got = pushed_total = 0
    for count in (160, 0, 1, 2, 1, 480, 7, 160, 5):
        assert len(up.push(bytes(count))) == 6 * count
        pushed_total += count
        got += len(down.push(bytes(2 * count)))
        assert got == pushed_total // 3


def test_an_impulse_comes_out_2_ms_later_and_even_on_both_sides() -> None:
    """R7: 48 samples up, 16 down, 32 for the round trip."""
    impulse = pcm_bytes([20000] + [0] * 199)
    up = pcm(Upsampler("pcm16").push(impulse))[:97]
    assert up.argmax() == DELAY_24K == 48
    assert np.array_equal(up, up[::-1])
    down = pcm(Downsampler("pcm16").push(impulse))[:33]
    assert down.argmax() == DELAY_8K == 16
    assert np.array_equal(down, down[::-1])
    there = Upsampler("pcm16").push(impulse)
    assert pcm(Downsampler("pcm16").push(there)).argmax() == 32
    assert DELAY_MS == 1000 * DELAY_8K / 8000 == 1000 * DELAY_24K / 24000


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("kind", BOTH)
def test_after_flush_or_reset_a_stream_is_as_new(kind: type[Stream], law: Law) -> None:
    """R10"""
    data = GOLDEN_PCM.tobytes()[:1922]
    expected = pushed(kind(law), data, [], 1)
    flushed, reset = kind(law), kind(law)
    flushed.push(data[:326])
    flushed.flush()
    reset.push(data[:326])
    reset.reset()
    assert flushed.flush() == reset.flush() == b""
    assert pushed(flushed, data, [], 1) == expected
    assert pushed(reset, data, [], 1) == expected


def test_a_flush_is_2_ms_and_what_was_carried() -> None:
    """R10: and nothing from a stream that has heard nothing."""
    for carried, samples in ((0, 16), (1, 17), (2, 17)):
        down = Downsampler()
        down.push(bytes(2 * (480 + carried)))
        assert len(down.flush()) == samples
        assert down.flush() == b""
    down.push(b"\1\0")
    assert len(down.flush()) == 17
    up = Upsampler()
    up.push(b"")
    assert up.flush() == b""
    up.push(b"\x10")
    assert len(up.flush()) == 96
    assert up.flush() == b""


def test_a_flush_feeds_zeros_and_no_silent_code() -> None:
    """A-law has no zero: its idle code is +8, which would be heard in the tail."""
    up = Upsampler("alaw")
    up.push(b"\x2a" * 40)
    samples = [-32256] * 40
    assert pcm(up.flush()).tolist() == integer.up(samples + [0] * 16)[120:]


def float_up(samples: NDArray[np.int16]) -> NDArray[np.float64]:
    stuffed = np.zeros(3 * len(samples))
    stuffed[::3] = samples
    return np.convolve(stuffed, TAPS * 3.0 / 2**SCALE_BITS)[: len(stuffed)]


def float_down(samples: NDArray[np.int16]) -> NDArray[np.float64]:
    return np.convolve(samples, TAPS / 2**SCALE_BITS)[: len(samples)][::3]


def square(rate: int) -> NDArray[np.int16]:
    return np.where(np.arange(4800) // (rate // 2000) % 2, -32767, 32767).astype("<i2")


@pytest.mark.parametrize("signal", [square(8000), square(24000), noise(4800, 4)])
def test_full_scale_saturates_and_never_wraps(signal: NDArray[np.int16]) -> None:
    """R11: no sign differs from the same sums in floating point."""
    for stream, reference in (
        (Upsampler("pcm16"), float_up(signal)),
        (Downsampler("pcm16"), float_down(signal)),
    ):
        out = pcm(stream.push(signal.tobytes()))
        assert np.abs(out - reference.clip(-32768, 32767)).max() <= 0.5 + 1e-6
        assert np.abs(reference).max() > 32768
    codes = Downsampler("ulaw").push(signal.tobytes())
    loud = np.abs(float_down(signal)) > 100
    assert np.array_equal(np.sign(ulaw_decode(codes))[loud], np.sign(float_down(signal))[loud])


def test_silence_stays_silence() -> None:
    """R12"""
    silent = Upsampler("ulaw").push(b"\xff" * 800)
    assert silent == bytes(4800)
    assert Downsampler("ulaw").push(silent) == b"\xff" * 800


def test_the_idle_code_of_a_law_stays_itself() -> None:
    """R12: as the constant 8, once the filter is full."""
    idle = Upsampler("alaw").push(b"\xd5" * 800)
    assert set(pcm(idle)[96:].tolist()) == {8}
    assert set(Downsampler("alaw").push(idle)[64:]) == {0xD5}


def test_a_constant_stays_constant() -> None:
    """R12: no tone at 8 kHz from three phases of different gain."""
    constant = pcm_bytes([1000] * 2400)
    assert set(pcm(Upsampler("pcm16").push(constant))[96:].tolist()) == {1003}
    assert set(pcm(Downsampler("pcm16").push(constant))[32:].tolist()) == {1003}


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        (
            Downsampler("ulaw"),
            "Downsampler.push: 961 bytes is not a whole number of 16-bit samples",
        ),
        (Upsampler("pcm16"), "Upsampler.push: 961 bytes is not a whole number of 16-bit samples"),
    ],
)
def test_half_a_sample_is_refused_by_name(stream: Stream, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        stream.push(bytes(961))


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("kind", BOTH)
def test_an_error_leaves_no_trace(kind: type[Stream], law: Law) -> None:
    """R13"""
    data = GOLDEN_PCM.tobytes()[:2306]
    expected = pushed(kind(law), data, [1000], 1)
    stream = kind(law)
    out = stream.push(data[:1000])
    wrong: list[Any] = [
        "text",
        None,
        17,
        memoryview(bytes(64))[::2],
        memoryview(bytes(8)).cast("f"),
    ]
    if (kind, law) not in ((Upsampler, "ulaw"), (Upsampler, "alaw")):
        wrong.append(b"odd")
    for each in wrong:
        with pytest.raises((TypeError, ValueError)):
            stream.push(each)
    assert out + stream.push(data[1000:]) + stream.flush() == expected


def test_an_unknown_law_is_refused_by_name() -> None:
    opus: Any = "opus"
    with pytest.raises(ValueError, match=r"^Upsampler: law 'opus', expected"):
        Upsampler(opus)
    with pytest.raises(ValueError, match=r"^Downsampler: law 'opus', expected"):
        Downsampler(opus)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("kind", BOTH)
def test_every_kind_of_buffer_is_taken_and_none_is_kept(kind: type[Stream], law: Law) -> None:
    data = GOLDEN_PCM.tobytes()[:960]
    expected = kind(law).push(data)
    changing = bytearray(data)
    stream = kind(law)
    out = stream.push(changing)
    changing[:] = bytes(960)
    assert out == expected
    assert stream.flush() == pushed(kind(law), data, [], 1)[len(expected) :]
    table = memoryview(data).cast("B", (48, 20))
    assert kind(law).push(memoryview(data)) == kind(law).push(table) == expected


def test_nothing_in_is_nothing_out() -> None:
    for stream in (Upsampler(), Downsampler()):
        assert stream.push(b"") == stream.push(bytearray()) == b""


def test_streams_in_two_threads_do_not_meet() -> None:
    def run(seed: int) -> list[bytes]:
        up, down, data = Upsampler(), Downsampler(), noise(480, seed).tobytes()
        return [stream.push(data) for _ in range(200) for stream in (up, down)]

    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(run, range(8)))
    assert together == [run(seed) for seed in range(8)]


def test_a_call_costs_little_memory() -> None:
    """M1: both directions of a call keep less than 2 KiB."""
    frame_up, frame_down = bytes(160), bytes(960)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        calls = [(Upsampler(), Downsampler()) for _ in range(200)]
        for up, down in calls:
            up.push(frame_up)
            down.push(frame_down)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown / len(calls) <= 2048
