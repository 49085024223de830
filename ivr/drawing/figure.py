"""What a drawing of a flow shows: its nodes, where calls enter them, and the lines between."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from .. import nodes
from ..edges import Edge, edges, roots
from ..flow import Flow
from ..nodes import Node
from .titles import title

ROOT = "root"
BETWEEN_EXITS = " · "

_TIMEOUTS = frozenset(["noinput", "timeout", "no_answer", "empty"])
_ERRORS = frozenset(["nomatch", "unavailable", "failed", "error", "busy", "declined", "full"])


class LineKind(StrEnum):
    """Why a call goes along a line."""

    CHOICE = "choice"  # somebody decided: the caller, the model, a calendar
    TIMEOUT = "timeout"  # nobody did anything
    ERROR = "error"  # something did not work
    ENTRY = "entry"  # the call comes from outside of the nodes


class Item(NamedTuple):
    """A node, or a root: a field of the flow that leads to one. `key` is unique in the drawing."""

    key: str
    name: str
    type: str
    title: str

    @property
    def is_root(self) -> bool:
        """Whether it stands for a field of the flow."""
        return self.type == ROOT


class Line(NamedTuple):
    """All exits of one kind from an item to another."""

    source: str
    target: str
    kind: LineKind
    exits: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The exits as they are written beside the line."""
        return BETWEEN_EXITS.join(self.exits)


@dataclass(frozen=True, slots=True)
class Figure:
    """A flow as items and lines, in the order of its file; the roots come first."""

    name: str
    description: str
    items: tuple[Item, ...]
    lines: tuple[Line, ...]


def figure(flow: Flow, language: str | None = None) -> Figure:
    """What is drawn of a flow whose exits all lead somewhere; titles in its first language."""
    spoken = language or next(iter(flow.languages), "")
    entries = [(_root(path), target) for path, target in roots(flow).items()]
    of_nodes = (
        Item(name, name, node.type, title(flow, node, spoken)) for name, node in flow.nodes.items()
    )
    of_entries = (Line(root.key, target, LineKind.ENTRY) for root, target in entries)
    lines = (line for node in flow.nodes.values() for line in _lines(node))
    items = (*(root for root, _ in entries), *of_nodes)
    return Figure(flow.name, flow.description, items, (*of_entries, *lines))


def kind_of(node: Node, edge: Edge) -> LineKind:
    """What an exit of a node means; the names of a model's and a tool's own exits mean nothing."""
    is_own = isinstance(node, nodes.Ai) and edge.path != edge.label
    is_own |= isinstance(node, nodes.Tool) and edge.label not in ("error", "timeout")
    if is_own:
        return LineKind.CHOICE
    if edge.label in _TIMEOUTS:
        return LineKind.TIMEOUT
    return LineKind.ERROR if edge.label in _ERRORS else LineKind.CHOICE


def _root(path: str) -> Item:
    """`handlers.error` is called error; `optout.next` optout."""
    name = path.removeprefix("handlers.").removesuffix(".next")
    return Item(f"@{path}", name, ROOT, path)


def _lines(node: Node) -> Iterator[Line]:
    exits: dict[tuple[str, LineKind], list[str]] = {}
    for edge in edges(node):
        exits.setdefault((edge.target, kind_of(node, edge)), []).append(edge.label)
    for (target, kind), labels in exits.items():
        yield Line(node.name, target, kind, tuple(labels))
