"""Which exits of a flow no case takes: V048."""

from collections.abc import Iterable

from ..edges import roots, ways
from ..finding import Finding, Findings
from ..flow import Flow
from .run import Result, Taken

RULE = "V048"


def untaken(flow: Flow, results: Iterable[Result]) -> tuple[Taken, ...]:
    """Every exit and root of the flow that no result took, in the order of the file."""
    taken = frozenset(each for result in results for each in result.taken)
    every: list[Taken] = [(None, path) for path in roots(flow)]
    every += [(name, edge.path) for name, edges in ways(flow).items() for edge in edges]
    return tuple(each for each in every if each not in taken)


def findings(flow: Flow, results: Iterable[Result]) -> tuple[Finding, ...]:
    """A warning for each of them, where it stands."""
    found = Findings(flow.spec)
    for node, edge in untaken(flow, results):
        path = edge if node is None else f"nodes.{node}.{edge}"
        found.at(RULE, path, "no test case goes this way", "Write one that does")
    return found.in_order()
