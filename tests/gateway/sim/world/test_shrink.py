"""Shrinking leaves what the failure needs, and nothing else."""

from voicegate.gateway.sim.carrier.caller import HangUp, Pause
from voicegate.gateway.sim.carrier.faults import CarrierFault
from voicegate.gateway.sim.realtime.brains import Answer, Speech
from voicegate.gateway.sim.world.scenario import Scenario
from voicegate.gateway.sim.world.shrink import shrunk

LOST, LATE = CarrierFault("frame_lost"), CarrierFault("mark_late")
ANSWERS = tuple(Answer((Speech(text),)) for text in "abc")


def test_a_call_keeps_only_what_its_failure_needs() -> None:
    """C175: faults, steps and answers are dropped while it still fails."""
    steps = (Pause(1), Pause(2), Pause(3), HangUp())
    big = Scenario(
        1, steps, ANSWERS, carrier_faults=(LATE, LOST, LATE), pauses=((1, 2),), names=("mark_late",)
    )

    def fails(scenario: Scenario) -> bool:
        return LOST in scenario.carrier_faults and Pause(2) in scenario.steps

    assert shrunk(big, fails) == Scenario(
        1, (Pause(2), HangUp()), ANSWERS[2:], carrier_faults=(LOST,)
    )


def test_a_call_that_fails_whatever_is_left_out_keeps_its_last_step_and_answer() -> None:
    big = Scenario(1, (Pause(1), HangUp()), ANSWERS, carrier_faults=(LOST,))
    assert shrunk(big, lambda _: True) == Scenario(1, (HangUp(),), ANSWERS[2:])
