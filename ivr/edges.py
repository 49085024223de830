"""Where a node leads: every exit as an edge, the same list for rules, machine and drawing."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, assert_never

from . import nodes
from .flow import Flow
from .nodes import Node

# What happens to a caller who says and presses nothing.
_SILENT = frozenset(["timeout", "failed", "no_answer", "busy", "declined", "empty", "full"])


class Edge(NamedTuple):
    """One exit. `path` is its field below the node, `sets` the slots it fills."""

    label: str
    target: str
    path: str
    is_silent: bool = False
    sets: tuple[str, ...] = ()


Ways = Mapping[str, tuple[Edge, ...]]  # node -> its exits


def ways(flow: Flow) -> Ways:
    """Every exit of every node."""
    return {name: edges(node) for name, node in flow.nodes.items()}


def edges(node: Node) -> tuple[Edge, ...]:
    """All exits of a node, in the order of its fields."""
    return tuple(_edges(node))


def roots(flow: Flow) -> dict[str, str]:
    """Where calls enter the nodes: field of the flow -> node."""
    found = {"start": flow.start}
    found |= {f"handlers.{name}": target for name, target in flow.handlers.named().items()}
    if flow.emergency and flow.emergency.next:
        found["emergency.next"] = flow.emergency.next
    if flow.optout:
        found["optout.next"] = flow.optout.next
    return found


def _edges(node: Node) -> Iterator[Edge]:
    match node:
        case nodes.Say() | nodes.VoicemailDrop() | nodes.Disposition():
            yield Edge("next", node.next, "next", is_silent=True)
        case nodes.Menu():
            yield from _of_menu(node)
        case nodes.Hours():
            for label in ("open", "closed", "holiday"):
                yield Edge(label, getattr(node, label), label, is_silent=True)
        case nodes.Branch():
            for index, case in enumerate(node.cases):
                yield Edge(f"case {index + 1}", case.next, f"cases.{index}.next", is_silent=True)
            yield Edge("default", node.default, "default", is_silent=True)
        case nodes.Ai():
            yield from _of_ai(node)
        case nodes.Collect() | nodes.Transfer() | nodes.Voicemail() | nodes.Tool():
            yield from _of_exits(node)
        case nodes.Queue():
            yield from _of_exits(node)
            if node.offer:
                yield Edge(node.offer.key, node.offer.next, "offer.next")
        case nodes.Hangup():
            pass
        case _:
            assert_never(node)


def _of_menu(node: nodes.Menu) -> Iterator[Edge]:
    sets = (node.slot,) if node.slot else ()
    for key, option in node.options.items():
        yield Edge(key, option.next, f"options.{key}.next", sets=sets)
    yield Edge("noinput", node.noinput.next, "noinput.next", is_silent=True)
    yield Edge("nomatch", node.nomatch.next, "nomatch.next")


def _of_ai(node: nodes.Ai) -> Iterator[Edge]:
    for name, exit_ in node.exits.items():
        sets = tuple(f"vars.{slot}" for slot in exit_.slots)
        yield Edge(name, exit_.next, f"exits.{name}", sets=sets)
    for key, target in node.keys.items():
        yield Edge(key, target, f"keys.{key}")
    if node.optout:
        yield Edge("optout", node.optout.next, "optout.next")
    yield Edge("unavailable", node.unavailable, "unavailable", is_silent=True)
    yield Edge("timeout", node.timeout, "timeout", is_silent=True)


def _of_exits(
    node: nodes.Collect | nodes.Transfer | nodes.Voicemail | nodes.Tool | nodes.Queue,
) -> Iterator[Edge]:
    is_tool = isinstance(node, nodes.Tool)
    for name, target in node.exits.items():
        sets = (node.slot,) if isinstance(node, nodes.Collect) and name == "ok" else ()
        yield Edge(name, target, f"exits.{name}", is_tool or name in _SILENT, sets)
