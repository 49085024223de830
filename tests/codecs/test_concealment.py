"""A hole is filled with the voice that was sounding; without one nothing is changed."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from voicegate.codecs.concealment import Concealer
from voicegate.codecs.g711 import Law, alaw_decode, transcode, ulaw_decode

LAWS: list[Law] = ["ulaw", "alaw"]
IDLE = {"ulaw": b"\xff", "alaw": b"\xd5"}
FRAME = 160
HISTORY = 5 * FRAME
chunks = st.lists(st.binary(max_size=400), max_size=8)


def voice(samples: int, period: float = 61.3, law: Law = "ulaw", swell: float = 1) -> bytes:
    """A pitch of 130 Hz with overtones, as codes; by `swell` louder each 20 ms."""
    turns = 2 * np.pi * np.arange(samples) / period
    pcm = sum(3000 / k * np.sin(k * turns + k * k) for k in range(1, 9))
    swelling = swell ** (np.arange(samples) / FRAME - 5)
    return encoded(pcm * swelling, law)


def encoded(pcm: NDArray[np.float64], law: Law = "ulaw") -> bytes:
    return transcode(np.rint(pcm).astype("<i2").tobytes(), "pcm16", law)


def linear(codes: bytes, law: Law = "ulaw") -> NDArray[np.float64]:
    return (ulaw_decode if law == "ulaw" else alaw_decode)(codes).astype(np.float64)


def rms(samples: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.square(samples).mean()))


def after(codes: bytes, law: Law = "ulaw") -> Concealer:
    """One that has heard this."""
    concealer = Concealer(law)
    concealer.push(codes)
    return concealer


@pytest.mark.parametrize("law", LAWS)
@given(chunks)
def test_without_a_hole_what_goes_in_comes_out(law: Law, pieces: list[bytes]) -> None:
    concealer = Concealer(law)
    assert [concealer.push(piece) for piece in pieces] == pieces


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("period", [42.0, 61.3, 80.0, 118.5])
@pytest.mark.parametrize("swell", [0.7, 1.0, 1.4])
def test_a_voice_goes_on_through_a_short_hole(law: Law, period: float, swell: float) -> None:
    """10 ms, at full level: what comes instead is close to what was lost."""
    codes = voice(HISTORY + 80, period, law, swell)
    made = after(codes[:HISTORY], law).fill(80)
    lost = linear(codes[HISTORY:], law)
    assert rms(linear(made, law) - lost) < (0.25 if swell == 1 else 0.5) * rms(lost)


def test_a_loud_knock_before_it_is_not_taken_for_the_voice() -> None:
    pcm = linear(voice(HISTORY + 80))
    pcm[HISTORY - 240 : HISTORY - 225] = 30_000
    made = linear(after(encoded(pcm[:HISTORY])).fill(80))
    assert rms(made - pcm[HISTORY:]) < 0.25 * rms(pcm[HISTORY:])


def test_silence_in_place_of_a_frame_is_farther_from_it_than_what_is_made() -> None:
    codes = voice(HISTORY + FRAME)
    made = linear(after(codes[:HISTORY]).fill(FRAME))
    lost = linear(codes[HISTORY:])
    assert rms(made - lost) < 0.5 * rms(lost)


@pytest.mark.parametrize("law", LAWS)
def test_a_hole_falls_by_a_fifth_each_10_ms_and_is_mute_from_60_ms(law: Law) -> None:
    codes = voice(HISTORY, 61.0, law)
    made = after(codes, law).fill(640)
    heard = linear(made[:480], law).reshape(12, 40)
    unfaded = np.resize(linear(codes[-61:], law), (12, 40))
    gains = (heard * unfaded).sum(axis=1) / np.square(unfaded).sum(axis=1)
    falling = [0.95, 0.85, 0.75, 0.65, 0.55, 0.45, 0.35, 0.25, 0.15, 0.05]
    assert gains == pytest.approx([1, 1, *falling], abs=0.03)
    assert made[480:] == IDLE[law] * 160


@given(st.lists(st.integers(0, 200), max_size=6))
def test_the_cut_of_a_hole_is_not_heard(sizes: list[int]) -> None:
    concealer, codes = after(voice(HISTORY)), after(voice(HISTORY)).fill(sum(sizes))
    assert b"".join(concealer.fill(size) for size in sizes) == codes


@pytest.mark.parametrize("period", [42.0, 61.3, 118.5])
@pytest.mark.parametrize("hole_ms", [5, 10, 20, 40, 60, 200])
@pytest.mark.parametrize("swell", [0.8, 1.0, 1.2])
def test_there_is_no_click_on_either_side(period: float, hole_ms: int, swell: float) -> None:
    """No step between samples is much higher than those of the voice itself."""
    hole = hole_ms * 8
    codes = voice(HISTORY + hole + 2 * FRAME, period, swell=swell)
    concealer = Concealer()
    heard = concealer.push(codes[:HISTORY]) + concealer.fill(hole)
    heard += concealer.push(codes[HISTORY + hole :])
    assert len(heard) == len(codes)
    steepest = np.abs(np.diff(linear(codes))).max()
    assert np.abs(np.diff(linear(heard))).max() < 1.3 * steepest


@pytest.mark.parametrize("phase", range(0, 267, 20))
def test_a_hum_below_all_voices_does_not_click(phase: int) -> None:
    """30 Hz: no lag fits, and the loop's ends are up to 7500 apart."""
    codes = encoded(8000 * np.sin(2 * np.pi * (np.arange(HISTORY) + phase) / 267))
    heard = linear(codes + after(codes).fill(480))[HISTORY - 1 :]
    assert np.abs(np.diff(heard)).max() < 2000


