"""How long an agent waits for a silent caller."""

from hypothesis import given
from hypothesis import strategies as st

from voicegate.ivr.machine.events import Who
from voicegate.ivr.machine.patience import Patience

SILENCE_MS = 10_000


def test_it_asks_each_time_after_the_same_silence_and_then_gives_up() -> None:
    patience = Patience(SILENCE_MS, 2)
    patience.start(0)
    assert patience.deadline_ms == 10_000
    assert patience.wake(10_000) == 1
    assert patience.wake(20_000) == 2
    assert patience.wake(30_000) is None
    assert patience.deadline_ms is None


def test_a_voice_holds_it_and_its_end_begins_it_anew() -> None:
    patience = Patience(SILENCE_MS, 2)
    patience.start(0)
    for who in Who:
        patience.sounding(who, 5000, is_on=True)
        assert patience.deadline_ms is None
        patience.sounding(who, 8000, is_on=False)
        assert patience.deadline_ms == 18_000


def test_the_question_itself_is_no_sign_of_life() -> None:
    patience = Patience(SILENCE_MS, 1)
    patience.start(0)
    patience.wake(10_000)
    patience.sounding(Who.AGENT, 11_000, is_on=True)
    patience.sounding(Who.AGENT, 13_000, is_on=False)
    assert patience.deadline_ms == 20_000
    assert patience.wake(20_000) is None


def test_a_question_longer_than_the_silence_is_heard_out() -> None:
    patience = Patience(SILENCE_MS, 1)
    patience.start(0)
    patience.wake(10_000)
    patience.sounding(Who.AGENT, 11_000, is_on=True)
    assert patience.wake(20_000) == 0
    assert patience.deadline_ms is None
    patience.sounding(Who.AGENT, 25_000, is_on=False)
    assert patience.deadline_ms == 35_000
    assert patience.wake(35_000) is None


def test_an_answer_gives_all_questions_back() -> None:
    patience = Patience(SILENCE_MS, 1)
    patience.start(0)
    patience.wake(10_000)
    patience.answered(12_000)
    assert patience.deadline_ms == 22_000
    assert patience.wake(22_000) == 1


@given(st.integers(0, 5), st.lists(st.integers(0, 9000), max_size=6))
def test_a_silent_caller_is_never_kept_longer_than_the_formula(
    nudges: int, answers_ms: list[int]
) -> None:
    """However the agent chats within its questions' time."""
    patience = Patience(SILENCE_MS, nudges)
    patience.start(0)
    now_ms, rest = 0, iter(answers_ms)
    while patience.deadline_ms is not None:
        now_ms = patience.deadline_ms
        if patience.wake(now_ms) is None:
            break
        length_ms = next(rest, 0)
        patience.sounding(Who.AGENT, now_ms, is_on=True)
        patience.sounding(Who.AGENT, now_ms + length_ms, is_on=False)
    assert now_ms == SILENCE_MS * (nudges + 1)
