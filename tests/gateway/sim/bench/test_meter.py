"""Exact account of every message: how long, how many lost, in which order."""

from hypothesis import given
from hypothesis import strategies as st

from voicegate.gateway.sim.bench.meter import CallPassages, Meter, Passage, Tally


def test_each_message_is_timed_by_its_number() -> None:
    tally = Tally()
    passage = Passage(tally)
    assert [passage.leave(now_s) for now_s in (1.0, 2.0, 3.0)] == [0, 1, 2]
    passage.arrive(0, 1.5)
    passage.arrive(1, 2.25)
    assert tally.delays_s == [0.5, 0.25]
    assert (tally.lost, tally.misordered) == (0, 0)
    assert (passage.missing(3), passage.missing(2), passage.left) == (1, 0, 3)


@given(st.sets(st.integers(0, 99)))
def test_what_does_not_arrive_is_lost_or_missing(gone: set[int]) -> None:
    tally = Tally()
    passage = Passage(tally)
    for _ in range(100):
        passage.leave(0.0)
    for number in range(100):
        if number not in gone:
            passage.arrive(number, 1.0)
    assert tally.lost + passage.missing(100) == len(gone)
    assert len(tally.delays_s) == 100 - len(gone)
    assert tally.misordered == 0


def test_a_message_that_came_before_or_never_left_is_misordered() -> None:
    tally = Tally()
    passage = Passage(tally)
    for _ in range(3):
        passage.leave(0.0)
    for number in (1, 0, 1, 3, 0xFFFF):
        passage.arrive(number, 1.0)
    assert (tally.lost, tally.misordered) == (1, 4)


def test_a_clear_that_nothing_asked_for_is_misordered() -> None:
    tally = Tally()
    passage = Passage(tally)
    passage.arrive_next(1.0)
    passage.leave(1.0)
    passage.arrive_next(1.25)
    assert (tally.delays_s, tally.misordered) == ([0.25], 1)


def test_a_window_forgets_delays_before_it_and_no_loss() -> None:
    meter = Meter()
    passages = CallPassages(meter)
    for now_s in (0.0, 1.0, 2.0):
        passages.up.leave(now_s)
    passages.up.arrive(1, 1.5)
    meter.late_s.append(9.0)
    meter.begin()
    passages.up.arrive(2, 2.25)
    up = meter.up.take()
    assert (up.delays_s, up.lost, meter.late_s) == ([0.25], 1, [])
    assert meter.up == Tally()


def test_a_calls_messages_are_missing_of_those_that_had_left() -> None:
    passages = CallPassages(Meter())
    passages.up.leave(0.0)
    passages.down.leave(0.0)
    passages.cuts.leave(0.0)
    left = passages.left()
    passages.up.leave(1.0)
    assert passages.missing(left) == 3
    passages.up.arrive(0, 1.0)
    passages.cuts.arrive_next(1.0)
    assert passages.missing(left) == 1
