"""What leaves when: text leads, audio comes in bursts at the set speed, nothing is lost."""

import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.gateway.sim.realtime.plan import (
    Audio,
    Finished,
    ItemAdded,
    ItemDone,
    Pace,
    PlannedItem,
    Step,
    Words,
    plan,
    split_arguments,
    split_words,
    stuck,
    with_gap,
)

PACE = Pace(250, 100, 250, (), 5.0, (2, 3), (1, 8), (1, 8))
SPOKEN = PlannedItem(split_words("one two three four five six seven eight nine ten"), 4900)
CALL = PlannedItem(arguments=('{"id"', ": 7", "}"))


def steps_of(*items: PlannedItem, pace: Pace = PACE, seed: int = 1) -> list[Step]:
    return plan(items, pace, random.Random(seed))


def audio(steps: list[Step]) -> list[tuple[int, Audio]]:
    return [(step.at_ms, step.what) for step in steps if isinstance(step.what, Audio)]


@given(
    length=st.integers(1, 200).map(lambda n: n * 50),
    delta=st.integers(20, 3000),
    speed=st.sampled_from([0.7, 1.0, 5.0, 20.0]),
    seed=st.integers(0, 99),
)
def test_the_deltas_hold_the_item_once_and_in_order(
    length: int, delta: int, speed: float, seed: int
):
    """C171: any delta size at any speed."""
    pace = replace(PACE, delta_ms=delta, speed=speed)
    deltas = audio(steps_of(PlannedItem(("hi",), length), pace=pace, seed=seed))
    cuts = [(what.start_ms, what.end_ms) for _, what in deltas]
    assert cuts[0][0] == 0
    assert cuts[-1][1] == length
    assert all(end == start for (_, end), (start, _) in pairwise(cuts))
    times = [at_ms for at_ms, _ in deltas]
    assert times == sorted(times)
    assert times[0] == 350
    assert times[-1] - times[0] == round((length - cuts[0][1]) / speed)


def test_five_times_real_time_leaves_in_bursts():
    times = [at_ms for at_ms, _ in audio(steps_of(SPOKEN))]
    assert len(times) == 20
    sizes = [times.count(at_ms) for at_ms in sorted(set(times))]
    assert sizes[0] == 1
    assert set(sizes[1:-1]) == {2, 3}


def test_first_deltas_may_be_smaller_and_one_delta_may_hold_all():
    small = audio(steps_of(SPOKEN, pace=replace(PACE, first_deltas_ms=(100, 150))))
    assert [what.end_ms for _, what in small[:3]] == [100, 250, 500]
    giant = audio(steps_of(SPOKEN, pace=replace(PACE, delta_ms=1 << 30)))
    assert [(what.start_ms, what.end_ms) for _, what in giant] == [(0, 4900)]


def test_some_words_come_before_the_audio_and_all_of_them_by_half_of_it():
    whats = [step.what for step in steps_of(SPOKEN)]
    first_audio = next(n for n, what in enumerate(whats) if isinstance(what, Audio))
    lead = [what for what in whats[:first_audio] if isinstance(what, Words)]
    assert 3 <= len(lead) <= 5
    half = [n for n, what in enumerate(whats) if isinstance(what, Audio)][10]
    assert not any(isinstance(what, Words) for what in whats[half:])
    assert "".join(what.text for what in whats if isinstance(what, Words)) == "".join(SPOKEN.words)


def test_items_follow_each_other_unless_they_overlap():
    whats = [step.what for step in steps_of(SPOKEN, CALL)]
    assert whats.index(ItemDone(0)) < whats.index(ItemAdded(1)) < whats.index(ItemDone(1))
    assert whats[-1] == Finished()


def test_an_overlapped_item_is_done_after_the_deltas_of_the_next():
    whats = [step.what for step in steps_of(SPOKEN, CALL, pace=replace(PACE, overlap=True))]
    last_argument = max(
        n for n, what in enumerate(whats) if isinstance(what, Words) and what.index == 1
    )
    assert whats.index(ItemAdded(1)) < whats.index(ItemDone(0))
    assert last_argument < whats.index(ItemDone(0))
    assert whats[-1] == Finished()
    short = PlannedItem(("hi",), 300)
    longer = [step.what for step in steps_of(short, SPOKEN, pace=replace(PACE, overlap=True))]
    assert (
        longer.index(Audio(1, 4750, 4900)) < longer.index(ItemDone(0)) < longer.index(ItemDone(1))
    )


def test_a_gap_shifts_everything_after_the_middle_of_the_audio():
    before, after = steps_of(SPOKEN), with_gap(steps_of(SPOKEN), 4000)
    shifts = [late.at_ms - early.at_ms for early, late in zip(before, after, strict=True)]
    assert sorted(set(shifts)) == [0, 4000]
    assert shifts == sorted(shifts)
    assert with_gap(steps_of(CALL), 4000) == steps_of(CALL)


def test_a_stuck_answer_shows_an_item_and_nothing_more():
    assert [step.what for step in stuck(steps_of(SPOKEN))] == [ItemAdded(0)]


def test_an_empty_answer_is_only_finished():
    assert [step.what for step in steps_of()] == [Finished()]


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz ,.", max_size=200))
def test_words_are_pieces_of_at_most_15_characters_that_add_up(text: str):
    words = split_words(text)
    assert all(0 < len(word) <= 15 for word in words)
    assert "".join(words) == " ".join(text.split())


@pytest.mark.parametrize("arguments", ["", "{}", '{"id":7}', '{"name":"' + "x" * 500 + '"}'])
def test_arguments_come_in_at_most_six_pieces_that_add_up(arguments: str):
    pieces = split_arguments(arguments, random.Random(1))
    assert "".join(pieces) == arguments
    assert len(pieces) <= 6
    assert len(pieces) >= min(2, len(arguments))
