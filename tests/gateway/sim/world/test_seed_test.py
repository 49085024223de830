"""The writer of tests: what it writes runs, and plays the very call it was made from."""

from typing import Any

import pytest

from voicegate.gateway.core.bargein import Interruption
from voicegate.gateway.sim.carrier import caller
from voicegate.gateway.sim.carrier import faults as carrier_faults
from voicegate.gateway.sim.realtime import brains
from voicegate.gateway.sim.realtime import faults as realtime_faults
from voicegate.gateway.sim.world import scenario
from voicegate.gateway.sim.world.runs import Outcome, judge, play
from voicegate.gateway.sim.world.scenario import Scenario, draw
from voicegate.gateway.sim.world.seed_test import render
from voicegate.gateway.sim.world.virtual_call import VirtualCall

NAMES = {
    name: value
    for module in (brains, caller, carrier_faults, realtime_faults, scenario)
    for name, value in vars(module).items()
}


@pytest.mark.parametrize("seed", [3, 5, 42, 147, 466])
def test_the_writers_output_runs(seed: int) -> None:
    """C176: with the call of the seed, whatever becomes of the random streams later."""
    played: list[Scenario] = []

    def overheard(scenario: Scenario) -> VirtualCall:
        played.append(scenario)
        return play(scenario)

    def judged(call: VirtualCall) -> Outcome:
        return judge(call)

    names: dict[str, Any] = {"play": overheard, "judge": judged, "Interruption": Interruption}
    exec(render(draw(seed), "I8: nothing, really."), NAMES | names, names)
    names[f"test_seed_{seed}"]()
    assert played == [draw(seed)]
