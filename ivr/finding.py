"""What is wrong with a flow: rule, place, what, and what to do; gathered and told all at once."""

from collections.abc import Iterable
from typing import NamedTuple

from ..numbers.yaml.tree import ListNode, MappingNode, Node
from ..numbers.yaml.tree import Rule as YamlRule
from .rules import WARNINGS

_RULES_OF_YAML = {
    YamlRule.DUPLICATE_KEY: "V036",
    YamlRule.REFERENCE: "V042",
    YamlRule.UNKNOWN_FIELD: "V037",
}


class Finding(NamedTuple):
    """One breach of a rule. Line and column count from 1, `path` names the node and its field."""

    line: int
    column: int
    rule: str
    path: str
    what: str
    fix: str

    @property
    def is_warning(self) -> bool:
        """A warning may be published."""
        return self.rule in WARNINGS

    @property
    def message(self) -> str:
        """`nodes.lang: menu has no nomatch. Add: nomatch: {…}`."""
        return f"{self.path + ': ' if self.path else ''}{self.what}. {self.fix}"

    def render(self, file: str) -> str:
        """`clinic.yaml:41:7 V006 nodes.lang: menu has no nomatch. Add: nomatch: {…}`."""
        return f"{file}:{self.line}:{self.column} {self.rule} {self.message}"


class Findings:
    """Gathers them. `spec` is the part of the file that paths begin in, once it is known."""

    def __init__(self, spec: MappingNode | None = None) -> None:
        self.spec = spec
        self._found: dict[Finding, None] = {}

    @property
    def rules(self) -> set[str]:
        """Those that are broken."""
        return {each.rule for each in self._found}

    def add(self, rule: str, at: Node, path: str, what: str, fix: str) -> None:
        """A breach at this node of the text."""
        self._found[Finding(at.line, at.column, rule, path, what, _sentence(fix))] = None

    def at(self, rule: str, path: str, what: str, fix: str) -> None:
        """A breach where the path leads: `nodes.lang.noinput`, or as far as it was written."""
        assert self.spec is not None
        self.add(rule, _place(self.spec, path), path, what, fix)

    def of_yaml(self, line: int, column: int, rule: YamlRule, what: str, fix: str) -> None:
        """What the reader of the text found."""
        id_ = _RULES_OF_YAML.get(rule, "V000")
        self._found[Finding(line, column, id_, "", what, _sentence(fix))] = None

    def in_order(self) -> tuple[Finding, ...]:
        """All of them, by line and column."""
        return tuple(sorted(self._found))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _place(spec: MappingNode, path: str) -> Node:
    """The value if it is a single one, else its key."""
    place: Node = spec
    node: Node | None = spec
    for step in path.split("."):
        if isinstance(node, MappingNode) and step in node.keys:
            place, node = node.keys[step], node.values[step]
        elif isinstance(node, ListNode) and step.isdecimal() and int(step) < len(node.items):
            place = node = node.items[int(step)]
        else:
            return place
    return place if node is None or isinstance(node, MappingNode | ListNode) else node


def route(names: Iterable[str]) -> str:
    """Nodes in their order, as a finding shows them."""
    return " → ".join(names)
