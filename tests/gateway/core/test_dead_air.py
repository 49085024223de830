"""The longest silence while an answer is owed, from timelines made by hand."""

import pytest

from voicegate.gateway.core.actions import Fact, fact
from voicegate.gateway.core.dead_air import DeadAir

Timeline = list[tuple[int, Fact]]
TALKING: Timeline = [(0, fact("call.talking", greets=False))]
TURN: Timeline = [
    (1_000, fact("turn.caller_started", item="u1")),
    (3_000, fact("turn.caller_ended", item="u1")),
    (3_001, fact("turn.committed", item="u1")),
]
SOUND = fact("audio.first_sent", item="a")


def longest_ms(*timelines: Timeline) -> int:
    silence = DeadAir()
    for at_ms, each in (step for timeline in timelines for step in timeline):
        silence.saw(each, at_ms)
    return silence.longest_ms


def test_silence_counts_from_the_turn_to_the_answer() -> None:
    """K8, C167."""
    assert longest_ms(TALKING, TURN, [(3_400, SOUND)]) == 399


def test_the_longest_of_all_is_kept() -> None:
    """K8: 399 ms, then 1,200 ms, then 500 ms."""
    heard = fact("audio.heard_all", item="a")
    later: Timeline = [
        (5_000, heard),
        (6_000, fact("turn.committed", item="u2")),
        (7_200, SOUND),
        (8_000, heard),
        (9_000, fact("turn.committed", item="u3")),
        (9_500, SOUND),
    ]
    assert longest_ms(TALKING, TURN, [(3_400, SOUND)], later) == 1_200


def test_nobody_owes_an_answer_to_a_silent_caller() -> None:
    """K8: the caller thinks, for a minute."""
    assert longest_ms(TALKING, [(60_000, fact("call.ended"))]) == 0


def test_the_caller_waits_for_the_greeting() -> None:
    """K8: from the moment on that the agent has the call."""
    assert longest_ms([(200, fact("call.talking", greets=True)), (750, SOUND)]) == 550


def test_a_cover_sound_is_no_dead_air() -> None:
    """K8, I18: ringback until 2,000, and nothing in the 100 ms after it."""
    timeline: Timeline = [
        (100, fact("cover.started")),
        (200, fact("call.talking", greets=True)),
        (2_000, fact("cover.ended")),
        (2_100, SOUND),
    ]
    assert longest_ms(timeline) == 100


@pytest.mark.parametrize("end", ["audio.heard_all", "audio.cut"])
def test_what_still_plays_is_no_dead_air(end: str) -> None:
    """K8: a protected passage goes on over the caller's turn until 4,000."""
    before: Timeline = [(500, SOUND)]
    after: Timeline = [(4_000, fact(end, item="a")), (4_300, fact("audio.first_sent", item="b"))]
    assert longest_ms(TALKING, before, TURN, after) == 300


def test_the_callers_own_speech_is_no_dead_air() -> None:
    """K8: they speak again after 600 ms, and what was owed is owed anew."""
    again: Timeline = [
        (3_601, fact("turn.caller_started", item="u2")),
        (9_000, fact("turn.caller_ended", item="u2")),
        (9_001, fact("turn.committed", item="u2")),
        (9_101, SOUND),
    ]
    assert longest_ms(TALKING, TURN, again) == 600


def test_a_turn_that_ends_without_a_word_of_its_end_is_owed_all_the_same() -> None:
    """K8: committed by hand."""
    turn = [step for step in TURN if step[1].name != "turn.caller_ended"]
    assert longest_ms(TALKING, turn, [(3_400, SOUND)]) == 399


@pytest.mark.parametrize("name", ["dtmf.collected", "response.missed"])
def test_keys_and_second_tries_are_owed_an_answer(name: str) -> None:
    """K8."""
    assert longest_ms(TALKING, [(2_000, fact(name)), (2_700, SOUND)]) == 700


def test_after_a_cut_nothing_is_owed_until_somebody_asks() -> None:
    """K8: cut by a key at 3,101, the keys complete at 6,000."""
    keys: Timeline = [
        (3_101, fact("bargein.cut", source="key")),
        (6_000, fact("dtmf.collected", count=1)),
        (6_050, SOUND),
    ]
    assert longest_ms(TALKING, TURN, keys) == 100


@pytest.mark.parametrize("name", ["call.ending", "call.ended"])
def test_an_answer_that_never_came_counts_until_the_end_of_talk(name: str) -> None:
    """K8: turns without an answer, too."""
    after: Timeline = [(9_000, fact("turn.committed", item="u2")), (9_900, SOUND)]
    assert longest_ms(TALKING, TURN, [(7_001, fact(name))], after) == 4_000
