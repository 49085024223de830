"""A session on a desk: what is written and seen is kept, and time cannot fall."""

import pytest

from voicegate.gateway.core.actions import ConfigureModel, EndReason, fact
from voicegate.gateway.core.events import LegClosed, LegEnd
from voicegate.gateway.sim.rig.desk import Desk, talking


def test_a_talking_call_was_configured_and_its_steps_are_kept() -> None:
    desk = talking(keeps_steps=True)
    assert isinstance(desk.log[0], ConfigureModel)
    assert len(desk.models) == 1
    assert desk.facts[0] == fact("call.started")
    assert len(desk.steps) == 4


def test_its_end_is_told() -> None:
    desk = talking()
    desk.leg.tell(LegClosed(LegEnd.STOPPED))
    assert desk.ends == [EndReason.CALLER_HUNG_UP]


def test_a_time_that_falls_is_noticed() -> None:
    desk = Desk()
    desk.saw_fact(fact("call.started"), 20)
    with pytest.raises(AssertionError, match="never falls"):
        desk.saw_step(None, [], 19)
