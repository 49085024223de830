"""Ringback while nothing can be said, and not a moment longer."""

import pytest

from voicegate.codecs.frames import PCMU_8K
from voicegate.gateway.core.actions import Action, ClearAudio, PlayAudio, fact
from voicegate.gateway.core.cover import Cover
from voicegate.gateway.core.playout import Playout

CADENCE = bytes(2_000 * 8)


def cover(cadence: bytes = CADENCE) -> tuple[Cover, Playout]:
    playout = Playout(PCMU_8K, lead_limit_ms=20_000, mark_every_ms=200)
    return Cover(playout, cadence), playout


def played_ms(actions: list[Action]) -> int:
    return sum(len(a.payload) for a in actions if isinstance(a, PlayAudio)) // 8


def test_one_cadence_follows_the_other_without_a_gap() -> None:
    """C11: from the moment on that the caller has waited long enough."""
    subject, _ = cover()
    subject.begin(700)
    assert subject.deadline_ms == 700
    actions = subject.wake(700)
    assert actions[0] == fact("cover.started")
    assert played_ms(actions) == 2_000
    assert subject.deadline_ms == 2_700
    actions = subject.wake(2_700)
    assert fact("cover.started") not in actions
    assert played_ms(actions) == 2_000
    assert subject.deadline_ms == 4_700


def test_without_a_sound_there_is_no_cover() -> None:
    subject, _ = cover(b"")
    subject.begin(700)
    assert subject.deadline_ms is None


def test_the_agents_first_frame_cuts_the_cover() -> None:
    """C11: it never overlaps with speech, and the gap at the change is the wire's."""
    subject, playout = cover()
    subject.begin(700)
    subject.wake(700)
    assert subject.end(1_000) == [ClearAudio(), fact("cover.ended")]
    assert subject.deadline_ms is None
    assert playout.unheard_ms(1_000) == 0
    assert subject.end(1_010) == []


def test_the_agents_item_is_not_cut_with_the_cover() -> None:
    """C11, C13: it was announced before its first delta ended the cover."""
    subject, playout = cover()
    subject.begin(700)
    subject.wake(700)
    playout.announce("greeting", "r1")
    subject.end(1_000)
    actions = playout.receive("greeting", "r1", bytes(1_600), 1_000, is_interruptible=True)
    assert PlayAudio(bytes(1_600), "greeting") in actions


@pytest.mark.parametrize("is_begun", [True, False])
def test_a_cover_that_never_played_ends_in_silence(*, is_begun: bool) -> None:
    subject, _ = cover()
    if is_begun:
        subject.begin(700)
    assert subject.end(300) == []
    assert subject.deadline_ms is None


def test_a_cover_heard_to_its_end_needs_no_clear() -> None:
    subject, _ = cover()
    subject.begin(700)
    subject.wake(700)
    assert subject.end(2_700) == [fact("cover.ended")]
