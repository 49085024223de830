"""A mapping of a flow read by a schema: each field taken once by name, the rest are unknown."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from ..numbers.yaml.fields import did_you_mean, shown
from ..numbers.yaml.tree import ListNode, MappingNode, Node, TextNode
from .finding import Findings
from .value_rules import NAME_FIX, is_name, reference

T = TypeVar("T")

_SHAPES = {TextNode: "a single value", ListNode: "a list", MappingNode: "a mapping"}


class Fields:
    """The fields of one mapping. Take each by name, then `close`; breaches go to the findings.

    `path` says where it is, like `nodes.lang`; `kind` what it is, like `menu`.
    """

    def __init__(self, node: MappingNode, path: str, kind: str, findings: Findings) -> None:
        self.node = node
        self.path = path
        self.kind = kind
        self.findings = findings
        self._taken: list[str] = []

    def path_of(self, name: str) -> str:
        """Where a field of it is."""
        return f"{self.path}.{name}" if self.path else name

    def report(self, rule: str, what: str, fix: str, *, at: Node | None = None) -> None:
        """A breach of this mapping, or of a node inside."""
        self.findings.add(rule, at or self.node, self.path, f"{self.kind} {what}", fix)

    def take(self, name: str) -> Node | None:
        """The field whatever its shape; None if it is not there, or was refused already."""
        self._taken.append(name)
        return self.node.values.get(name)

    def need(self, *names: str, rule: str = "V004") -> None:
        """Each of these fields must be there."""
        for name in names:
            if name not in self.node.keys:
                self.report(rule, f"has no {name}", f"Add: {name}: …")

    def value(self, name: str, rule: Callable[[str], T], default: T, breach: str = "V000") -> T:
        """A single value by its rule, which raises ValueError with what to write instead."""
        found = self.maybe(name, rule, breach)
        return default if found is None else found

    def needed(self, name: str, rule: Callable[[str], T], fallback: T, breach: str = "V000") -> T:
        """A value that must be there; the fallback stands for one that could not be read."""
        if name not in self.node.keys:
            self.need(name)
        return self.value(name, rule, fallback, breach)

    def target(self, name: str = "next") -> str:
        """The name of something else, which must be given; empty if it is not."""
        return self.needed(name, reference, "")

    def maybe(self, name: str, rule: Callable[[str], T], breach: str = "V000") -> T | None:
        """A value, or None."""
        self._taken.append(name)
        node = self.node.values.get(name)
        if node is None:
            return None
        if isinstance(node, TextNode) and node.text:
            try:
                return rule(node.text)
            except ValueError:
                pass  # told below, with the path that a good value does not need
        return value_of(node, self.path_of(name), rule, self.findings, breach)

    def values(self, name: str, rule: Callable[[str], T]) -> tuple[T, ...]:
        """A list of single values, none if there is no such field."""
        path = self.path_of(name)
        found = (value_of(item, path, rule, self.findings) for item in self.items(name))
        return tuple(value for value in found if value is not None)

    def items(self, name: str) -> tuple[Node, ...]:
        """The items of a list, none if there is no such field."""
        node = self.take(name)
        if node is None or isinstance(node, ListNode):
            return node.items if node else ()
        self._wrong_shape(node, name, ListNode)
        return ()

    def mapping(self, name: str, kind: str | None = None) -> "Fields | None":
        """The fields of a mapping inside this one."""
        node = self.take(name)
        if node is None or isinstance(node, MappingNode):
            return node and Fields(node, self.path_of(name), kind or name, self.findings)
        self._wrong_shape(node, name, MappingNode)
        return None

    def entries(self) -> Iterator[tuple[str, TextNode]]:
        """The keys of a mapping whose names the flow chooses; whoever asks takes each of them."""
        yield from list(self.node.keys.items())

    def named(self, kind: str) -> Iterator[tuple[str, "Fields"]]:
        """The mappings of a mapping whose names the flow chooses."""
        for name, key in self.entries():
            self.check_name(name, key)
            fields = self.mapping(name, kind)
            if fields is not None:
                yield name, fields

    def check_name(self, name: str, key: TextNode) -> None:
        """V041 for a name that cannot be one."""
        if not is_name(name):
            what = f"cannot have the name {shown(name)}"
            self.report("V041", what, NAME_FIX, at=key)

    def close(self) -> None:
        """Whatever nobody took is unknown."""
        for name, key in self.node.keys.items():
            if name not in self._taken:
                fix = did_you_mean(name, self._taken)
                what = f"there is no field {shown(name)} in {self.kind}"
                self.findings.add("V037", key, self.path, what, fix)

    def _wrong_shape(self, node: Node, name: str, wanted: type[Node]) -> None:
        wrong_shape(node, self.path_of(name), wanted, self.findings)


def value_of(
    node: Node, path: str, rule: Callable[[str], T], findings: Findings, breach: str = "V000"
) -> T | None:
    """What the rule makes of a single value; None if it refuses it."""
    if not isinstance(node, TextNode) or node.is_absent:
        wrong_shape(node, path, TextNode, findings)
        return None
    try:
        return rule(node.text)
    except ValueError as error:
        findings.add(breach, node, path, f"this cannot be {shown(node.text)}", str(error))
        return None


def wrong_shape(node: Node, path: str, wanted: type[Node], findings: Findings) -> None:
    """V000 for a list where a mapping should be, and the like."""
    if isinstance(node, TextNode) and node.is_absent:
        fix = f"write {_SHAPES[wanted]} or leave it out; # and * need quotes"
        findings.add("V000", node, path, "nothing is written here", fix)
    else:
        what = f"this is {_SHAPES[type(node)]}"
        findings.add("V000", node, path, what, f"write {_SHAPES[wanted]}")
