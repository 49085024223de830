"""The caller's time on its way to the model: stalls, gaps, silent wires, a model that does not read."""

from collections.abc import Iterator

import pytest

from voicegate.gateway.core.actions import Action, HearAudio, fact
from voicegate.gateway.core.uplink import Booked, Uplink, UplinkLimits
from voicegate.gateway.sim.rig.way_in import (
    LOUD,
    MS,
    QUIET,
    Kind,
    check_books,
    due_ms,
    frame,
    heard,
    talk,
    uplink,
)


def silence(ms: int) -> bytes:
    return b"\xff" * ms * MS


# -- catching up -----------------------------------------------------------------------------------


def test_a_short_stall_is_caught_up_at_once() -> None:
    """C28."""
    subject = uplink()
    talk(subject, 50)
    actions = talk(subject, 90, first=50, at_ms=due_ms(139))
    assert heard(actions) == b"".join(frame(n) for n in range(50, 140))
    check_books(subject)


def test_of_a_longer_backlog_silence_is_left_out_first() -> None:
    """C28: 3 s of silence and 1 s of speech, all in one burst."""
    subject = uplink()
    talk(subject, 50)
    actions = talk(subject, 150, first=50, kind=QUIET, at_ms=due_ms(249))
    actions += talk(subject, 50, first=200, at_ms=due_ms(249))
    assert heard(actions).endswith(b"".join(frame(n) for n in range(200, 250)))
    assert len(heard(actions)) <= 2_040 * MS
    assert subject.booked[Booked.STALE] >= 98
    check_books(subject)


def test_a_burst_is_judged_as_a_whole() -> None:
    """C28: the last question, not the first, although that one came first and was later."""
    subject = uplink()
    talk(subject, 50)
    actions = talk(subject, 100, first=50, at_ms=due_ms(299))
    actions += talk(subject, 40, first=150, kind=QUIET, at_ms=due_ms(299))
    actions += talk(subject, 110, first=190, at_ms=due_ms(299))
    assert b"".join(frame(n) for n in range(190, 300)) in heard(actions)
    assert not any(frame(n) in heard(actions) for n in range(50, 150))
    check_books(subject)


def test_a_burst_that_ends_late_is_not_waited_for() -> None:
    """C28: 40 ms after its first frame it goes, and so does what comes from then on."""
    subject = uplink()
    talk(subject, 50)
    assert talk(subject, 20, first=50, at_ms=8_000) == []
    assert subject.deadline_ms == 8_040
    assert talk(subject, 20, first=70, at_ms=8_030) == []
    assert subject.deadline_ms == 8_040
    assert heard(subject.wake(8_040)) == b"".join(frame(n) for n in range(50, 90))
    check_books(subject)


def test_stamps_that_fall_back_far_delay_the_caller_by_40_ms_at_most() -> None:
    """C27: a carrier whose clock starts anew looks late for ever."""
    subject = uplink()
    talk(subject, 500)
    actions: list[Action] = []
    for n in range(500, 600):
        if subject.deadline_ms is not None and subject.deadline_ms <= due_ms(n):
            actions += subject.wake(due_ms(n))
        actions += subject.hear(frame(n), 20 * (n - 500), due_ms(n))
    assert len(heard(actions)) >= 98 * 160
    assert sum(subject.booked.values()) == 0


def test_the_last_utterance_goes_whole_however_long_it_is() -> None:
    """C28: pauses below half a second are part of it."""
    subject = uplink()
    talk(subject, 50)
    actions = talk(subject, 100, first=50, at_ms=due_ms(269))
    actions += talk(subject, 20, first=150, kind=QUIET, at_ms=due_ms(269))
    actions += talk(subject, 100, first=170, at_ms=due_ms(269))
    kinds: dict[int, Kind] = dict.fromkeys(range(150, 170), QUIET)
    assert heard(actions) == b"".join(frame(n, kinds.get(n, LOUD)) for n in range(50, 270))
    check_books(subject)


def test_silence_behind_the_last_utterance_goes_but_for_a_second() -> None:
    """C28: it tells the model that the turn has ended."""
    subject = uplink()
    talk(subject, 50)
    actions = talk(subject, 50, first=50, at_ms=due_ms(299))
    actions += talk(subject, 200, first=100, kind=QUIET, at_ms=due_ms(299))
    assert heard(actions).startswith(b"".join(frame(n) for n in range(50, 100)))
    assert 1_980 * MS <= len(heard(actions)) <= 2_040 * MS
    check_books(subject)


