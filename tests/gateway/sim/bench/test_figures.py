"""The bench's arithmetic: percentiles, the knee, and when nothing may be printed."""

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.gateway.sim.bench.figures import (
    ADDED_MS_MAX,
    BUSY_SHARE,
    LATE_MS_MAX,
    NOTHING,
    Climb,
    Range,
    Spread,
    Step,
    next_calls,
    objections,
    over_rounds,
    percentile,
    ratio,
    spread,
)

ALONE = Step(
    calls=1,
    up=Spread(200, 0.3, 1.0, 1.5),
    down=Spread(10, 0.4, 2.0, 2.0),
    cut=Spread(1, 0.3, 0.3, 0.3),
    setup=Spread(1, 4.0, 4.0, 4.0),
    cpu_ms=10.0,
    core_share=0.01,
    rss_bytes=90_000_000,
    lost=0,
    misordered=0,
    late_p99_ms=1.0,
    load_share=0.05,
)
OVER = Spread(1_000, 5.0, 2.0 + ADDED_MS_MAX, 60.0)  # just too much, beside ALONE


def step(calls: int, **other: object) -> Step:
    busy = {"calls": calls, "core_share": min(0.95, calls / 100), "cpu_ms": 9.5}
    return replace(ALONE, **{**busy, **other})  # pyright: ignore[reportArgumentType]


def climb(*steps: Step, refused: str = "") -> Climb:
    return Climb("relay", 1, steps, refused)


# -- percentiles ---------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 1), min_size=1), st.integers(1, 100))
def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed(
    values: list[float], percent: int
) -> None:
    found = percentile(values, percent)
    assert found in values
    assert sum(value <= found for value in values) * 100 >= percent * len(values)
    smaller = [value for value in values if value < found]
    assert len(smaller) * 100 < percent * len(values)


def test_a_spread_is_in_milliseconds() -> None:
    found = spread([n / 1_000 for n in range(1, 201)])
    assert found == Spread(200, 100.0, 198.0, 200.0)


def test_what_never_comes_takes_for_ever() -> None:
    assert spread([]) is NOTHING
    assert NOTHING.p99_ms == inf


# -- the knee ------------------------------------------------------------------------------------


def test_the_knee_is_the_last_step_below_the_first_that_was_not_held() -> None:
    found = climb(ALONE, step(20), step(60), step(80), step(90, up=OVER))
    assert (found.knee, found.has_knee) == (80, True)


def test_a_step_held_again_beyond_does_not_count() -> None:
    assert climb(ALONE, step(60), step(80, up=OVER), step(90)).knee == 60


def test_a_climb_that_was_never_too_much_has_no_knee() -> None:
    found = climb(ALONE, step(20))
    assert (found.knee, found.has_knee) == (20, False)


def test_delay_is_measured_against_a_single_calls() -> None:
    slow_alone = replace(ALONE, up=Spread(200, 3.0, 9.0, 9.5))
    assert not climb(ALONE, step(20)).is_held(step(20, up=OVER))
    assert climb(slow_alone, step(20)).is_held(step(20, up=OVER))


def test_both_directions_count() -> None:
    assert not climb(ALONE).is_held(step(90, down=OVER))


def test_a_lost_message_is_not_held() -> None:
    assert climb(ALONE, step(80), step(90, lost=1)).knee == 80


def test_a_call_that_is_not_taken_ends_the_climb() -> None:
    found = climb(ALONE, step(80), refused="answered without a stream")
    assert (found.knee, found.has_knee) == (80, True)


def test_half_the_knee_is_the_nearest_step_that_was_held() -> None:
    found = climb(ALONE, step(20), step(48), step(90), step(99, up=OVER))
    assert found.half.calls == 48
    assert found.at(1_000).calls == 90


def test_memory_per_call_is_growth_over_calls() -> None:
    assert climb(ALONE, step(51, rss_bytes=95_000_000)).at(51).calls == 51
    grown = climb(ALONE, step(51, rss_bytes=95_000_000), step(102, rss_bytes=200_000_000))
    assert grown.kb_per_call == 100
    assert climb(ALONE, step(51, rss_bytes=1)).kb_per_call == 0


# -- the next step -------------------------------------------------------------------------------


def test_a_climb_goes_towards_a_full_core_then_on() -> None:
    assert next_calls([step(20, core_share=0.2)]) == 50
    assert next_calls([step(50, core_share=0.5)]) == 70
    assert next_calls([step(100, core_share=0.99)]) == 108


@given(st.integers(1, 1_000), st.floats(0, 1))
def test_every_step_has_more_calls(calls: int, share: float) -> None:
    assert next_calls([step(calls, core_share=share)]) > calls


# -- refusals ------------------------------------------------------------------------------------


def test_a_clean_climb_may_be_printed() -> None:
    clean = climb(ALONE, step(20), step(80), step(95, up=OVER, lost=7))
    assert objections(clean) == []
    assert not clean.is_disturbed


def test_a_late_load_is_refused_wherever_it_was() -> None:
    for late in (0, 1, 2):
        steps = [ALONE, step(20), step(80)]
        steps[late] = replace(steps[late], late_p99_ms=LATE_MS_MAX + 0.1)
        found = objections(climb(*steps))
        assert len(found) == 1
        assert "late" in found[0]
        assert climb(*steps).is_disturbed is (late == 2)
    assert not objections(climb(replace(ALONE, late_p99_ms=LATE_MS_MAX)))


def test_a_loss_without_delay_is_refused() -> None:
    assert "lost" in objections(climb(ALONE, step(90, lost=1)))[0]


def test_wrong_order_is_refused_even_beyond_the_knee() -> None:
    assert "order" in objections(climb(ALONE, step(90, up=OVER, misordered=1)))[0]


def test_too_much_for_a_process_with_nothing_to_do_is_refused() -> None:
    idle = climb(ALONE, step(30, up=OVER, core_share=BUSY_SHARE))
    assert idle.is_disturbed
    assert "core" in objections(idle)[0]
    assert not objections(climb(ALONE, step(30, up=OVER, core_share=BUSY_SHARE + 0.01)))


def test_a_call_refused_by_a_process_with_nothing_to_do_is_refused() -> None:
    assert "why not" in objections(climb(ALONE, step(30), refused="why not"))[0]
    assert "why not" in objections(climb(refused="why not"))[0]
    assert not objections(climb(ALONE, step(90), refused="why not"))


# -- over the rounds -----------------------------------------------------------------------------


def knee(one: Climb) -> float:
    return one.knee


def test_rounds_give_a_median_and_a_range() -> None:
    climbs = [climb(ALONE, step(calls)) for calls in (30, 20, 70)]
    assert over_rounds(climbs, knee) == Range(30, 20, 70)


def test_a_figure_that_a_round_does_not_have_is_none() -> None:
    climbs = [climb(ALONE), climb(replace(ALONE, cut=NOTHING))]
    assert over_rounds(climbs, lambda one: one.half.cut.p50_ms) is None
    assert over_rounds([], knee) is None


def test_ratios_are_taken_within_a_round() -> None:
    ours = [climb(ALONE, step(calls)) for calls in (60, 80, 90)]
    relay = [climb(ALONE, step(calls)) for calls in (20, 40, 30)]
    assert ratio(ours, relay, knee) == Range(3, 2, 3)


def test_nothing_is_a_multiple_of_nothing() -> None:
    none = [climb(replace(ALONE, lost=1))]
    assert none[0].knee == 0
    assert ratio([climb(ALONE)], none, knee) is None


def test_rounds_that_do_not_pair_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        ratio([climb(ALONE)], [], knee)
