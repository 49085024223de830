"""From format to format: the shortest chain there is, or a refusal that names both."""

import pytest

from voicegate.codecs.convert import Converter, UnsupportedConversion, converter
from voicegate.codecs.frames import (
    PCM16_8K,
    PCM16_24K,
    PCMA_8K,
    PCMU_8K,
    AudioFormat,
    Encoding,
)
from voicegate.codecs.g711 import transcode
from voicegate.codecs.resample import Downsampler, Upsampler

PCM16_16K = AudioFormat(Encoding.PCM16, 16000)
PCM16_48K = AudioFormat(Encoding.PCM16, 48000)
AT_8K = [PCMU_8K, PCMA_8K, PCM16_8K]
SOUND = bytes(range(256)) * 15


@pytest.mark.parametrize("fmt", [*AT_8K, PCM16_24K, PCM16_16K, PCM16_48K])
def test_equal_formats_are_a_wire(fmt: AudioFormat) -> None:
    wire = converter(fmt, fmt)
    data = SOUND[:961]
    assert wire.push(data) is data
    assert wire.push(bytearray(data)) == data
    assert (wire.identity, wire.resamplers, wire.delay_ms, wire.steps) == (True, 0, 0.0, ())
    wire.reset()
    assert wire.flush() == b""


@pytest.mark.parametrize(
    ("source", "target", "step"),
    [
        (PCMU_8K, PCMA_8K, "transcode"),
        (PCMA_8K, PCMU_8K, "transcode"),
        (PCMU_8K, PCM16_8K, "decode"),
        (PCMA_8K, PCM16_8K, "decode"),
        (PCM16_8K, PCMU_8K, "encode"),
        (PCM16_8K, PCMA_8K, "encode"),
    ],
)
def test_at_one_rate_there_is_a_table_and_no_resampler(
    source: AudioFormat, target: AudioFormat, step: str
) -> None:
    table = converter(source, target)
    assert table.push(SOUND) == transcode(SOUND, source.law, target.law)
    assert (table.identity, table.resamplers, table.delay_ms) == (False, 0, 0.0)
    assert table.steps == (step,)
    assert (table.source, table.target) == (source, target)
    table.reset()
    assert table.flush() == b""


def check_stream(chain: Converter, alone: Upsampler | Downsampler, step: str) -> None:
    assert (chain.identity, chain.resamplers, chain.delay_ms) == (False, 1, 2.0)
    assert chain.steps == (step,)
    out = [chain.push(SOUND[:962]), chain.push(SOUND[962:]), chain.flush(), chain.flush()]
    assert out == [alone.push(SOUND[:962]), alone.push(SOUND[962:]), alone.flush(), b""]
    chain.push(SOUND[:962])
    chain.reset()
    assert chain.push(SOUND) == alone.push(SOUND)


@pytest.mark.parametrize("fmt", AT_8K)
def test_between_8_and_24_khz_there_is_one_resampler(fmt: AudioFormat) -> None:
    check_stream(converter(fmt, PCM16_24K), Upsampler(fmt.law), "up3")
    check_stream(converter(PCM16_24K, fmt), Downsampler(fmt.law), "down3")
    assert converter(fmt, PCM16_24K).source == fmt
    assert converter(fmt, PCM16_24K).target == PCM16_24K


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (PCM16_16K, PCM16_24K),
        (PCM16_24K, PCM16_16K),
        (PCMU_8K, PCM16_16K),
        (PCM16_48K, PCMU_8K),
        (PCM16_24K, PCM16_48K),
    ],
)
def test_what_cannot_be_converted_is_refused_with_what_can(
    source: AudioFormat, target: AudioFormat
) -> None:
    with pytest.raises(UnsupportedConversion, match=f"^{source} to {target}: .*pcm16 24000 Hz$"):
        converter(source, target)
    assert issubclass(UnsupportedConversion, ValueError)


def test_half_a_sample_and_what_is_no_buffer_are_refused() -> None:
    with pytest.raises(
        ValueError, match=r"^Converter.push: 3 bytes is not a whole number of 16-bit"
    ):
        converter(PCM16_8K, PCMU_8K).push(b"abc")
    with pytest.raises(ValueError, match=r"^Downsampler.push: 3 bytes"):
        converter(PCM16_24K, PCMU_8K).push(b"abc")
    number: object = 17
    with pytest.raises(TypeError):
        converter(PCMU_8K, PCMU_8K).push(number)  # pyright: ignore[reportArgumentType]
