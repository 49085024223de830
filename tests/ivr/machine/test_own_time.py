"""The call's own time."""

from hypothesis import given
from hypothesis import strategies as st

from voicegate.ivr.machine.own_time import OwnTime


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)), max_size=10))
def test_it_counts_what_was_with_a_stream_and_nothing_else(spans: list[tuple[int, int]]) -> None:
    time, now_ms, with_stream_ms = OwnTime(), 0, 0
    for up_ms, lost_ms in spans:
        now_ms += up_ms
        with_stream_ms += up_ms
        time.stop(now_ms)
        assert (time.stands_still, time.when(now_ms)) == (True, None)
        now_ms += lost_ms
        assert time.of(now_ms) == with_stream_ms
        time.go_on(now_ms)
    assert time.of(now_ms) == with_stream_ms
    assert time.when(with_stream_ms + 5) == now_ms + 5
