"""A carrier whose marks come back before their audio can have been played is not believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.codecs.frames import PCMU_8K
from voicegate.gateway.core.actions import Action, PlaceMark, PlayAudio, fact
from voicegate.gateway.core.playout import Playout

MS = 8  # bytes


def playout() -> Playout:
    return Playout(PCMU_8K, lead_limit_ms=20_000, mark_every_ms=200)


def says(subject: Playout, ms: int, now_ms: int, item_id: str = "a") -> list[str]:
    """The marks that were placed."""
    actions = subject.receive(item_id, "r", bytes(ms * MS), now_ms, is_interruptible=True)
    return [action.name for action in actions if isinstance(action, PlaceMark)]


def liar(now_ms: int = 1_000) -> Playout:
    """Has sent a second of speech and got an echo of all of it at once."""
    subject = playout()
    last = says(subject, 1_000, now_ms)[-1]
    subject.echoed(last, now_ms)
    return subject


@pytest.mark.parametrize(("early_ms", "is_true"), [(0, True), (50, True), (51, False)])
def test_an_echo_may_be_as_early_as_two_clocks_differ(early_ms: int, *, is_true: bool) -> None:
    """C54: 50 ms."""
    subject = playout()
    mark = says(subject, 400, 1_000)[-1]
    told = subject.echoed(mark, 1_400 - early_ms)
    assert subject.has_true_marks is is_true
    assert (fact("marks.distrusted", early_ms=early_ms) in told) is not is_true


def test_who_echoed_too_early_once_is_not_believed_again() -> None:
    """C54: from then on only the clock counts, and it is told once."""
    subject = liar()
    assert subject.heard_ms(subject.items["a"], 1_300) == 300
    next_mark = says(subject, 200, 1_300)[-1]
    assert subject.echoed(next_mark, 1_900) == []
    assert (subject.marks.echoes.valid, subject.marks.echoes.stale) == (0, 2)
    assert subject.heard_ms(subject.items["a"], 1_900) == 900


def test_by_the_clock_alone_an_item_is_heard_out_when_its_time_is_over() -> None:
    """C54, C48: no mark has to come for that."""
    subject = liar()
    subject.finish("a", b"", 1_500)
    assert subject.deadline_ms == 2_000
    assert fact("audio.heard_all", item="a", ms=1_000, dry_ms=0) in subject.wake(2_000)
    assert subject.deadline_ms is None
    assert subject.is_all_echoed


def test_by_the_clock_alone_a_dry_buffer_stops_the_count() -> None:
    """C52, C54: 1,000 ms until 2,000, nothing for half a second, then 400 ms more."""
    subject = liar()
    actions: list[Action] = subject.receive("a", "r", bytes(400 * MS), 2_500, is_interruptible=True)
    assert fact("audio.stall", item="a", ms=500) in actions
    assert subject.heard_ms(subject.items["a"], 2_500) == 1_000
    assert subject.heard_ms(subject.items["a"], 2_700) == 1_200


def test_marks_that_a_clear_sends_back_are_no_lie() -> None:
    """C54, X3."""
    subject = playout()
    marks = says(subject, 1_000, 1_000)
    subject.clear(1_100)
    for mark in marks:
        subject.echoed(mark, 1_120)
    assert subject.has_true_marks


def test_a_carrier_whose_clock_runs_a_little_fast_is_believed() -> None:
    """C54: a minute without a pause, each echo 0.15 % earlier than by our clock."""
    subject = playout()
    for elapsed_ms in range(0, 60_000, 200):
        for mark in says(subject, 200, elapsed_ms):
            subject.echoed(mark, elapsed_ms + 200 - elapsed_ms * 15 // 10_000)
    assert subject.has_true_marks


@given(
    deltas=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 1_500)), min_size=1, max_size=20),
    delay_ms=st.integers(0, 500),
)
def test_a_carrier_that_plays_what_it_gets_is_always_believed(
    deltas: list[tuple[int, int]], delay_ms: int
) -> None:
    """C54: whatever the way there and back, and however often the buffer runs dry."""
    subject, now_ms, plays_until_ms = playout(), 0, 0
    echoes: list[tuple[int, str]] = []
    for ms, pause_ms in deltas:
        now_ms += pause_ms
        for at_ms, name in [echo for echo in echoes if echo[0] <= now_ms]:
            subject.echoed(name, at_ms)
        echoes = [echo for echo in echoes if echo[0] > now_ms]
        played = subject.receive("a", "r", bytes(ms * MS), now_ms, is_interruptible=True)
        for action in played:
            if isinstance(action, PlayAudio):
                begin_ms = max(plays_until_ms, now_ms + delay_ms)
                plays_until_ms = begin_ms + len(action.payload) // MS
            elif isinstance(action, PlaceMark):
                echoes.append((max(plays_until_ms, now_ms + delay_ms) + delay_ms, action.name))
    assert subject.has_true_marks
