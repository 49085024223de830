"""The bounds of the stated lines, and what a run says about them."""

import pytest
from click.testing import CliRunner

from voicegate.gateway.sim.cli import sim
from voicegate.gateway.sim.world.runs import Report
from voicegate.gateway.sim.world.scenario import draw
from voicegate.gateway.sim.world.stated_lines import STATED_LINES, Verdict


@pytest.mark.parametrize(
    ("name", "near_ms", "far_ms", "verdict"),
    [
        ("A", 10, 30, Verdict.KEPT),
        ("A", 11, 30, Verdict.BROKEN),
        ("B", 10, 31, Verdict.BROKEN),
        ("C", 39, 40, Verdict.KEPT),
        ("C", 0, 41, Verdict.BROKEN),
    ],
)
def test_a_line_is_judged_by_its_percentiles(
    name: str, near_ms: int, far_ms: int, verdict: Verdict
) -> None:
    """C47: half of 200 errors as small as that, the rest as large as that, of either sign."""
    errors_ms = [near_ms, -near_ms] * 60 + [far_ms, -far_ms] * 40
    assert STATED_LINES[name].verdict(Report(errors_ms=errors_ms)) is verdict


def test_few_items_tell_nothing() -> None:
    """C47."""
    assert STATED_LINES["A"].verdict(Report(errors_ms=[500] * 199)) is Verdict.TOO_FEW


def test_a_stated_line_changes_nothing_else_of_a_call() -> None:
    """C47, C174: the caller, the answers and the other line are those of the seed."""
    shape = STATED_LINES["B"].shape
    stated, drawn = draw(5, carrier_line=shape), draw(5)
    assert stated.carrier_line == shape != drawn.carrier_line
    assert (stated.steps, stated.answers) == (drawn.steps, drawn.answers)
    assert (stated.model_line, stated.names) == (drawn.model_line, drawn.names)


def test_the_bounds_of_a_stated_line_are_printed() -> None:
    """C47, C175."""
    args = ["--seeds", "2", "--workers", "1", "--faultless", "--line", "C", "--report", "heard"]
    done = CliRunner().invoke(sim, args)
    assert done.output.endswith("the bounds of line C, p95 40 ms: too few items, 200 would tell\n")
    assert done.exit_code == 0
