"""Cuts by the caller's speech: which of them were no speech at all."""

import pytest

from voicegate.gateway.core.actions import Fact, fact
from voicegate.gateway.core.spans import Turns
from voicegate.gateway.core.speech_cuts import SpeechCuts

END_MS = 60_000


def heard(item: str, words: int, at_ms: int) -> tuple[int, Fact]:
    return at_ms, fact("turn.transcribed", item=item, words=words)


def cut(item: str, at_ms: int, source: str = "speech") -> list[tuple[int, Fact]]:
    """A cut at that time, and the turn that made it committed a second later."""
    return [
        (at_ms, fact("bargein.cut", source=source)),
        (at_ms, fact("turn.caller_started", item=item)),
        (at_ms + 1_000, fact("turn.committed", item=item)),
    ]


def false_cuts(timeline: list[tuple[int, Fact]], end_ms: int = END_MS) -> tuple[int, int | None]:
    """How many cuts, how many of them false."""
    turns, cuts = Turns(), SpeechCuts()
    for at_ms, each in timeline:
        turns.saw(each, at_ms)
        cuts.saw(each, at_ms)
    return len(cuts.items), cuts.without_a_word(turns, end_ms)


@pytest.mark.parametrize(
    ("transcript", "is_false"),
    [
        ([heard("u1", 3, 6_100)], False),
        ([heard("u1", 1, 9_000)], False),
        ([heard("u1", 1, 9_001)], True),
        ([heard("u1", 0, 6_100)], True),
        ([heard("u1", 0, 6_100), heard("u1", 2, 6_200), heard("u1", 2, 9_500)], False),
        ([heard("another", 5, 6_100)], True),
    ],
)
def test_a_cut_is_false_if_its_turn_has_no_word_three_seconds_after_its_commit(
    transcript: list[tuple[int, Fact]], *, is_false: bool
) -> None:
    """K5, C167: cut at 5,000, committed at 6,000."""
    assert false_cuts([*cut("u1", 5_000), *transcript]) == (1, int(is_false))


def test_without_any_transcript_nobody_knows() -> None:
    """K5: a call that transcribes nothing."""
    assert false_cuts(cut("u1", 5_000)) == (1, None)


@pytest.mark.parametrize("source", ["key", "gateway"])
def test_only_speech_counts(source: str) -> None:
    """C79: cuts by keys or by the gateway are no barge-ins."""
    assert false_cuts([*cut("u1", 5_000, source), heard("u1", 0, 6_100)]) == (0, 0)


def test_a_turn_that_cut_nothing_does_not_count() -> None:
    """K5: noise while the agent is silent does no harm."""
    assert false_cuts([*cut("u1", 5_000)[1:], heard("u1", 0, 6_100)]) == (0, 0)


@pytest.mark.parametrize("end_ms", [5_500, 9_000])
def test_a_turn_too_near_the_end_proves_nothing(end_ms: int) -> None:
    """K5: the call ended before its words could have come, or before it was committed."""
    timeline = [step for step in cut("u1", 5_000) if step[0] <= end_ms]
    assert false_cuts([heard("u0", 0, 100), *timeline], end_ms) == (1, 0)
