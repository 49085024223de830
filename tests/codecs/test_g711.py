"""G.711 on all codes and all samples, against the digests of ITU-T G.191 and against audioop."""

import hashlib
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from voicegate.codecs.g711 import (
    ALAW_DEC,
    ALAW_ENC,
    ALAW_TO_ULAW,
    ULAW_DEC,
    ULAW_ENC,
    ULAW_TO_ALAW,
    Law,
    alaw_decode,
    alaw_encode,
    level_dbfs,
    sample_bytes,
    transcode,
    transcoder,
    ulaw_decode,
    ulaw_encode,
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

CODES = np.arange(256, dtype=np.uint8)
SAMPLES = np.arange(-32768, 32768, dtype="<i2")

Decoder = Callable[..., NDArray[np.int16]]
Encoder = Callable[..., NDArray[np.uint8]]
LAWS: list[tuple[Decoder, Encoder]] = [(ulaw_decode, ulaw_encode), (alaw_decode, alaw_encode)]


def digest(table: NDArray[Any]) -> str:
    return hashlib.sha256(table.tobytes()).hexdigest()


def native(data: bytes) -> NDArray[np.int16]:
    return np.frombuffer(data, np.int16)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (ULAW_DEC, "3dab54339e520bb2c924826e3b72a917a2b612e9fd12fc867500f1d983a75827"),
        (ALAW_DEC, "e04788d110e58ff8c70c93b8480190d973e3b67876b6119abbaec766cc75c174"),
        (ULAW_ENC, "90c29de505fb68e766118303bd552a16005dcf810873698bee1d8f3b247ce28c"),
        (ALAW_ENC, "38488f6fd710f4686360edc4d38639f96c491595ef93f8eb8d62d5e07ca6ce7b"),
    ],
)
def test_the_tables_are_those_of_the_reference_software(table: NDArray[Any], expected: str) -> None:
    """G1, G2: the digests were taken from the compiled ITU-T G.191 Software Tool Library."""
    assert digest(table) == expected
    assert not table.flags.writeable


def test_decoding_is_audioops_on_every_code() -> None:
    """G1"""
    assert np.array_equal(ulaw_decode(CODES), native(audioop.ulaw2lin(CODES.tobytes(), 2)))
    assert np.array_equal(alaw_decode(CODES), native(audioop.alaw2lin(CODES.tobytes(), 2)))


def test_encoding_a_law_is_audioops_on_every_sample() -> None:
    """G1"""
    assert alaw_encode(SAMPLES).tobytes() == audioop.lin2alaw(SAMPLES.astype(np.int16).tobytes(), 2)


def is_at_a_border(sample: int) -> bool:
    """Where an arithmetic shift makes the 14-bit magnitude of a negative sample one too large."""
    magnitude = (~sample >> 2) + 34
    segment = (magnitude >> 5).bit_length() - 1
    return magnitude <= 0x1FFF and magnitude % 2 ** (segment + 1) == 0


def test_encoding_mu_law_differs_from_audioop_in_exactly_the_known_set() -> None:
    """G2: 508 negative samples at the borders of the codes, where audioop is one step louder."""
    ours = ulaw_encode(SAMPLES).astype(int)
    theirs = np.frombuffer(audioop.lin2ulaw(SAMPLES.astype(np.int16).tobytes(), 2), np.uint8)
    differing = SAMPLES[ours != theirs].tolist()
    assert differing == [x for x in range(-32768, 0) if is_at_a_border(x)]
    assert len(differing) == 508
    assert differing[0] == -31612
    assert differing[-4:] == [-4, -3, -2, -1]
    assert set((ours - theirs)[ours != theirs].tolist()) == {1}


