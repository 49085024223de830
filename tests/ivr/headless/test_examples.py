"""The test files that ship with the examples."""

from collections.abc import Callable
from pathlib import Path

import pytest

from voicegate.ivr.finding import Findings
from voicegate.ivr.flow import Flow
from voicegate.ivr.headless.coverage import findings, untaken
from voicegate.ivr.headless.run import Result, Taken, run_cases
from voicegate.ivr.headless.suite import read

Named = Callable[[str], Flow]
EXAMPLES = Path(__file__).parent.parent.parent.parent / "ivr" / "examples"
# Each agent has its own way out when the model is lost, and no way leads back to one but by a key,
# so the handler of the whole flow is never needed. The renewal's longest ways are far shorter than
# the call may last.
UNTAKEN: dict[str, list[Taken]] = {
    "clinic-main": [(None, "handlers.ai_unavailable")],
    "renew-outbound": [(None, "handlers.ai_unavailable"), (None, "handlers.limit")],
}


def played(name: str, flow: Flow) -> tuple[Result, ...]:
    found = Findings()
    (suite,) = read((EXAMPLES / f"{name}.test.yaml").read_bytes(), {name: flow}, found)
    assert found.in_order() == ()
    return run_cases(flow, suite.cases)


@pytest.mark.parametrize("name", UNTAKEN)
def test_every_case_passes(name: str, flow_named: Named) -> None:
    failed = [each.render() for each in played(name, flow_named(name)) if not each.is_passed]
    assert failed == []


@pytest.mark.parametrize("name", UNTAKEN)
def test_every_exit_is_taken_but_the_ones_that_cannot(name: str, flow_named: Named) -> None:
    flow = flow_named(name)
    assert [*untaken(flow, played(name, flow))] == UNTAKEN[name]


def test_an_exit_that_no_case_takes_is_told_where_it_stands(flow_named: Named) -> None:
    flow = flow_named("clinic-main")
    results = [each for each in played("clinic-main", flow) if "busy" not in each.case]
    busy = [each for each in findings(flow, results) if each.path == "nodes.desk.exits.busy"]
    assert [(each.rule, each.line, each.is_warning) for each in busy] == [("V048", 44, True)]
