"""Where a moment of the model's time lies on the line, through whatever happened on the way."""

import pytest

from voicegate.codecs.frames import PCMU_8K
from voicegate.gateway.core.actions import Action
from voicegate.gateway.core.uplink import Uplink, UplinkLimits

FRAME = b"\x80" * 160  # loud
FIRST_LINE_MS, FIRST_HERE_MS = 155, 1_000


def uplink(*, is_ready: bool = True) -> Uplink:
    subject = Uplink(PCMU_8K, UplinkLimits())
    if is_ready:
        subject.ready(0)
    return subject


def talk(subject: Uplink, first: int, count: int, at_ms: int | None = None) -> list[Action]:
    """So many frames in step with the wire, or all at one moment."""
    actions: list[Action] = []
    for number in range(first, first + count):
        now_ms = FIRST_HERE_MS + 20 * number if at_ms is None else at_ms
        actions += subject.hear(FRAME, FIRST_LINE_MS + 20 * number, now_ms)
    return actions


def place(subject: Uplink, model_ms: int, now_ms: int) -> tuple[int, int, int]:
    placed = subject.place(model_ms, now_ms)
    return placed["line_ms"], placed["ago_ms"], placed["waited_ms"]


def test_before_the_first_frame_there_is_no_line() -> None:
    assert uplink().place(0, 1_000) == {}


def test_on_an_even_line_the_two_times_go_together() -> None:
    """C36: the model has 2,000 ms; its first 700 ended with frame 34, which was here at 1,680."""
    subject = uplink()
    talk(subject, 0, 100)
    assert place(subject, 700, 3_000) == (855, 1_320, 0)
    assert place(subject, 2_000, 3_000) == (2_155, 20, 0)


def test_the_place_does_not_depend_on_when_it_is_asked_for() -> None:
    """C36: 50 frames later it is the same moment, a second longer ago."""
    subject = uplink()
    talk(subject, 0, 100)
    before = place(subject, 700, 3_000)
    talk(subject, 100, 50)
    assert place(subject, 700, 4_000) == (before[0], before[1] + 1_000, before[2])


def test_a_gap_that_was_filled_is_time_like_any_other() -> None:
    """C32, C36: frames 10 to 14 never came, silence went in their place."""
    subject = uplink()
    talk(subject, 0, 10)
    talk(subject, 15, 35)
    assert place(subject, 400, 2_000) == (555, 620, 0)
    assert place(subject, 100, 2_000) == (255, 920, 0)


def test_silence_of_ours_stands_for_the_lines_own_time() -> None:
    """C33, C36: the wire stops at frame 49; 790 ms were padded when the turn's end is told."""
    subject = uplink()
    talk(subject, 0, 50)
    while subject.deadline_ms is not None and subject.deadline_ms <= 2_770:
        subject.wake(subject.deadline_ms)
    assert subject.padded_ms == 790
    assert place(subject, 1_000, 2_770) == (1_155, 790, 0)
    assert place(subject, 1_500, 2_770) == (1_655, 290, 0)


def test_what_had_to_wait_is_told_by_how_long() -> None:
    """C28, C164: frames 50 to 74 were held up until 3,000; the others were not."""
    subject = uplink()
    talk(subject, 0, 50)
    assert len(talk(subject, 50, 25, at_ms=3_000)) == 25
    for model_ms, ago_ms, waited_ms in (
        (1_020, 1_100, 1_000),
        (1_500, 620, 520),
        (1_000, 1_120, 0),
    ):
        line_ms, *told = place(subject, model_ms, 3_100)
        assert line_ms == FIRST_LINE_MS + model_ms
        assert told == pytest.approx([ago_ms, waited_ms], abs=20)


def test_what_still_waits_is_not_yet_the_models_time() -> None:
    """C28, C36: half a second of frames has come in a burst and is being judged."""
    subject = uplink()
    talk(subject, 0, 50)
    before = place(subject, 700, 2_000)
    assert talk(subject, 50, 25, at_ms=5_000) == []
    assert place(subject, 700, 5_000) == pytest.approx((before[0], before[1] + 3_000, 0), abs=20)


def test_what_was_said_before_the_model_was_ready_waited_for_it() -> None:
    """C27, C164: a second of talk, passed on at once when the model is there."""
    subject = uplink(is_ready=False)
    talk(subject, 0, 50)
    subject.ready(2_000)
    assert place(subject, 400, 2_100) == (555, 720, 600)


def test_a_moment_yet_to_come_is_now() -> None:
    """A model that tells of audio it was never given."""
    subject = uplink()
    talk(subject, 0, 10)
    assert place(subject, 60_000, 1_200)[1:] == (0, 0)
