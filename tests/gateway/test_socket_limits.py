"""How much, how often and in which pieces a peer may send."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from picows import WSMsgType

from voicegate.gateway.socket_limits import (
    CARRIER_LIMITS,
    RULE_BROKEN,
    TOO_BIG,
    Fragments,
    LimitExceeded,
    RateLimit,
)

TEXT, BINARY, MORE = WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION
MS = 1_000_000


def test_a_carrier_may_send_64_kib_and_200_frames_a_second_with_a_burst_of_1000():
    """C143."""
    assert CARRIER_LIMITS.max_message_bytes == 64 * 1024
    assert (CARRIER_LIMITS.frames_per_s, CARRIER_LIMITS.burst) == (200, 1_000)


def test_exactly_the_burst_is_admitted_at_once():
    """C143."""
    limit = RateLimit(200, 1_000)
    admitted = [limit.admits(7 * MS) for _ in range(1_100)]
    assert admitted == [True] * 1_000 + [False] * 100


def test_after_a_burst_one_more_is_admitted_every_five_milliseconds():
    limit = RateLimit(200, 3)
    assert [limit.admits(0) for _ in range(4)] == [True, True, True, False]
    assert not limit.admits(5 * MS - 1)
    assert limit.admits(5 * MS)
    assert not limit.admits(5 * MS)


def test_a_line_that_keeps_to_its_rate_is_never_refused():
    limit = RateLimit(200, 1)
    assert all(limit.admits(frame * 5 * MS) for frame in range(10_000))


@given(st.lists(st.integers(0, 40), max_size=300), st.integers(1, 20))
def test_no_window_holds_more_than_its_burst_and_its_rate(gaps_ms: list[int], burst: int):
    limit = RateLimit(200, burst)
    now_ms, admitted = 0, list[int]()
    for gap_ms in gaps_ms:
        now_ms += gap_ms
        if limit.admits(now_ms * MS):
            admitted.append(now_ms)
    for first, start_ms in enumerate(admitted):
        for last, end_ms in enumerate(admitted[first:], 1):
            assert last <= burst + (end_ms - start_ms) // 5


@given(st.binary(max_size=64), st.lists(st.integers(0, 64), max_size=6))
def test_a_message_is_the_same_however_it_was_cut(message: bytes, cuts: list[int]):
    edges = [0, *sorted(min(cut, len(message)) for cut in cuts), len(message)]
    pieces = [message[a:b] for a, b in pairwise(edges)]
    fragments = Fragments(64)
    kinds = [TEXT] + [MORE] * (len(pieces) - 1)
    joined = [
        fragments.add(kind, piece, is_last=number == len(pieces))
        for number, (kind, piece) in enumerate(zip(kinds, pieces, strict=True), 1)
    ]
    assert joined == [None] * (len(pieces) - 1) + [(TEXT, message)]
    assert not fragments.is_pending


def test_the_next_message_begins_empty():
    fragments = Fragments(8)
    assert fragments.add(TEXT, b"one", is_last=True) == (TEXT, b"one")
    assert fragments.add(BINARY, b"two", is_last=True) == (BINARY, b"two")


def test_a_message_may_be_as_big_as_the_limit_and_no_bigger():
    fragments = Fragments(4)
    fragments.add(TEXT, b"12", is_last=False)
    assert fragments.add(MORE, b"34", is_last=True) == (TEXT, b"1234")
    fragments.add(TEXT, b"123", is_last=False)
    with pytest.raises(LimitExceeded) as caught:
        fragments.add(MORE, b"45", is_last=True)
    assert caught.value.code == TOO_BIG


@pytest.mark.parametrize("begun", [TEXT, BINARY, None])
def test_fragments_of_two_messages_do_not_mix(begun: WSMsgType | None):
    fragments = Fragments(8)
    if begun is not None:
        fragments.add(begun, b"", is_last=False)
    with pytest.raises(LimitExceeded) as caught:
        fragments.add(MORE if begun is None else TEXT, b"", is_last=True)
    assert caught.value.code == RULE_BROKEN
