"""Rules about what a flow needs of the place where it runs: V019, V029, V034, V038, V040."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..numbers.yaml.fields import did_you_mean
from . import flow, nodes
from .finding import Findings
from .flow import Flow
from .node_entry import CALM
from .nodes import Node


class ArgumentType(StrEnum):
    """What an argument of a tool may be."""

    TEXT = "a text"
    WHOLE = "a whole number"
    TRUTH = "true or false"


@dataclass(frozen=True, slots=True)
class ToolShape:
    """What a tool takes, and its results beside ok, error and timeout."""

    arguments: Mapping[str, ArgumentType]
    results: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Installation:
    """What there is. None where nobody knows: the rules about it are then left out.

    `agents` maps each agent to the functions it was written for, None for any.
    """

    agents: Mapping[str, frozenset[str] | None] | None = None
    boxes: Collection[str] | None = None
    music: Collection[str] | None = None
    tools: Mapping[str, ToolShape] | None = None
    numbers: Collection[str] = ()
    has_raw_card_slots: bool = False


def check(of: Flow, here: Installation, findings: Findings) -> None:
    """Whether the flow finds everything here that it names."""
    for node in of.nodes.values():
        _check_known(node, here, findings)
        match node:
            case nodes.Ai():
                _check_functions(node, here, findings)
            case nodes.Tool():
                _check_tool(node, here, findings)
            case nodes.Collect(slot=slot) if slot.startswith("pay."):
                _check_card_slot(node, here, findings)
            case _:
                pass
    _check_own_numbers(of, here, findings)


def _check_known(node: Node, here: Installation, findings: Findings) -> None:
    for field, kind, name, known in _named(node, here):
        if name and known is not None and name not in known:
            what = f"there is no {kind} {name!r} here"
            fix = did_you_mean(name, sorted(known)) if known else f"create the {kind} first"
            findings.at("V019", f"nodes.{node.name}.{field}", what, fix)


def _named(
    node: Node, here: Installation
) -> Iterator[tuple[str, str, str, Collection[str] | None]]:
    """Field, what it names, its name, and which there are."""
    match node:
        case nodes.Ai():
            yield "agent", "agent", node.agent, here.agents
        case nodes.Voicemail():
            yield "box", "voicemail box", node.box, here.boxes
        case nodes.Transfer() | nodes.Queue():
            music = None if here.music is None else {*here.music, CALM}
            yield "music", "music", node.music, music
        case _:
            pass


def _check_functions(node: nodes.Ai, here: Installation, findings: Findings) -> None:
    functions = (here.agents or {}).get(node.agent)
    if functions is None:
        return
    for name in sorted(node.exits.keys() ^ functions):
        path = f"nodes.{node.name}.exits"
        if name in functions:
            what = f"the agent {node.agent!r} may leave by {name!r}, which leads nowhere"
            findings.at("V040", path, what, f"Add: {name}: …")
        else:
            what = f"the agent {node.agent!r} never leaves by {name!r}"
            fix = did_you_mean(name, sorted(functions)) if functions else "remove it"
            findings.at("V040", f"{path}.{name}", what, fix)


def _check_tool(node: nodes.Tool, here: Installation, findings: Findings) -> None:
    if here.tools is None or not node.call:
        return
    path = f"nodes.{node.name}"
    shape = here.tools.get(node.call)
    if shape is None:
        fix = did_you_mean(node.call, sorted(here.tools)) if here.tools else "set it up first"
        findings.at("V034", f"{path}.call", f"there is no tool {node.call!r} here", fix)
        return
    for name, value in node.args.items():
        wanted = shape.arguments.get(name)
        if wanted is None:
            fix = did_you_mean(name, sorted(shape.arguments)) if shape.arguments else "remove it"
            findings.at("V034", f"{path}.args.{name}", f"{node.call} takes no {name!r}", fix)
        elif not _fits(value, wanted):
            what = f"{name!r} of {node.call} cannot be this"
            findings.at("V034", f"{path}.args.{name}", what, f"write {wanted}")
    for name in sorted(node.exits.keys() - {"ok", "error", "timeout"} - shape.results):
        what = f"{node.call} never ends by {name!r}"
        fix = did_you_mean(name, sorted({"ok", "error", "timeout"} | shape.results))
        findings.at("V034", f"{path}.exits.{name}", what, fix)


def _fits(value: str, wanted: ArgumentType) -> bool:
    match wanted:
        case ArgumentType.TEXT:
            return True
        case ArgumentType.WHOLE:
            return value.removeprefix("-").isdecimal() and value.isascii()
        case ArgumentType.TRUTH:
            return value in ("true", "false")


def _check_card_slot(node: nodes.Collect, here: Installation, findings: Findings) -> None:
    if not here.has_raw_card_slots:
        what = f"digits of a card would come into {node.slot}, which is switched off here"
        fix = "Let a payment provider take the card, or switch card slots on"
        findings.at("V029", f"nodes.{node.name}.to", what, fix)


def _check_own_numbers(of: Flow, here: Installation, findings: Findings) -> None:
    for name, destination in of.destinations.items():
        match destination:
            case flow.PhoneDestination(number):
                called = {"number": number}
            case flow.QueueDestination(members=members):
                called = {f"members.{index}": number for index, number in enumerate(members)}
            case flow.SipDestination():
                called = {}
        for field, number in called.items():
            if number in here.numbers:
                what = "this number is ours: the call would come back"
                fix = "Lead to the flow's own nodes, or write another number"
                findings.at("V038", f"destinations.{name}.{field}", what, fix)