@pytest.mark.parametrize(("decode", "encode"), LAWS)
def test_a_code_survives_decoding_and_encoding(decode: Decoder, encode: Encoder) -> None:
    """G3: all but mu-law's negative zero, which becomes the positive one."""
    again = encode(decode(CODES)).tolist()
    assert [c for c in range(256) if again[c] != c] == ([0x7F] if decode is ulaw_decode else [])
    if decode is ulaw_decode:
        assert again[0x7F] == 0xFF


def test_a_translation_is_decoding_and_encoding() -> None:
    """G3"""
    assert transcode(CODES.tobytes(), "ulaw", "alaw") == alaw_encode(ulaw_decode(CODES)).tobytes()
    assert transcode(CODES.tobytes(), "alaw", "ulaw") == ulaw_encode(alaw_decode(CODES)).tobytes()
    back = ULAW_TO_ALAW.translate(ALAW_TO_ULAW)
    assert sum(back[c] == c for c in range(256)) == 240


def test_transcoding_to_and_from_linear_is_little_endian() -> None:
    pcm = ULAW_DEC.astype("<i2").tobytes()
    assert transcode(CODES.tobytes(), "ulaw", "pcm16") == pcm
    assert transcode(pcm, "pcm16", "ulaw") == ulaw_encode(pcm).tobytes()
    assert transcode(CODES.tobytes(), "alaw", "pcm16") == ALAW_DEC.astype("<i2").tobytes()
    assert transcode(pcm, "pcm16", "alaw") == alaw_encode(pcm).tobytes()


@pytest.mark.parametrize("law", ["ulaw", "alaw", "pcm16"])
def test_a_law_to_itself_changes_nothing(law: Law) -> None:
    assert transcode(b"\x00\x7f\xff\xd5", law, law) == b"\x00\x7f\xff\xd5"
    assert transcode(memoryview(b"\x00\x7f"), law, law) == b"\x00\x7f"


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_every_kind_of_buffer_is_taken(kind: Callable[[bytes], Any]) -> None:
    data = kind(CODES.tobytes())
    assert np.array_equal(ulaw_decode(data), ULAW_DEC)
    assert transcode(data, "ulaw", "alaw") == ULAW_TO_ALAW
    assert transcode(data, "ulaw", "pcm16") == ULAW_DEC.tobytes()
    assert level_dbfs(data, "ulaw") == level_dbfs(CODES.tobytes(), "ulaw")


@pytest.mark.parametrize(("decode", "encode"), LAWS)
def test_arrays_keep_their_shape_and_fill_what_they_are_given(
    decode: Decoder, encode: Encoder
) -> None:
    codes = CODES.reshape(4, 8, 8)
    pcm, again = np.empty((4, 8, 8), "<i2"), np.empty((4, 8, 8), np.uint8)
    assert decode(codes, pcm) is pcm
    assert np.array_equal(pcm, decode(codes))
    assert encode(pcm, again) is again
    assert np.array_equal(again, encode(pcm))
    assert decode(np.zeros((0, 160), np.uint8)).shape == (0, 160)


@pytest.mark.parametrize(("decode", "encode"), LAWS)
def test_results_are_fresh_and_writeable(decode: Decoder, encode: Encoder) -> None:
    first = decode(CODES)
    first[:] = 0
    assert decode(CODES).any()
    assert encode(SAMPLES).flags.writeable


def test_the_ends_and_the_middle_of_mu_law() -> None:
    assert ulaw_decode(b"\xff\x7f\x00\x80").tolist() == [0, 0, -32124, 32124]
    assert ulaw_encode(np.array([0, -1, 32767, -32768], "<i2")).tolist() == [0xFF, 0x7F, 0x80, 0]


def test_a_law_has_no_zero() -> None:
    assert alaw_decode(b"\xd5\x55\x2a\xaa").tolist() == [8, -8, -32256, 32256]
    assert alaw_encode(np.array([0, -1, 32767, -32768], "<i2")).tolist() == [0xD5, 0x55, 0xAA, 0x2A]


