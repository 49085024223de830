"""Rules about what a flow remembers: V012, V024, V035, V046, and lead fields of V028."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from . import expr_types, nodes
from .edges import Ways, roots
from .finding import Findings
from .flow import Direction, Flow
from .graph import reached
from .nodes import Node


class Reading(NamedTuple):
    """A slot that a field of a node reads; `is_asked` if it may be unset there."""

    slot: str
    node: str
    path: str
    is_asked: bool = False


def check(of: Flow, reads: Collection[Reading], findings: Findings) -> None:
    """What can be said of each node, and of each of its readings, alone."""
    for node in of.nodes.values():
        _check_sensitive(node, findings)
    for reading in reads:
        _check_reading(of, reading, findings)
    _check_told_digits(of, findings)
    _check_unread(of, {reading.slot for reading in reads}, findings)


def check_paths(of: Flow, reads: Collection[Reading], ways: Ways, findings: Findings) -> None:
    """V035, once all names lead somewhere."""
    begin = set(roots(of).values())
    wanted = [
        each
        for each in reads
        if _filled(each.slot) and not each.is_asked and not _is_forbidden(of, each)
    ]
    without = {slot: _reached_without(slot, begin, ways) for slot in {w.slot for w in wanted}}
    for reading in wanted:
        if reading.node in without[reading.slot]:
            what = f"{reading.slot} is read here, and on some path nothing sets it"
            fix = f"Set it on every path, or ask first: {reading.slot} != none and …"
            findings.at("V035", reading.path, what, fix)


def readings(of: Flow) -> tuple[Reading, ...]:
    """Every slot or lead field that a node of the flow reads."""
    return tuple(reading for node in of.nodes.values() for reading in _readings(node))


def _readings(node: Node) -> Iterator[Reading]:
    path = f"nodes.{node.name}"
    match node:
        case nodes.Branch():
            for index, case in enumerate(node.cases):
                asked = expr_types.names_asked_for(case.when) if case.when else set[str]()
                for each in expr_types.names(case.when) if case.when else ():
                    where = f"{path}.cases.{index}.when"
                    yield Reading(each.name, node.name, where, each.name in asked)
        case nodes.Tool():
            for index, slot in enumerate(node.uses):
                yield Reading(slot, node.name, f"{path}.uses.{index}")
        case nodes.Disposition(at=str(slot)):
            yield Reading(slot, node.name, f"{path}.at", is_asked=True)
        case _:
            pass


def settings(node: Node) -> Iterator[tuple[str, str]]:
    """Every slot that a node sets, with the field that says so."""
    path = f"nodes.{node.name}"
    match node:
        case nodes.Menu(slot=str(slot)):
            yield slot, f"{path}.set"
        case nodes.Collect(slot=slot) if slot:
            yield slot, f"{path}.to"
        case nodes.Ai():
            for name, exit_ in node.exits.items():
                for slot in exit_.slots:
                    yield f"vars.{slot}", f"{path}.exits.{name}.data.{slot}"
        case _:
            pass


def _filled(name: str) -> bool:
    return name.startswith(("vars.", "pay."))


def _is_forbidden(of: Flow, reading: Reading) -> bool:
    """Digits of a card are for tools alone."""
    return reading.slot.startswith("pay.") and not isinstance(of.nodes[reading.node], nodes.Tool)


def _reached_without(slot: str, begin: set[str], ways: Ways) -> set[str]:
    """The nodes that a call can enter while nothing has set the slot."""

    def targets(name: str) -> list[str]:
        return [edge.target for edge in ways[name] if slot not in edge.sets]

    return reached(begin, targets)


def _check_sensitive(node: Node, findings: Findings) -> None:
    if not isinstance(node, nodes.Collect) or not node.slot:
        return
    is_card = node.slot.startswith("pay.")
    if node.is_sensitive and not is_card:
        what = f"sensitive digits would go to {node.slot}, which is kept with the call"
        findings.at("V012", f"nodes.{node.name}.to", what, "Write a slot like pay.pan")
    elif is_card and not node.is_sensitive:
        what = f"{node.slot} would be filled by digits that the model may hear"
        findings.at("V012", f"nodes.{node.name}.to", what, "Add: sensitive: true")


def _check_reading(of: Flow, reading: Reading, findings: Findings) -> None:
    if _is_forbidden(of, reading):
        what = f"{reading.slot} may be read by tools alone"
        findings.at("V024", reading.path, what, "Hand it to a tool: uses: [pay.…]")
    if reading.slot.startswith("lead.") and of.direction is Direction.INBOUND:
        what = f"{reading.slot} is unknown: an inbound call has no lead"
        findings.at("V028", reading.path, what, "Use caller.…, or set direction: outbound")


def _check_told_digits(of: Flow, findings: Findings) -> None:
    is_sensitive = any(
        isinstance(node, nodes.Collect) and node.is_sensitive for node in of.nodes.values()
    )
    for name, node in of.nodes.items():
        if is_sensitive and isinstance(node, nodes.Ai) and node.tells_digits:
            what = "keys are told to the model in a flow that collects sensitive digits"
            findings.at("V024", f"nodes.{name}.digits", what, "Remove it, or write digits: ignore")


def _check_unread(of: Flow, read: set[str], findings: Findings) -> None:
    for node in of.nodes.values():
        for slot, path in settings(node):
            if _filled(slot) and slot not in read:
                what = f"{slot} is set here and read nowhere"
                findings.at("V046", path, what, "Remove it, unless the record of the call needs it")
