"""Frames that can be told apart, on an uplink that is ready."""

from voicegate.codecs.g711 import ulaw_decode
from voicegate.gateway.sim.rig.way_in import (
    LOUD,
    QUIET,
    check_books,
    due_ms,
    frame,
    heard,
    talk,
    uplink,
)


def test_frames_are_told_from_each_other() -> None:
    assert len({frame(n, LOUD) for n in range(1_000)}) == 1_000
    assert len({frame(n, QUIET) for n in range(256)}) == 256
    assert {len(frame(n, kind)) for n in range(300) for kind in (LOUD, QUIET)} == {160}


def test_a_quiet_frame_is_quiet_and_a_loud_one_is_not() -> None:
    quiet, loud = (abs(ulaw_decode(frame(7, kind)).astype(int)).max() for kind in (QUIET, LOUD))
    assert 100 * quiet < loud


def test_what_is_said_in_step_with_the_wire_is_heard_as_it_is() -> None:
    subject = uplink()
    actions = talk(subject, 3) + talk(subject, 2, first=3, at_ms=due_ms(4))
    assert heard(actions) == b"".join(frame(n) for n in range(5))
    check_books(subject)


def test_before_the_model_is_ready_frames_wait() -> None:
    subject = uplink(is_ready=False)
    assert talk(subject, 3) == []
    check_books(subject, waiting=3)