@pytest.mark.parametrize(
    ("out", "message"),
    [
        (np.full(3, 7, "<i2"), "expected an array of"),
        (np.full(4, 7, np.int32), "expected an array of"),
        (np.full(8, 7, "<i2")[::2], "C-contiguous"),
    ],
)
def test_a_wrong_out_is_refused_and_left_alone(out: Any, message: str) -> None:
    with pytest.raises(ValueError, match=rf"^ulaw_decode, out: .*{message}"):
        ulaw_decode(bytes(4), out)
    assert set(out.tolist()) == {7}


def test_wrong_input_is_refused_by_name() -> None:
    wrong: Any = np.zeros(4, np.float32)
    with pytest.raises(ValueError, match=r"^ulaw_encode: expected an array of int16"):
        ulaw_encode(wrong)
    with pytest.raises(ValueError, match=r"^alaw_encode: 3 bytes is not a whole number of 16-bit"):
        alaw_encode(b"abc")
    with pytest.raises(ValueError, match=r"^transcode: 3 bytes is not a whole number of 16-bit"):
        transcode(b"abc", "pcm16", "ulaw")
    with pytest.raises(ValueError, match=r"^level_dbfs: 3 bytes is not a whole number of 16-bit"):
        level_dbfs(b"abc", "pcm16")
    text: Any = "text"
    with pytest.raises(TypeError):
        ulaw_decode(text)


def test_an_unknown_law_is_refused() -> None:
    opus: Any = "opus"
    for attempt in (
        lambda: transcoder("ulaw", opus),
        lambda: transcode(b"", opus, "ulaw"),
        lambda: level_dbfs(b"", opus),
        lambda: sample_bytes(opus),
    ):
        with pytest.raises(ValueError, match=r"'opus'.*expected ulaw, alaw or pcm16"):
            attempt()


def test_nothing_in_is_nothing_out() -> None:
    assert ulaw_decode(b"").size == 0
    assert alaw_encode(b"").size == 0
    assert transcode(b"", "pcm16", "alaw") == b""
    assert level_dbfs(b"", "ulaw") == -120.0


def exact_level(pcm: NDArray[np.int16]) -> float:
    return 10 * math.log10(np.square(pcm.astype(float)).mean()) - 20 * math.log10(32768)


@pytest.mark.parametrize("peak", [12, 40, 700, 12000, 32767])
def test_the_level_is_that_of_the_mean_square(peak: int) -> None:
    """Fractions count: a whole-numbered RMS would be half a dB off at -73 dBFS."""
    pcm = (np.random.default_rng(peak).integers(-peak, peak + 1, 160)).astype("<i2")
    assert level_dbfs(pcm.tobytes(), "pcm16") == pytest.approx(exact_level(pcm), abs=1e-3)
    ulaw, alaw = ulaw_encode(pcm), alaw_encode(pcm)
    expected = exact_level(ulaw_decode(ulaw)), exact_level(alaw_decode(alaw))
    assert level_dbfs(ulaw.tobytes(), "ulaw") == pytest.approx(expected[0], abs=1e-3)
    assert level_dbfs(alaw.tobytes(), "alaw") == pytest.approx(expected[1], abs=1e-3)


def test_levels_of_reference_signals() -> None:
    sine = np.rint(32767 * np.sin(2 * np.pi * 1004 * np.arange(8000) / 8000)).astype("<i2")
    assert level_dbfs(sine.tobytes(), "pcm16") == pytest.approx(-3.01, abs=0.01)
    assert level_dbfs(np.full(160, -32768, "<i2").tobytes(), "pcm16") == 0.0
    assert level_dbfs(b"\xff\x7f" * 80, "ulaw") == -120.0
    assert level_dbfs(bytes(320), "pcm16") == -120.0
    assert level_dbfs(b"\xd5" * 160, "alaw") == pytest.approx(-72.25, abs=0.01)
    assert level_dbfs(b"\x01\x00" + bytes(320_000), "pcm16") == -120.0
