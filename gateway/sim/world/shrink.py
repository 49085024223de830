"""A failing call made as small as it still fails."""

from collections.abc import Callable
from dataclasses import replace

from .scenario import Scenario

PARTS = ("carrier_faults", "model_faults", "pauses", "clock_jumps", "steps", "answers")


def shrunk(scenario: Scenario, fails: Callable[[Scenario], bool]) -> Scenario:
    """Leave out each fault, step and answer without which it fails as well."""
    before = None
    while scenario != before:
        before = scenario
        for part in PARTS:
            scenario = _without_the_needless(scenario, part, fails)
    return replace(scenario, names=())


def _without_the_needless(
    scenario: Scenario, part: str, fails: Callable[[Scenario], bool]
) -> Scenario:
    least = 1 if part in ("steps", "answers") else 0  # a caller hangs up, a model says something
    index = 0
    while index < len(members := getattr(scenario, part)) - least:
        smaller = replace(scenario, **{part: members[:index] + members[index + 1 :]})
        if fails(smaller):
            scenario = smaller
        else:
            index += 1
    return scenario
