"""The cases beside a flow file, `clinic.test.yaml` for `clinic.yaml`, played before it is published."""

from pathlib import Path

from ...gateway.terminal.source_file import read_source
from ..finding import Findings
from ..flow import Flow


def failures(file: str, flow: Flow) -> list[str]:
    """Each case that fails, with its trace, or what is wrong with the test file; none without one."""
    beside = Path(file).with_suffix(".test.yaml")
    if file == "-" or not beside.exists():
        return []
    from ..headless import run, suite  # only where there are cases

    findings = Findings()
    suites = suite.read(read_source(str(beside)), {flow.name: flow}, findings)
    found = findings.in_order()
    if found:
        return [each.render(str(beside)) for each in found]
    results = [result for each in suites for result in run.run_cases(flow, each.cases)]
    return [f"{beside}: {result.render()}" for result in results if not result.is_passed]
