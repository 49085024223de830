"""Where in a file something stands that only store and provider can judge."""

from collections.abc import Iterator, Mapping

from ..yaml.text import read
from ..yaml.tree import Fault, Faults, ListNode, MappingNode, Node, TextNode

_FIELDS = ("number", "route", "to", "fallback", "default_route")


def faults_at(content: bytes, told: Mapping[str, tuple[str, str]]) -> tuple[Fault, ...]:
    """A fault for every number and route that stands in `told`, with what is wrong and what to do."""
    faults = Faults()
    root = read(content, Faults())
    for node in () if root is None else _values(root):
        if node.text in told:
            faults.add(node, *told[node.text])
    return faults.in_order()


def _values(node: Node) -> Iterator[TextNode]:
    if isinstance(node, ListNode):
        for item in node.items:
            yield from _values(item)
    elif isinstance(node, MappingNode):
        for name, value in node.values.items():
            if isinstance(value, TextNode) and name in _FIELDS:
                yield value
            elif value is not None:
                yield from _values(value)