def test_noise_goes_on_as_loud_as_it_was() -> None:
    codes = encoded(np.random.default_rng(1).normal(0, 1000, HISTORY))
    assert rms(linear(after(codes).fill(80))) == pytest.approx(1000, rel=0.4)


def test_full_scale_does_not_wrap() -> None:
    """A square wave that rises a sample early, just where the hole begins."""
    loud = np.where(np.arange(HISTORY) // 30 % 2, 32767, -32768)[::-1].copy()
    loud[-1] = 32767
    made = linear(after(encoded(loud)).fill(80))
    assert (made[:25] > 0).all()


@pytest.mark.parametrize("law", LAWS)
def test_silence_stays_silence(law: Law) -> None:
    concealer = Concealer(law)
    idle = IDLE[law] * FRAME
    if law == "ulaw":
        assert concealer.fill(FRAME) == idle
        assert concealer.push(idle) == idle
    else:  # which has no zero
        assert set(concealer.fill(FRAME) + concealer.push(idle)) <= {0xD5, 0x55}


@pytest.mark.parametrize(("hole", "faded"), [(FRAME, 47), (640, 80)])
def test_what_comes_again_is_soon_untouched(hole: int, faded: int) -> None:
    """A fade of a quarter period, longer after a longer hole, but of 10 ms at most."""
    concealer = after(voice(HISTORY, 61.0))
    concealer.fill(hole)
    came = bytes(range(1, 161))
    heard = concealer.push(came)
    assert heard[faded:] == came[faded:]
    assert heard[: faded - 10] != came[: faded - 10]
    assert concealer.push(came) == came


def test_after_a_mute_hole_the_voice_rises_from_silence() -> None:
    concealer = after(voice(HISTORY))
    concealer.fill(640)
    heard = np.abs(linear(concealer.push(b"\x80" * FRAME)))  # the loudest code
    assert (np.diff(heard[:80]) >= 0).all()
    assert heard[0] < 500


def test_a_frame_shorter_than_the_fade_is_faded_in_whole() -> None:
    concealer = after(voice(HISTORY))
    concealer.fill(640)
    assert len(concealer.push(b"\x80" * 10)) == 10
    assert concealer.push(b"\x80" * 10) == b"\x80" * 10


def test_nothing_comes_and_nothing_is_missing_changes_nothing() -> None:
    concealer, other = after(voice(HISTORY)), after(voice(HISTORY))
    assert concealer.fill(0) == concealer.push(b"") == b""
    assert concealer.push(b"\x80" * FRAME) == other.push(b"\x80" * FRAME) == b"\x80" * FRAME
    assert concealer.fill(50) == other.fill(50)
    assert concealer.push(b"") == b""  # and the hole goes on
    assert concealer.fill(50) == other.fill(50)


def test_a_second_hole_goes_on_from_what_was_heard_in_the_first() -> None:
    concealer = after(voice(HISTORY))
    heard = concealer.fill(100) + concealer.push(voice(20, 80.0))
    assert after(voice(HISTORY) + heard).fill(80) == concealer.fill(80)


def test_after_a_reset_nothing_of_before_is_heard() -> None:
    concealer = after(voice(HISTORY))
    concealer.fill(50)
    concealer.reset()
    assert concealer.push(b"\x80" * FRAME) == b"\x80" * FRAME
    concealer.reset()
    assert concealer.fill(FRAME) == IDLE["ulaw"] * FRAME


def test_an_error_leaves_no_trace() -> None:
    concealer, other = after(voice(HISTORY)), after(voice(HISTORY))
    concealer.fill(50)
    text: Any = "text"
    with pytest.raises(TypeError):
        concealer.push(text)
    with pytest.raises(ValueError, match=r"^Concealer.push: expected contiguous bytes"):
        concealer.push(memoryview(b"abcd")[::2])
    with pytest.raises(ValueError, match=r"^Concealer.fill: -1 samples, expected 0 or more$"):
        concealer.fill(-1)
    other.fill(50)
    assert concealer.push(voice(FRAME)) == other.push(voice(FRAME))


@pytest.mark.parametrize("law", ["pcm16", "opus"])
def test_only_g711_is_concealed(law: Any) -> None:
    with pytest.raises(ValueError, match=rf"^Concealer: law '{law}', expected ulaw or alaw$"):
        Concealer(law)
