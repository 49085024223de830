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

from voicegate.codecs.g711 import Law, sample_bytes, transcode, ulaw_decode
from voicegate.codecs.resample import (
    DELAY_8K,
    DELAY_24K,
    DELAY_MS,
    Downsampler,
    Upsampler,
)
from voicegate.codecs.taps import SCALE_BITS, TAPS

TAP_LIST: list[int] = TAPS.tolist()
LAWS: list[Law] = ["ulaw", "alaw", "pcm16"]
TONES_HZ = (301, 1004, 2003, 3001, 3397)  # not commensurate with the rates
Stream = Upsampler | Downsampler
BOTH = [Upsampler, Downsampler]

positions = np.arange(4801, dtype=np.int64)
GOLDEN_PCM = ((7919 * positions**2 + 104729 * positions) % 65536 - 32768).astype("<i2")
GOLDEN_CODES = ((31 * positions**2 + 7 * positions) % 256).astype(np.uint8)


def to_int16(scaled: int) -> int:
    """A sum of taps times samples, rounded half to even and saturated: in whole numbers only."""
    whole, rest = divmod(scaled, 2**SCALE_BITS)
    half = 2 ** (SCALE_BITS - 1)
    whole += rest > half or (rest == half and whole % 2 == 1)
    return max(-32768, min(32767, whole))


def model_up(samples: list[int]) -> list[int]:
    taps = [TAP_LIST[phase::3] for phase in range(3)]
    return [
        to_int16(3 * sum(tap * samples[n - k] for k, tap in enumerate(taps[phase]) if n >= k))
        for n in range(len(samples))
        for phase in range(3)
    ]


def model_down(samples: list[int]) -> list[int]:
    return [
        to_int16(sum(tap * samples[3 * m - k] for k, tap in enumerate(TAP_LIST) if 3 * m >= k))
        for m in range(len(samples) // 3)
    ]


def pcm_bytes(samples: Iterable[int]) -> bytes:
    return np.array(list(samples), "<i2").tobytes()


def pcm(data: bytes) -> NDArray[np.int64]:
    return np.frombuffer(data, "<i2").astype(np.int64)


def noise(count: int, seed: int) -> NDArray[np.int16]:
    return np.random.default_rng(seed).integers(-32768, 32768, count).astype("<i2")


def tone(hz: float, rate: int, seconds: float, amplitude: float = 16000) -> NDArray[np.int16]:
    at = np.arange(int(rate * seconds)) / rate
    return np.rint(amplitude * np.sin(2 * np.pi * hz * at)).astype("<i2")


def amplitudes(signal: NDArray[np.int64], rate: int, *hz: float) -> NDArray[np.floating[Any]]:
    """Of tones in a signal, fitted jointly with a constant, after the first 0.2 s."""
    at = 2 * np.pi * np.arange(len(signal)) / rate
    columns = [f(at * frequency) for frequency in hz for f in (np.sin, np.cos)]
    table = np.stack([*columns, np.ones_like(at)], axis=1)[rate // 5 :]
    fit = np.linalg.lstsq(table, signal[rate // 5 :].astype(float))[0]
    return np.hypot(fit[:-1:2], fit[1:-1:2])


def db(ratio: Any) -> Any:
    return 20 * np.log10(ratio)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("stream", "data", "samples", "digest", "beginning"),
    [
        (
            Upsampler("pcm16"),
            GOLDEN_PCM[:1600].tobytes(),
            4848,
            "ff3b4f8ffc6e6aa7feede2d47158ec33ab7c28a3b9952d14abdd22082e167cee",
            [-40, -84, -66, -3, 103, 124],
        ),
        (
            Upsampler("ulaw"),
            GOLDEN_CODES[:1600].tobytes(),
            4848,
            "f7c64c7b91895966f15ddf692237359278b16787be9617dc7d54a4d109696945",
            [-39, -83, -65, -28, 48, 80],
        ),
        (
            Downsampler("pcm16"),
            GOLDEN_PCM.tobytes(),
            1617,
            "a912a6fb35c793dab9488409b811fb55ec62c1ec5afdd96c896ec6249c700876",
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
    [
        ("ulaw", "75e5daf4a0a3488e2318d387bb4fe0b913ebfe925c01eb1d0961b447c5d13364"),
        ("alaw", "8bd5417d6759064ba5f890f6f3fc3d5a375d0484e6b0b7496499f08d6f91ea30"),
    ],
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
    assert pcm(stream.push(data) + stream.flush()).tolist() == model_up(samples + [0] * 16)


@pytest.mark.parametrize("law", LAWS)
def test_noise_at_full_scale_is_exact_on_the_way_down(law: Law) -> None:
    """R8: against whole numbers."""
    samples = noise(2000, 2)
    expected = pcm_bytes(model_down(samples.tolist() + [0] * 49))
    stream = Downsampler(law)
    out = stream.push(samples.tobytes()) + stream.flush()
    assert out == transcode(expected, "pcm16", law)


int16s = st.one_of(st.integers(-32768, 32767), st.sampled_from([-32768, -1, 0, 1, 32767]))


@settings(max_examples=60, deadline=None)
@given(st.lists(int16s, max_size=120))
def test_any_samples_are_exact(samples: list[int]) -> None:
    """R8: against whole numbers."""
    data = pcm_bytes(samples)
    assert pcm(Upsampler("pcm16").push(data)).tolist() == model_up(samples)
    assert pcm(Downsampler("pcm16").push(data)).tolist() == model_down(samples)


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
    assert pcm(up.flush()).tolist() == model_up(samples + [0] * 16)[120:]


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


@pytest.mark.parametrize("hz", TONES_HZ)
def test_speech_passes_at_its_level(hz: int) -> None:
    """R2: within 0.03 dB through the objects."""
    up = pcm(Upsampler("pcm16").push(tone(hz, 8000, 1.2).tobytes()))
    down = pcm(Downsampler("pcm16").push(tone(hz, 24000, 1.2).tobytes()))
    assert abs(db(amplitudes(up, 24000, hz)[0] / 16000)) <= 0.03
    assert abs(db(amplitudes(down, 8000, hz)[0] / 16000)) <= 0.03


def test_images_are_66_db_down() -> None:
    """R3: what 8 kHz sampling mirrors, every 37 Hz, through the object."""
    worst = 0.0
    for hz in range(101, 3801, 37):
        out = pcm(Upsampler("pcm16").push(tone(hz, 8000, 0.7).tobytes()))
        worst = max(worst, *amplitudes(out, 24000, hz, 8000 - hz, 8000 + hz)[1:])
    assert db(worst / 16000) <= -66


def test_aliases_are_66_db_down() -> None:
    """R3: what 8 kHz sampling folds back, every 37 Hz, through the object."""
    worst = 0.0
    for hz in range(4203, 11991, 37):
        out = pcm(Downsampler("pcm16").push(tone(hz, 24000, 0.9).tobytes()))
        worst = max(worst, *amplitudes(out, 8000, abs(hz - 8000 * round(hz / 8000))))
    assert db(worst / 16000) <= -66


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
