"""The writer of tests: what it writes runs, and plays the very call it was made from."""

from typing import Any

import pytest

from voicegate.gateway.sim.world.runs import play
from voicegate.gateway.sim.world.scenario import Scenario, draw
from voicegate.gateway.sim.world.seed_test import render
from voicegate.gateway.sim.world.virtual_call import VirtualCall


@pytest.mark.parametrize("seed", [3, 5, 42, 147, 466])
def test_the_writers_output_runs(seed: int) -> None:
    """C176: with the call of the seed, whatever becomes of the random streams later."""
    played: list[Scenario] = []

    def overheard(scenario: Scenario) -> VirtualCall:
        played.append(scenario)
        return play(scenario)

    names: dict[str, Any] = {}
    exec(render(draw(seed), "I8: nothing, really."), names)
    names["play"] = overheard
    names[f"test_seed_{seed}"]()
    assert played == [draw(seed)]


def test_it_is_laid_out_to_be_read() -> None:
    """C176: imports first, no long line, one member a line where there are many."""
    written = render(draw(3), 'I8: "so" ' + "was said, and never heard of again; " * 9)
    lines = written.splitlines()
    assert lines[0].startswith("from voicegate.")
    assert max(map(len, lines)) <= 100
    assert "            HearAgent(200, patience_ms=12000)," in lines
    assert "    scenario = Scenario(" in lines
