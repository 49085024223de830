"""What a session bears of a carrier or a model that does not read, and of a clock that is set."""

import pytest

from voicegate.gateway.core.actions import (
    ClearAudio,
    CloseLeg,
    EndReason,
    Fact,
    HearAudio,
)
from voicegate.gateway.core.events import (
    CallerAudio,
    CallRang,
    ModelAudio,
    ModelClosed,
    ModelConnected,
    ModelResponded,
    ModelResponding,
    ResponseStatus,
)
from voicegate.gateway.session import LEG_BACKLOG_MAX, MODEL_BACKLOG_MAX
from voicegate.gateway.sim.rig.desk import OPENED, Desk, talking


@pytest.mark.parametrize(("excess", "end"), [(0, None), (1, EndReason.SLOW_LEG)])
def test_a_carrier_that_does_not_read_is_given_up(excess: int, end: EndReason | None) -> None:
    """C58: more than 1 MiB unsent."""
    desk = talking()
    desk.leg.backlog = LEG_BACKLOG_MAX + excess
    desk.model.tell(ModelResponding("r1"), ModelAudio("a", "r1", bytes(1_600)))
    assert desk.ends == ([] if end is None else [end])
    assert (desk.leg.closes > 0) is (end is not None)


def test_a_carrier_that_takes_nothing_for_five_seconds_is_given_up() -> None:
    """C58: however little waits, and whether or not more is written to it."""
    desk = talking()
    desk.leg.backlog = 1
    desk.model.tell(ModelResponding("r1"), ModelAudio("a", "r1", bytes(1_600)))
    began_ms = desk.clock.ms
    for elapsed_ms in range(20, 5_020, 20):
        desk.clock.ms = began_ms + elapsed_ms
        desk.leg.tell(CallerAudio(b"\xff" * 160, 155 + elapsed_ms))
    assert desk.ends == []
    desk.clock.ms += 1
    desk.leg.tell(CallerAudio(b"\xff" * 160, 155 + 5_020))
    assert desk.ends == [EndReason.SLOW_LEG]


def test_a_carrier_that_takes_some_now_and_then_is_kept() -> None:
    """C58."""
    desk = talking()
    desk.leg.backlog = 1_000
    desk.model.tell(ModelResponding("r1"), ModelAudio("a", "r1", bytes(1_600)))
    desk.model.tell(ModelResponded("r1", ResponseStatus.COMPLETED))
    for elapsed_ms in range(20, 20_000, 20):
        desk.clock.ms += 20
        desk.leg.backlog -= elapsed_ms % 4_000 == 0
        desk.leg.tell(CallerAudio(b"\xff" * 160, 155 + elapsed_ms))
    assert desk.ends == []


def test_a_clock_that_was_set_back_is_told_once() -> None:
    """I26."""
    desk = talking()
    now_ms = desk.clock.ms
    for back_ms in (700, 600, 500):
        desk.clock.ms = now_ms - back_ms
        desk.leg.tell(CallerAudio(b"\xff" * 160, 155))
    told = [each for each in desk.facts if each.name == "clock.set_back"]
    assert told == [Fact("clock.set_back", {"ms": 700})]
    assert desk.session.times_set_back == 3


def test_a_slow_carrier_is_told_nothing_more() -> None:
    """C58: neither what waits nor a goodbye."""
    desk = talking()
    desk.leg.backlog = LEG_BACKLOG_MAX + 1
    desk.model.tell(ModelResponding("r1"), ModelAudio("a", "r1", bytes(8_000)))
    assert not any(isinstance(action, ClearAudio | CloseLeg) for action in desk.log)


def test_a_model_that_does_not_read_is_written_to_no_more_until_it_does() -> None:
    """C35: frames wait, and follow."""
    desk = talking()
    desk.model.backlog = MODEL_BACKLOG_MAX + 1
    desk.leg.tell(*(CallerAudio(bytes([n]) * 160, 155 + 20 * n) for n in range(10)))
    heard = [action for action in desk.log if isinstance(action, HearAudio)]
    assert len(heard) == 1  # the one after which it was seen
    desk.model.backlog = MODEL_BACKLOG_MAX
    desk.leg.tell(CallerAudio(bytes([10]) * 160, 155 + 200))
    heard = [action for action in desk.log if isinstance(action, HearAudio)]
    assert heard == [HearAudio(bytes([n]) * 160) for n in range(11)]


def test_a_blocked_model_that_is_replaced_leaves_no_block_behind() -> None:
    """C35."""
    desk = Desk()
    desk.session.deliver(CallRang())
    desk.session.attach(desk.leg)
    desk.model.backlog = MODEL_BACKLOG_MAX + 1
    desk.model.tell(ModelConnected(), ModelClosed(1006))
    desk.ring(250)
    desk.model.tell(ModelConnected(), OPENED)
    desk.leg.tell(CallerAudio(bytes(160), 155))
    assert HearAudio(bytes(160)) in desk.log
