"""Rules about the paths of a flow: all are taken, all end, none goes round for ever. V020-V023."""

from typing import NamedTuple

from .edges import Ways, roots
from .finding import Findings, route
from .flow import Flow
from .graph import Targets, backward, loops, reached
from .nodes import Hangup

_SHOWN_NAMES = 5


class Paths(NamedTuple):
    """The exits of a flow, and its graph along all of them, or those that a silent caller takes."""

    ways: Ways
    onward: Targets
    silent: Targets


def check(flow: Flow, paths: Paths, findings: Findings) -> None:
    """All names must lead somewhere already."""
    _check_reached(flow, paths, findings)
    _check_ending(flow, paths, findings)
    _check_idle_loops(flow, paths, findings)
    _check_silent_loops(flow, paths, findings)


def along(ways: Ways) -> Paths:
    """The graphs of these exits, each target of a node once."""
    onward: dict[str, tuple[str, ...]] = {}
    silent: dict[str, tuple[str, ...]] = {}
    for name, edges in ways.items():
        onward[name] = tuple(dict.fromkeys([edge.target for edge in edges]))
        silent[name] = tuple(dict.fromkeys([edge.target for edge in edges if edge.is_silent]))
    return Paths(ways, onward.__getitem__, silent.__getitem__)


def _check_reached(flow: Flow, paths: Paths, findings: Findings) -> None:
    seen = reached(roots(flow).values(), paths.onward)
    for name in flow.nodes:
        if name not in seen:
            fix = f"Lead to it: next: {name}; or remove it"
            findings.at("V020", f"nodes.{name}", "no call can reach this node", fix)


def _check_ending(flow: Flow, paths: Paths, findings: Findings) -> None:
    ends = [name for name, node in flow.nodes.items() if isinstance(node, Hangup)]
    alive = reached(ends, backward(flow.nodes, paths.onward))
    stuck = [name for name in flow.nodes if name not in alive]
    if stuck:
        names = ", ".join(stuck[:_SHOWN_NAMES]) + (" …" if len(stuck) > _SHOWN_NAMES else "")
        what = f"no path leads from here to a hangup ({len(stuck)} such nodes: {names})"
        fix = "Lead one of them to a node {type: hangup}"
        findings.at("V021", f"nodes.{stuck[0]}", what, fix)


def _check_idle_loops(flow: Flow, paths: Paths, findings: Findings) -> None:
    idle = {name: None for name, node in flow.nodes.items() if not node.waits}
    for loop in loops(idle, paths.onward):
        what = f"nobody waits for the caller in {route([*loop, loop[0]])}"
        fix = "Lead one of them out, or put a menu into the loop"
        findings.at("V022", f"nodes.{loop[0]}", what, fix)


def _check_silent_loops(flow: Flow, paths: Paths, findings: Findings) -> None:
    for loop in loops(flow.nodes, paths.silent):
        waiting = [name for name in loop if flow.nodes[name].waits]
        if waiting:
            node = flow.nodes[waiting[-1]]
            after = loop[(loop.index(node.name) + 1) % len(loop)]
            exit_ = next(
                edge for edge in paths.ways[node.name] if edge.is_silent and edge.target == after
            )
            what = f"a silent caller goes round for ever: {route([*loop, loop[0]])}"
            fix = f"Lead {exit_.label} of {node.name} to a voicemail, or to a hangup"
            findings.at("V023", f"nodes.{node.name}.{exit_.path}", what, fix)