def test_a_backlog_of_nothing_but_silence_shrinks_to_what_may_be_caught_up() -> None:
    """C28."""
    subject = uplink(UplinkLimits(catch_up_ms=500))
    talk(subject, 50)
    actions = talk(subject, 200, first=50, kind=QUIET, at_ms=due_ms(249))
    assert len(heard(actions)) <= 500 * MS
    check_books(subject)


# -- gaps ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", [1, 3, 50, 150, 499])
def test_lost_frames_are_filled_with_silence_at_once(lost: int) -> None:
    """C32: so that the model's time stays the line's, also beyond what may be caught up."""
    subject = uplink()
    talk(subject, 10)
    n = 10 + lost
    actions = subject.hear(frame(n), 155 + 20 * n, 1_200)
    assert heard(actions) == silence(20 * lost) + frame(n)
    assert subject.filled_ms == 20 * lost
    check_books(subject)


def test_no_more_than_ten_seconds_are_filled() -> None:
    """C32."""
    subject = uplink()
    talk(subject, 10)
    actions = subject.hear(frame(10, QUIET), 155 + 3_600_000, 1_200)
    assert heard(actions) == silence(10_000) + frame(10, QUIET)


def test_the_first_stamp_is_no_gap() -> None:
    """C32, X23: the clock counts by differences."""
    subject = uplink()
    assert subject.hear(frame(0), 155_000, 1_000) == [HearAudio(frame(0))]


def test_a_stamp_that_goes_back_is_forwarded_as_it_is() -> None:
    subject = uplink()
    talk(subject, 10)
    assert subject.hear(frame(10), 100, 1_200) == [HearAudio(frame(10))]
    assert subject.hear(frame(11), 120, 1_220) == [HearAudio(frame(11))]


def test_a_gap_before_the_model_is_ready_is_filled_as_well() -> None:
    """C32."""
    subject = uplink(is_ready=False)
    talk(subject, 5)
    subject.hear(frame(15), 155 + 20 * 15, 1_300)
    actions = subject.ready(2_000)
    assert heard(actions) == b"".join(frame(n) for n in range(5)) + silence(200) + frame(15)
    assert subject.forwarded == 6


def test_a_gap_is_no_backlog_and_stays_filled_when_all_is_caught_up() -> None:
    """C28, C32: 1.8 s of the caller's own, 3 s of ours between them."""
    subject = uplink(is_ready=False)
    talk(subject, 30)
    talk(subject, 60, first=180)
    actions = subject.ready(6_000)
    first, second = (b"".join(map(frame, ns)) for ns in (range(30), range(180, 240)))
    assert heard(actions) == first + silence(3_000) + second


# -- a silent wire ---------------------------------------------------------------------------------


