"""Every figure of a call, from a timeline made by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.gateway.core.actions import Fact, Field, fact
from voicegate.gateway.core.kpi import CallFigures, figures, percentile
from voicegate.gateway.core.spans import Spans

Timeline = list[tuple[int, Fact]]


def ended(reason: str = "caller_hung_up", **fields: Field) -> Fact:
    return fact("call.ended", reason=reason, **fields)


def answered(at_ms: int, number: int, ttfa_ms: int, *, ago_ms: int = 600) -> Timeline:
    """A turn of the caller, and what is sent as its answer."""
    user, response, item = f"u{number}", f"r{number}", f"a{number}"
    return [
        (at_ms - 1_500, fact("turn.caller_started", item=user)),
        (at_ms, fact("turn.caller_ended", item=user, ago_ms=ago_ms, waited_ms=0)),
        (at_ms, fact("turn.committed", item=user)),
        (at_ms + 90, fact("response.created", response=response)),
        (at_ms + ttfa_ms, fact("audio.first_sent", item=item, response=response, lead_ms=0)),
        (at_ms + ttfa_ms, fact("response.first_delta", response=response)),
    ]


def heard_all(at_ms: int, item: str, ms: int, dry_ms: int = 0) -> tuple[int, Fact]:
    return at_ms, fact("audio.heard_all", item=item, ms=ms, dry_ms=dry_ms)


CALL: Timeline = [
    (0, fact("call.started")),
    (500, fact("leg.started", stream="MZ1")),
    (900, fact("call.talking", greets=True)),
    (1_000, fact("response.created", response="r0")),
    (1_400, fact("audio.first_sent", item="a0", response="r0", lead_ms=0)),
    (1_400, fact("response.first_delta", response="r0")),
    heard_all(4_000, "a0", 2_500),
    # answered at once, with a stall of 1,200 ms in the midst of it
    *answered(8_000, 1, 300),
    (10_000, fact("audio.stall", item="a1", ms=1_200)),
    heard_all(14_000, "a1", 4_000, dry_ms=1_350),
    # answered late, cut by a noise
    *answered(20_000, 2, 700, ago_ms=640),
    (22_000, fact("audio.cut", item="a2", heard_ms=1_250, received_ms=6_000, dry_ms=0)),
    (22_000, fact("bargein.cut", source="speech", why="", unheard_ms=4_750, heard_ms=1_250)),
    (22_000, fact("turn.caller_started", item="u3")),
    (23_000, fact("turn.caller_ended", item="u3", ago_ms=600, waited_ms=0)),
    (23_000, fact("turn.committed", item="u3")),
    (23_500, fact("turn.transcribed", item="u3", words=0)),
    # and the answer to that was cut before anybody heard it
    (23_200, fact("response.created", response="r3")),
    (23_300, fact("bargein.cut", source="speech", why="", unheard_ms=0, heard_ms=0)),
    (23_300, fact("turn.caller_started", item="u4")),
    (24_000, fact("turn.committed", item="u4")),
    (24_500, fact("turn.transcribed", item="u4", words=4)),
    # no answer at all: the model breaks off
    (25_600, fact("model.lost", row="E24", cause="close_1006")),
    (25_600, fact("call.ending", reason="model_lost")),
    (
        30_500,
        ended(
            "model_lost",
            frames_in=1_500,
            frames_forwarded=1_470,
            booked_before_ready=2,
            booked_stale=20,
            booked_after_end=7,
            booked_malformed=1,
            received_ms=12_500,
            heard_ms=7_750,
            round_trip_ms=61,
        ),
    ),
]

RESULT = CallFigures(
    reason="model_lost",
    length_ms=30_000,
    turns=4,
    ttfa_ms=(300, 700),
    greeting_ms=900,
    spans=(
        Spans(line_ms=30, vad_ms=600, model_ms=300, forward_ms=0, playout_ms=31),
        Spans(line_ms=30, vad_ms=640, model_ms=700, forward_ms=0, playout_ms=31),
    ),
    dead_air_ms=1_600,
    cuts=2,
    false_cuts=1,
    agent_turns=3,
    stalls=1,
    dry_ms=1_350,
    received_ms=12_500,
    heard_ms=7_750,
    frames_in=1_500,
    frames_lost=23,
    models_lost=1,
    is_connected=True,
)


def test_a_call_in_figures() -> None:
    """C167: K1, K2, K5 to K9, K11, K13, with a cut answer, and two turns without any."""
    assert figures(CALL) == RESULT


def test_shares_and_sums_of_a_call() -> None:
    """C167: the SLO, K2, K13, K14."""
    assert RESULT.slo_share == 0.5
    assert RESULT.voice_to_voice_ms == (961, 1_401)
    assert RESULT.unheard_share == pytest.approx(0.38)
    assert not RESULT.is_completed


def test_a_call_on_one_line() -> None:
    """C167: numbers only."""
    assert RESULT.summary() == {
        "turns": 4,
        "answered": 2,
        "stalls": 1,
        "ttfa_p50_ms": 300,
        "ttfa_p95_ms": 700,
        "greeting_ms": 900,
        "voice_to_voice_p50_ms": 961,
        "voice_to_voice_p95_ms": 1_401,
        "dead_air_ms": 1_600,
        "false_cuts": 1,
        "frames_lost": 23,
        "models_lost": 1,
    }


# -- calls in which hardly anything happened --------------------------------------------------------


def test_a_call_that_never_began_has_no_figures_to_speak_of() -> None:
    """C167: no shares of nothing; its line tells what is known."""
    empty = figures([(0, fact("call.started")), (30_000, ended("leg_lost"))])
    assert (empty.length_ms, empty.greeting_ms, empty.turns) == (0, None, 0)
    assert (empty.slo_share, empty.unheard_share, empty.false_cuts) == (None, None, None)
    assert empty.summary() == {
        "turns": 0,
        "answered": 0,
        "stalls": 0,
        "dead_air_ms": 0,
        "frames_lost": 0,
        "models_lost": 0,
    }


def test_a_call_that_crashed_says_so_and_nothing_else() -> None:
    """C25: its end has no totals."""
    crashed = figures([*CALL[:-3], (26_000, fact("call.ended", reason="internal_error"))])
    assert crashed.reason == "internal_error"
    assert crashed.ttfa_ms == (300, 700)
    assert (crashed.frames_in, crashed.heard_ms, crashed.unheard_share) == (0, 0, None)


@pytest.mark.parametrize(("ttfa_ms", "share"), [(450, 1.0), (451, 0.0)])
def test_the_slo_is_450_ms(ttfa_ms: int, share: float) -> None:
    """K1."""
    assert figures([*answered(8_000, 1, ttfa_ms), (20_000, ended())]).slo_share == share


@pytest.mark.parametrize(("ms", "stalls"), [(1_000, 0), (1_001, 1)])
def test_a_stall_counts_from_a_second_on(ms: int, stalls: int) -> None:
    """K6, C56."""
    assert figures([(0, fact("audio.stall", item="a", ms=ms)), (9, ended())]).stalls == stalls


@pytest.mark.parametrize(
    ("heard_ms", "agent_turns"), [((0,), 0), ((19,), 0), ((20,), 1), ((19, 19), 1)]
)
def test_a_turn_of_the_agent_is_one_of_which_a_frame_was_heard(
    heard_ms: tuple[int, ...], agent_turns: int
) -> None:
    """K5: all items of one response are one turn."""
    timeline: Timeline = []
    for number, ms in enumerate(heard_ms):
        item = f"a{number}"
        timeline.append((100, fact("audio.first_sent", item=item, response="r1")))
        timeline.append((900, fact("audio.cut", item=item, heard_ms=ms)))
    assert figures([*timeline, (1_000, ended())]).agent_turns == agent_turns


# -- connected, completed ---------------------------------------------------------------------------

LEG = (500, fact("leg.started", stream="MZ1"))
HEARD: Timeline = [
    (600, fact("audio.first_sent", item="a", response="r")),
    heard_all(1_000, "a", 400),
]


@pytest.mark.parametrize(
    ("timeline", "reason", "end_ms", "is_connected"),
    [
        ([LEG, *HEARD], "caller_hung_up", 2_500, True),
        ([LEG, *HEARD], "caller_hung_up", 2_499, None),
        ([LEG], "caller_hung_up", 2_500, False),
        ([LEG], "model_unavailable", 2_000, False),
        ([], "caller_hung_up", 9_000, None),
        ([], "leg_lost", 30_000, False),
    ],
)
def test_a_call_is_connected_when_the_agent_was_heard(
    timeline: Timeline, reason: str, end_ms: int, *, is_connected: bool | None
) -> None:
    """K7: who hangs up before 2 s is left out."""
    assert figures([*timeline, (end_ms, ended(reason))]).is_connected is is_connected


@pytest.mark.parametrize(
    ("reason", "is_completed"),
    [("agent_hung_up", True), ("transferred", True), ("caller_hung_up", False)],
)
def test_a_call_is_completed_by_the_agent(reason: str, *, is_completed: bool) -> None:
    """K14."""
    assert figures([(9, ended(reason))]).is_completed is is_completed


# -- percentiles -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([], 50, None),
        ([7], 95, 7),
        ([1, 2], 50, 1),
        ([3, 1, 2], 50, 2),
        (list(range(1, 101)), 95, 95),
        (list(range(1, 101)), 100, 100),
        ([5, 6], 0, 5),
    ],
)
def test_a_percentile_is_one_of_the_values(
    values: list[int], percent: int, expected: int | None
) -> None:
    """By nearest rank."""
    assert percentile(values, percent) == expected


@given(st.lists(st.integers(), min_size=1), st.integers(1, 100))
def test_so_many_percent_do_not_exceed_a_percentile(values: list[int], percent: int) -> None:
    found = percentile(values, percent)
    assert found is not None
    assert sum(value <= found for value in values) * 100 >= percent * len(values)
    assert sum(value < found for value in values) * 100 < percent * len(values)
