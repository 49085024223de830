"""Numbers that survive mu-law, base64 and a resampler."""

from binascii import a2b_base64, b2a_base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.codecs.convert import converter
from voicegate.codecs.frames import PCM16_24K, PCMU_8K
from voicegate.gateway.sim.bench.sound import NUMBERS, Encoding, NumberedSound, NumberReader

FRAMES = NumberedSound("pcmu", 20)
DELTAS = NumberedSound("pcm24k", 200)

numbers = st.integers(0, NUMBERS - 1)


@pytest.mark.parametrize(
    ("encoding", "length_ms", "size"),
    [("pcmu", 20, 160), ("pcmu", 200, 1_600), ("pcm24k", 20, 960), ("pcm24k", 200, 9_600)],
)
def test_a_message_is_as_long_as_it_should_be_and_has_its_number(
    encoding: Encoding, length_ms: int, size: int
) -> None:
    sound, reader = NumberedSound(encoding, length_ms), NumberReader(encoding)
    for number in (0, 1, 0x1234, 0xF0F0, NUMBERS - 1):
        text = sound.text(number)
        assert len(a2b_base64(text, strict_mode=True)) == size
        assert reader.number(text.encode(), 0) == number


@given(st.lists(numbers, min_size=1, max_size=20))
def test_the_way_up_keeps_numbers(sent: list[int]) -> None:
    up, reader = converter(PCMU_8K, PCM16_24K), NumberReader("pcm24k")
    heard: list[int] = []
    for number in sent:
        pcm = up.push(a2b_base64(FRAMES.text(number)))
        heard.append(reader.number(b'{"audio":"' + b2a_base64(pcm, newline=False) + b'"}', 10))
    assert heard == sent


@given(st.lists(numbers, min_size=1, max_size=5))
def test_the_way_down_keeps_numbers(sent: list[int]) -> None:
    down, reader = converter(PCM16_24K, PCMU_8K), NumberReader("pcmu")
    heard: list[int] = []
    for number in sent:
        mulaw = down.push(a2b_base64(DELTAS.text(number)))
        heard.append(reader.number(b2a_base64(mulaw, newline=False), 0))
    assert heard == sent


def test_silence_is_no_small_number() -> None:
    """Padding of ours in the place of a lost message must not look like the next one."""
    silence = b2a_base64(b"\xff" * 160, newline=False)
    assert NumberReader("pcmu").number(silence, 0) > 0x8000