def padding(subject: Uplink, until_ms: int) -> Iterator[tuple[int, int]]:
    """When silence is fed, and how much."""
    before_ms = 0
    while subject.deadline_ms is not None and subject.deadline_ms <= until_ms:
        assert subject.deadline_ms > before_ms  # a wake makes progress
        now_ms = before_ms = subject.deadline_ms
        payload = heard(subject.wake(now_ms))
        if payload:
            assert payload == silence(len(payload) // MS)
            yield now_ms, len(payload) // MS


def silent_wire() -> Uplink:
    """50 frames, the last at 1,980, then nothing."""
    subject = uplink(is_ready=False)
    subject.begin(900)
    subject.ready(950)
    talk(subject, 50)
    return subject


def test_a_silent_wire_is_padded_in_real_time_so_that_a_turn_can_end() -> None:
    """C33, X19: after 750 ms, what is missing at once, then frame by frame."""
    fed = list(padding(silent_wire(), 3_000))
    assert fed[0] == (2_730, 750)
    assert [now_ms for now_ms, _ in fed[1:]] == list(range(2_750, 3_001, 20))
    assert sum(ms for _, ms in fed) == 1_010


def test_a_wire_that_speaks_is_never_padded() -> None:
    """C33: the timer looks now and then, and goes on waiting."""
    subject = silent_wire()
    for n in range(50, 150):
        assert list(padding(subject, 1_000 + 20 * n)) == []
        subject.hear(frame(n), 155 + 20 * n, 1_000 + 20 * n)
    assert subject.padded_ms == 0


def test_silence_that_comes_late_repays_the_padding() -> None:
    """C33: 1 s of padding, then the same second arrives as silence."""
    subject = silent_wire()
    list(padding(subject, 3_000))
    actions: list[Action] = []
    for n in range(50, 101):
        actions += subject.hear(frame(n, QUIET), 155 + 20 * n, 3_020)
    assert len(heard(actions)) // MS <= 40
    assert subject.booked[Booked.STALE] >= 49
    check_books(subject)


def test_speech_that_comes_late_is_forwarded_and_later_silence_repays() -> None:
    """C33: model time and line time meet again within 2 s of quiet."""
    subject = silent_wire()
    fed_ms = sum(ms for _, ms in padding(subject, 3_000))
    actions: list[Action] = []
    for n in range(50, 101):
        actions += subject.hear(frame(n), 155 + 20 * n, 3_020)
    assert heard(actions) == b"".join(frame(n) for n in range(50, 101))
    for n in range(101, 201):
        actions += subject.hear(frame(n, QUIET), 155 + 20 * n, 1_000 + 20 * n)
    model_ms = 50 * 20 + fed_ms + len(heard(actions)) // MS
    assert 0 <= model_ms - 201 * 20 <= 40
    check_books(subject)


def test_frames_that_never_come_are_not_filled_twice() -> None:
    """C32, C33: the gap in the stamps was padded already."""
    subject = silent_wire()
    fed_ms = sum(ms for _, ms in padding(subject, 3_000))
    actions = subject.hear(frame(102), 155 + 20 * 102, 3_040)
    assert len(heard(actions)) // MS == (52 * 20 - fed_ms) + 20
    assert subject.filled_ms == 52 * 20 - fed_ms


def test_a_gap_that_was_padded_already_is_not_filled_at_all() -> None:
    """C32, C33: half a second was lost, a whole one had been made up for it."""
    subject = silent_wire()
    list(padding(subject, 3_000))
    assert heard(subject.hear(frame(75), 155 + 20 * 75, 3_040)) == frame(75)
    assert subject.filled_ms == 0


def test_a_second_silence_is_padded_only_by_what_the_first_did_not() -> None:
    """C33."""
    subject = silent_wire()
    list(padding(subject, 3_000))
    for n in range(50, 101):  # all speech: nothing was repaid
        subject.hear(frame(n), 155 + 20 * n, 3_020)
    fed_ms = sum(ms for _, ms in padding(subject, 5_000))
    assert 5_000 - 3_020 - 1_010 - 20 <= fed_ms <= 5_000 - 3_020 - 1_010


def test_a_leg_without_media_for_ten_seconds_is_lost() -> None:
    """C34."""
    subject = silent_wire()
    list(padding(subject, 20_000))
    assert subject.is_silent_too_long
    assert subject.deadline_ms is None
    assert subject.padded_ms <= 10_000


def test_a_leg_that_never_sends_is_lost_as_well() -> None:
    """C34: ready or not."""
    for is_ready in (False, True):
        subject = uplink(is_ready=False)
        subject.begin(1_000)
        if is_ready:
            subject.ready(1_500)
        list(padding(subject, 10_999))
        assert not subject.is_silent_too_long
        list(padding(subject, 11_020))
        assert subject.is_silent_too_long


def test_nothing_is_padded_before_the_model_is_ready() -> None:
    """C8: audio only after the session is set."""
    subject = uplink(is_ready=False)
    subject.begin(900)
    talk(subject, 50)
    assert list(padding(subject, 9_000)) == []
    assert subject.ready(9_000)[-1] == fact("uplink.ready", frames=50)


# -- a model that does not read --------------------------------------------------------------------


def test_frames_wait_in_the_ring_while_the_model_does_not_read() -> None:
    """C35."""
    subject = uplink()
    talk(subject, 5)
    assert subject.blocked(is_blocked=True) == []
    assert talk(subject, 20, first=5) == []
    actions = subject.blocked(is_blocked=False)
    assert heard(actions) == b"".join(frame(n) for n in range(5, 25))
    assert talk(subject, 1, first=25) == [HearAudio(frame(25))]


def test_a_blocked_model_is_not_padded_and_its_ring_stays_bounded() -> None:
    """C35, C153."""
    subject = uplink(UplinkLimits(ring_ms=1_000))
    subject.begin(0)
    subject.ready(0)
    talk(subject, 5)
    subject.blocked(is_blocked=True)
    talk(subject, 100, first=5)
    assert list(padding(subject, 6_000)) == []
    assert subject.booked[Booked.STALE] == 50
    assert len(heard(subject.blocked(is_blocked=False))) <= 1_000 * MS


def test_room_at_a_model_that_is_not_ready_changes_nothing() -> None:
    """C35."""
    subject = uplink(is_ready=False)
    talk(subject, 5)
    assert subject.blocked(is_blocked=False) == []
