"""Turns of the caller and the stages of their answers, from timelines made by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.gateway.core.actions import Fact, fact
from voicegate.gateway.core.spans import Edge, Spans, Turn, Turns

ANSWER: list[tuple[int, Fact]] = [
    (1_000, fact("turn.caller_ended", item="u1", ago_ms=640, waited_ms=25)),
    (1_002, fact("turn.committed", item="u1")),
    (1_003, fact("response.created", response="r1")),
    (1_377, fact("audio.first_sent", item="a", response="r1", lead_ms=0)),
    (1_377, fact("response.first_delta", response="r1")),
]


def turns(*timelines: list[tuple[int, Fact]]) -> Turns:
    gathered = Turns()
    for at_ms, each in (step for timeline in timelines for step in timeline):
        gathered.saw(each, at_ms)
    return gathered


def only(gathered: Turns) -> Turn:
    (turn,) = gathered.all
    return turn


# -- stages ----------------------------------------------------------------------------------------


def test_the_stages_of_an_answer_meet_end_to_end() -> None:
    """C164: known times give exact spans; half of a round trip of 91 ms counts each way."""
    spans = only(turns(ANSWER)).spans(91)
    assert spans is not None
    assert spans == Spans(line_ms=45 + 25, vad_ms=617, model_ms=375, forward_ms=0, playout_ms=46)
    assert spans.voice_to_voice_ms == (1_377 + 46) - (1_000 - 640 - 45)
    assert list(spans.stages) == ["line", "vad", "model", "forward", "playout"]


def test_audio_that_waits_at_either_end_is_told_apart() -> None:
    """C164: a first delta held back for 120 ms, then 800 ms of an earlier sound before it."""
    held = [(1_257, ANSWER[4][1]), (1_377, fact("audio.first_sent", response="r1", lead_ms=800))]
    spans = only(turns(ANSWER[:3], held)).spans(60)
    assert spans == Spans(line_ms=55, vad_ms=617, model_ms=255, forward_ms=120, playout_ms=830)


@pytest.mark.parametrize(
    ("stages", "longest"),
    [((1, 0, 0, 0, 0), "line"), ((1, 7, 3, 0, 7), "vad"), ((1, 7, 3, 0, 8), "playout")],
)
def test_the_longest_stage_is_named(stages: tuple[int, ...], longest: str) -> None:
    """C164."""
    assert Spans(*stages).longest == longest


INSTANTS = st.lists(st.integers(0, 5_000), min_size=5, max_size=5).map(sorted)


@given(INSTANTS, st.integers(0, 500), st.integers(0, 20_000))
def test_the_sum_is_voice_to_voice(instants: list[int], round_trip_ms: int, lead_ms: int) -> None:
    """C164, I29: whatever the times, nothing is lost between two stages and nothing below zero."""
    here_ms, appended_ms, committed_ms, delta_ms, sent_ms = instants
    edge = Edge(here_ms, appended_ms)
    turn = Turn("u", committed_ms, edge, "r", delta_ms, sent_ms, lead_ms)
    spans = turn.spans(round_trip_ms)
    assert spans is not None
    assert spans.voice_to_voice_ms == sent_ms + lead_ms + round_trip_ms - here_ms
    assert min(spans.stages.values()) >= 0


@pytest.mark.parametrize("missing", [0, 3, 4])
def test_without_one_of_the_instants_there_are_no_stages(missing: int) -> None:
    """C164: a turn without an edge on the line, without a delta, without an answer."""
    rest = [step for number, step in enumerate(ANSWER) if number != missing]
    assert only(turns(rest)).spans(60) is None


def test_an_end_that_was_not_placed_on_the_line_is_no_edge() -> None:
    """Before the first frame nothing is known of the line."""
    unplaced = [(1_000, fact("turn.caller_ended", item="u1"))]
    assert only(turns(unplaced, ANSWER[1:])).edge is None


def test_a_sound_cannot_have_been_passed_on_after_its_end_was_told() -> None:
    late = [(1_000, fact("turn.caller_ended", item="u1", ago_ms=640, waited_ms=900))]
    assert only(turns(late, ANSWER[1:])).edge == Edge(360, 1_000)


# -- which answer belongs to which turn --------------------------------------------------------------


def test_the_first_sound_is_measured_from_the_commit() -> None:
    assert only(turns(ANSWER)).ttfa_ms == 375


def test_a_second_item_of_the_answer_changes_nothing() -> None:
    again = [(1_900, fact("audio.first_sent", item="b", response="r1", lead_ms=2_000))]
    turn = only(turns(ANSWER, again))
    assert (turn.first_sent_ms, turn.lead_ms) == (1_377, 0)


def test_a_turn_whose_answer_was_cut_before_it_sounded_has_none() -> None:
    """C167: what is said after the cut answers something else."""
    cut = [
        (1_100, fact("bargein.cut", source="key")),
        (1_200, fact("response.created", response="r2")),
        (1_600, fact("audio.first_sent", item="b", response="r2", lead_ms=0)),
        (1_600, fact("response.first_delta", response="r2")),
    ]
    turn = only(turns(ANSWER[:3], cut))
    assert turn.ttfa_ms is None
    assert turn.spans(0) is None


def test_a_second_try_answers_the_same_turn() -> None:
    """C84: the first response came to nothing, or broke off before it was heard."""
    second = [
        (1_500, fact("response.missed", why="delta_gap")),
        (1_600, fact("response.created", response="r2")),
        (2_000, fact("audio.first_sent", item="b", response="r2", lead_ms=0)),
        (2_000, fact("response.first_delta", response="r2")),
    ]
    spans = only(turns(ANSWER[:3], ANSWER[4:], second)).spans(0)
    assert spans is not None
    assert (spans.model_ms, spans.forward_ms) == (998, 0)


def test_an_answer_that_has_sounded_keeps_its_turn() -> None:
    """A response that was asked for later, by a key, does not answer it again."""
    later = [
        (5_000, fact("response.created", response="r2")),
        (5_300, fact("audio.first_sent", item="b", response="r2", lead_ms=0)),
        (5_300, fact("response.first_delta", response="r2")),
    ]
    assert only(turns(ANSWER, later)) == only(turns(ANSWER))


def test_of_two_turns_in_a_row_the_answer_is_the_seconds() -> None:
    """C167: the caller went on before the answer had begun."""
    first, second = turns([(500, fact("turn.committed", item="u0"))], ANSWER).all
    assert (first.ttfa_ms, second.ttfa_ms) == (None, 375)


# -- the greeting ----------------------------------------------------------------------------------

TALKING = (100, fact("call.talking", greets=True))
GREETING = (480, fact("audio.first_sent", item="g", response="r0", lead_ms=0))


def test_the_first_sound_of_an_agent_that_greets_is_the_greeting() -> None:
    gathered = turns([TALKING, GREETING], ANSWER)
    assert gathered.greeting_sent_ms == 480
    assert only(gathered).ttfa_ms == 375


@pytest.mark.parametrize(
    "before", [[], [(100, fact("call.talking", greets=False))], [TALKING, *ANSWER]]
)
def test_what_sounds_later_or_unasked_is_no_greeting(before: list[tuple[int, Fact]]) -> None:
    late = [(9_000, fact("audio.first_sent", item="x", response="r9", lead_ms=0))]
    assert turns(before, late).greeting_sent_ms is None


def test_a_second_sound_is_not_the_greeting_again() -> None:
    late = [(9_000, fact("audio.first_sent", item="x", response="r9", lead_ms=0))]
    assert turns([TALKING, GREETING], late).greeting_sent_ms == 480
