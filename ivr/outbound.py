"""Rules about people we call: their no, their answering machine, their emergency. V025-V027, V043, V044."""

import re

from . import nodes
from .edges import Ways
from .finding import Findings
from .flow import Direction, Flow
from .graph import reached
from .spoken import Spoken

OPTOUT_MS_MAX = 2000
_PHONE_NUMBER = re.compile(r"(?:\d[\s().\-]*){7,}")


def check(of: Flow, findings: Findings) -> None:
    """What can be said of the flow's fields and of each node alone."""
    if of.direction is Direction.OUTBOUND:
        _check_outbound(of, findings)
    for name, node in of.nodes.items():
        if isinstance(node, nodes.Ai) and of.emergency is None:
            what = "whoever has an emergency must be told what to do"
            fix = 'Add: emergency: {prompt: …, number: "911"}'
            findings.at("V027", f"nodes.{name}", what, fix)
            break
    _check_machine_prompts(of, findings)


def check_optout(of: Flow, ways: Ways, findings: Findings, spoken: Spoken) -> None:
    """V043, once all names lead somewhere."""
    entries = {"optout.next": of.optout.next} if of.optout else {}
    for name, node in of.nodes.items():
        if isinstance(node, nodes.Ai) and node.optout:
            entries[f"nodes.{name}.optout.next"] = node.optout.next
    for path, first in entries.items():
        names = reached([first], lambda name: _after(of, name, ways))
        _check_optout_path(of, path, sorted(names), findings, spoken)


def _after(of: Flow, name: str, ways: Ways) -> list[str]:
    """What follows a node, as far as it may follow an opt-out."""
    is_allowed = isinstance(of.nodes[name], nodes.Disposition)
    return [edge.target for edge in ways[name]] if is_allowed else []


def _check_outbound(of: Flow, findings: Findings) -> None:
    if of.optout is None:
        what = "nobody could say that they want no more calls"
        fix = 'Add: optout: {keys: "9", say: ["stop calling"], next: …}'
        findings.at("V025", "optout", what, fix)
    if of.handlers.machine is None:
        what = "nothing says what an answering machine hears"
        findings.at("V026", "handlers.machine", what, "Add: machine: …")


def _check_machine_prompts(of: Flow, findings: Findings) -> None:
    for name, node in of.nodes.items():
        if not isinstance(node, nodes.VoicemailDrop):
            continue
        for language, said in of.prompts.get(node.prompt, {}).items():
            if said.text is not None and not _PHONE_NUMBER.search(said.text):
                what = f"nodes.{name} leaves this on machines, without a number to call back"
                fix = "Say the number: … dial 1 800 555 0199."
                findings.at("V044", f"prompts.{node.prompt}.{language}", what, fix)


def _check_optout_path(
    of: Flow, path: str, names: list[str], findings: Findings, spoken: Spoken
) -> None:
    for name in names:
        match of.nodes[name]:
            case nodes.Hangup() | nodes.Disposition(code="dnc"):
                pass
            case node:
                what = f"the opt-out leads through {name!r}, of type {node.type}"
                fix = "Only {type: disposition, code: dnc} and hangup may follow"
                findings.at("V043", path, what, fix)
    heard_ms = sum(spoken.of_node_ms(of.nodes[name]) for name in names)
    if heard_ms > OPTOUT_MS_MAX:
        what = f"{heard_ms / 1000:.1f} s are spoken after the opt-out"
        fix = f"Say less, {OPTOUT_MS_MAX // 1000} s are the most"
        findings.at("V043", path, what, fix)
