"""The way in: nothing lost silently, no time lost or gained, no stale question answered."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.codecs.frames import PCM16_24K, PCMA_8K, PCMU_8K, AudioFormat
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

# -- one frame in, one frame out -------------------------------------------------------------------


def test_each_frame_is_forwarded_once_in_its_own_turn() -> None:
    """C27, C29: unchanged."""
    subject = uplink()
    for n in range(50):
        actions = subject.hear(frame(n), 155 + 20 * n, 1_000 + 20 * n)
        assert actions == [HearAudio(frame(n))]
    assert (subject.frames_in, subject.forwarded) == (50, 50)


@pytest.mark.parametrize("wander_ms", [-9, -3, 3, 7, 9])
def test_stamps_may_wander_by_a_few_milliseconds(wander_ms: int) -> None:
    """C32: neither a gap nor a delay."""
    subject = uplink()
    for n in range(50):
        line_ms = 155 + 20 * n + (wander_ms if n % 2 else 0)
        assert subject.hear(frame(n), line_ms, 1_000 + 20 * n + n % 3) == [HearAudio(frame(n))]
    assert subject.filled_ms == 0


def test_lost_frames_are_made_up_for_whole_however_their_stamps_wander() -> None:
    """C32: one frame in three is lost; after a minute the model's time is the line's."""
    subject = uplink()
    luck = Random(1)
    model_ms = 0
    for n in range(3_001):
        if n % 3 != 2:
            stamp_ms = 155 + 20 * n + luck.randint(-4, 4)
            model_ms += len(heard(subject.hear(frame(n), stamp_ms, due_ms(n)))) // MS
    assert subject.filled_ms == 1_000 * 20
    assert model_ms == 3_001 * 20


@pytest.mark.parametrize("size", [8, 80, 320, 4_000])
def test_a_payload_may_have_any_length(size: int) -> None:
    """C31."""
    subject = uplink()
    actions = [
        action
        for n in range(5)
        for action in subject.hear(bytes(size), 155 + n * size // MS, 1_000 + n * size // MS)
    ]
    assert heard(actions) == bytes(5 * size)
    assert subject.filled_ms == 0


def test_an_empty_payload_is_counted_and_no_empty_message_is_sent() -> None:
    """C27, C31."""
    subject = uplink()
    assert subject.hear(b"", 155, 1_000) == []
    assert (subject.frames_in, subject.forwarded) == (1, 1)


def test_a_frame_that_could_not_be_read_is_booked() -> None:
    """C27."""
    subject = uplink()
    subject.malformed()
    assert subject.booked[Booked.MALFORMED] == 1
    check_books(subject)


# -- before the model is ready ---------------------------------------------------------------------


def test_what_the_caller_says_first_waits_for_the_model() -> None:
    """C27: hello?"""
    subject = uplink(is_ready=False)
    assert talk(subject, 50) == []
    actions = subject.ready(2_000)
    assert heard(actions) == b"".join(frame(n) for n in range(50))
    assert actions[-1] == fact("uplink.ready", frames=50)
    assert subject.forwarded == 50


def test_the_ring_holds_ten_seconds_and_gives_up_silence_first() -> None:
    """C27, C28: what does not fit is booked."""
    subject = uplink(UplinkLimits(catch_up_ms=10_000), is_ready=False)
    talk(subject, 100, kind=QUIET)
    talk(subject, 450, first=100)
    actions = subject.ready(20_000)
    assert heard(actions) == b"".join(
        [*(frame(n, QUIET) for n in range(50, 100)), *(frame(n) for n in range(100, 550))]
    )
    assert subject.booked[Booked.BEFORE_READY] == 50
    check_books(subject)


def test_a_ring_of_speech_gives_up_the_oldest() -> None:
    """C28."""
    subject = uplink(UplinkLimits(ring_ms=1_000), is_ready=False)
    talk(subject, 60)
    assert heard(subject.ready(9_000)) == b"".join(frame(n) for n in range(10, 60))
    assert subject.booked[Booked.BEFORE_READY] == 10


def test_a_call_that_ends_before_the_model_was_ready_books_what_waited() -> None:
    """C27."""
    subject = uplink(is_ready=False)
    talk(subject, 5)
    subject.end()
    assert subject.booked[Booked.BEFORE_READY] == 5
    check_books(subject)


def test_nothing_is_for_the_model_while_it_is_deaf() -> None:
    """Its time stands still; what waited is not for it either, and what comes later is."""
    subject = Uplink(PCMU_8K, UplinkLimits())
    subject.begin(1_000)
    subject.hear(frame(0), 0, 1_000)
    subject.deafen(is_deaf=True)
    assert subject.ready(1_010) == []
    for n in range(1, 100):
        assert subject.hear(frame(n), 20 * n, 1_000 + 20 * n) == []
    subject.deafen(is_deaf=False)
    assert subject.hear(frame(100), 2_000, 3_000) == [HearAudio(frame(100))]
    assert subject.booked[Booked.NOT_FOR_MODEL] == 100
    assert (subject.frames_in, subject.forwarded, subject.filled_ms) == (101, 1, 0)


def test_a_line_that_falls_silent_is_noticed_by_the_deaf_too() -> None:
    subject = Uplink(PCMU_8K, UplinkLimits())
    subject.begin(0)
    subject.deafen(is_deaf=True)
    subject.ready(0)
    while subject.deadline_ms is not None:
        assert subject.wake(subject.deadline_ms) == []
    assert subject.is_silent_too_long


def test_a_lost_model_lets_frames_wait_again() -> None:
    subject = uplink()
    talk(subject, 5)
    subject.lost()
    assert talk(subject, 5, first=5) == []
    subject.end()
    assert subject.booked[Booked.BEFORE_READY] == 5
    check_books(subject)


@pytest.mark.parametrize("is_ready", [True, False])
def test_after_the_end_every_frame_is_booked_and_nothing_is_sent_or_awaited(
    *, is_ready: bool
) -> None:
    """C21, C27."""
    subject = uplink(is_ready=is_ready)
    subject.begin(0)
    subject.end()
    assert talk(subject, 5) == []
    assert subject.booked[Booked.AFTER_END] == 5
    assert subject.deadline_ms is None
    check_books(subject)


# -- all of it -------------------------------------------------------------------------------------

WIRE = st.lists(
    st.tuples(
        st.sampled_from(
            ["in step", "in step", "in step", "lost", "late", "block", "room", "empty"]
        ),
        st.integers(1, 120),
        st.sampled_from([QUIET, LOUD]),
    ),
    max_size=12,
)


@given(wire=WIRE, ready_after=st.integers(0, 6), is_ended=st.booleans())
def test_every_frame_is_forwarded_once_in_order_or_booked_with_one_reason(
    wire: list[tuple[str, int, Kind]], ready_after: int, *, is_ended: bool
) -> None:
    """C27: frames in = forwarded + booked + waiting, whatever happens."""
    subject, actions, now_ms, n = uplink(is_ready=False), list[Action](), 1_000, 0
    subject.begin(now_ms)
    for step, (what, count, kind) in enumerate(wire):
        if step == ready_after:
            actions += subject.ready(now_ms)
        match what:
            case "block" | "room":
                actions += subject.blocked(is_blocked=what == "block")
            case "lost":
                n += count
                now_ms += 20 * count
            case "empty":
                actions += subject.hear(b"", 155 + 20 * n, now_ms)
            case _:
                if what == "late":
                    now_ms += 20 * count
                for _ in range(count):
                    if what == "in step":
                        now_ms += 20
                    while subject.deadline_ms is not None and subject.deadline_ms <= now_ms:
                        actions += subject.wake(subject.deadline_ms)
                    actions += subject.hear(frame(n, kind), 155 + 20 * n, now_ms)
                    n += 1
    if is_ended:
        subject.end()
        check_books(subject)
    waiting = subject.frames_in - subject.forwarded - sum(subject.booked.values())
    assert 0 <= waiting <= 10_000 // 20 + wire.count(("empty", 0, QUIET)) + len(wire)
    payloads = [a.payload for a in actions if isinstance(a, HearAudio) and len(a.payload) == 160]
    loud = [(p[0] - 1) * 100 + p[1] - 1 for p in payloads if p[0] < 0x80]
    assert loud == sorted(set(loud))
    assert all(a.payload for a in actions if isinstance(a, HearAudio))


@pytest.mark.parametrize(
    ("line", "loud", "quiet"),
    [
        (PCMU_8K, b"\x00" * 160, b"\xff" * 160),
        (PCMA_8K, b"\x2a" * 160, b"\xd5" * 160),
        (PCM16_24K, b"\x00\x40" * 480, b"\x20\x00" * 480),
        (PCM16_24K, b"\x00\x40" * 480, b"\x20\x00" * 480 + b"\x7f"),
    ],
)
def test_silence_is_told_from_speech_in_each_format_of_a_line(
    line: AudioFormat, loud: bytes, quiet: bytes
) -> None:
    """C28: of what is too much the silence goes, in whole samples or not."""
    subject = Uplink(line, UplinkLimits(ring_ms=40))
    for n, payload in enumerate((loud, quiet, loud), start=1):
        subject.hear(payload, 20 * n, 20 * n)
    heard = [a.payload for a in subject.ready(60) if isinstance(a, HearAudio)]
    assert heard == [loud, loud]
