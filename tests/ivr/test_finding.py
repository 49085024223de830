"""A finding knows its place in the text, as far as that was written."""

import pytest

from voicegate.ivr.finding import Findings
from voicegate.numbers.yaml.text import read
from voicegate.numbers.yaml.tree import Faults, MappingNode

TEXT = b"""\
nodes:
  a:
    type: say
    cases: [x, {when: y}]
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("nodes", (1, 1)),
        ("nodes.a", (2, 3)),
        ("nodes.a.type", (3, 11)),
        ("nodes.a.next", (2, 3)),
        ("nodes.b", (1, 1)),
        ("nodes.a.cases", (4, 5)),
        ("nodes.a.cases.0", (4, 13)),
        ("nodes.a.cases.1", (4, 16)),
        ("nodes.a.cases.1.when", (4, 23)),
        ("nodes.a.cases.7", (4, 5)),
        ("other", (1, 1)),
    ],
)
def test_a_path_leads_to_its_value_or_as_far_as_it_was_written(
    path: str, place: tuple[int, int]
) -> None:
    tree = read(TEXT, Faults())
    assert isinstance(tree, MappingNode)
    findings = Findings(tree)
    findings.at("V004", path, "what", "fix")
    (finding,) = findings.in_order()
    assert (finding.line, finding.column) == place


def test_the_same_finding_is_told_once_and_a_warning_is_no_error() -> None:
    tree = read(TEXT, Faults())
    assert isinstance(tree, MappingNode)
    findings = Findings(tree)
    findings.at("V031", "nodes", "too many", "remove some")
    findings.at("V031", "nodes", "too many", "remove some")
    assert [each.render("a.yaml") for each in findings.in_order()] == [
        "a.yaml:1:1 V031 nodes: too many. Remove some"
    ]
    assert all(each.is_warning for each in findings.in_order())
    findings.at("V001", "nodes", "none", "add one")
    assert findings.rules == {"V001", "V031"}
    assert [each.is_warning for each in findings.in_order()] == [False, True]
