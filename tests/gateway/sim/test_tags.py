"""Tagged audio names its item and its millisecond, and nothing else is taken for a tag."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.gateway.sim.tags import read_tags, tagged


def test_a_tagged_millisecond_has_the_documented_eight_bytes():
    assert tagged(0x0102, 0x030405, 1) == bytes([0x5A, 1, 2, 3, 4, 5, 0xA5, 0])


@given(item=st.integers(0, 65535), start=st.integers(0, 100_000), length=st.integers(0, 700))
def test_every_millisecond_is_read_back_in_order(item: int, start: int, length: int):
    payload = tagged(item, start, length)
    assert len(payload) == 8 * length
    assert read_tags(payload) == [(item, start + ms) for ms in range(length)]


def test_silence_between_two_items_is_no_tag():
    payload = tagged(1, 40, 2) + b"\xff" * 16 + tagged(2, 0, 1)
    assert read_tags(payload) == [(1, 40), (1, 41), (2, 0)]
    assert read_tags(b"\xff" * 160) == []


def test_a_torn_last_block_is_not_read():
    assert read_tags(tagged(7, 0, 2)[:-1]) == [(7, 0)]


@pytest.mark.parametrize(("item", "start"), [(65536, 0), (-1, 0), (1, -1), (1, 2**24 - 1)])
def test_what_does_not_fit_its_field_is_refused(item: int, start: int):
    with pytest.raises(ValueError, match="no tag holds"):
        tagged(item, start, 1)
