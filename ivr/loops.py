"""Rules about the paths of a flow: all are taken, all end, none goes round for ever. V020-V023."""

from .edges import Ways, roots
from .finding import Findings, route
from .flow import Flow
from .graph import Targets, backward, loops, reached
from .nodes import Hangup

_SHOWN_NAMES = 5


def check(flow: Flow, ways: Ways, findings: Findings) -> None:
    """All names must lead somewhere already."""
    _check_reached(flow, ways, findings)
    _check_ending(flow, ways, findings)
    _check_idle_loops(flow, ways, findings)
    _check_silent_loops(flow, ways, findings)


def along(ways: Ways, *, is_silent: bool = False) -> Targets:
    """The graph of all edges, or of those that a silent caller takes."""
    found = {
        name: tuple(edge.target for edge in of_node if edge.is_silent or not is_silent)
        for name, of_node in ways.items()
    }
    return lambda name: found[name]


def _check_reached(flow: Flow, ways: Ways, findings: Findings) -> None:
    seen = reached(roots(flow).values(), along(ways))
    for name in flow.nodes:
        if name not in seen:
            fix = f"Lead to it: next: {name}; or remove it"
            findings.at("V020", f"nodes.{name}", "no call can reach this node", fix)


def _check_ending(flow: Flow, ways: Ways, findings: Findings) -> None:
    ends = [name for name, node in flow.nodes.items() if isinstance(node, Hangup)]
    alive = reached(ends, backward(flow.nodes, along(ways)))
    stuck = [name for name in flow.nodes if name not in alive]
    if stuck:
        names = ", ".join(stuck[:_SHOWN_NAMES]) + (" …" if len(stuck) > _SHOWN_NAMES else "")
        what = f"no path leads from here to a hangup ({len(stuck)} such nodes: {names})"
        fix = "Lead one of them to a node {type: hangup}"
        findings.at("V021", f"nodes.{stuck[0]}", what, fix)


def _check_idle_loops(flow: Flow, ways: Ways, findings: Findings) -> None:
    idle = {name: None for name, node in flow.nodes.items() if not node.waits}
    for loop in loops(idle, along(ways)):
        what = f"nobody waits for the caller in {route([*loop, loop[0]])}"
        fix = "Lead one of them out, or put a menu into the loop"
        findings.at("V022", f"nodes.{loop[0]}", what, fix)


def _check_silent_loops(flow: Flow, ways: Ways, findings: Findings) -> None:
    for loop in loops(flow.nodes, along(ways, is_silent=True)):
        waiting = [name for name in loop if flow.nodes[name].waits]
        if waiting:
            node = flow.nodes[waiting[-1]]
            after = loop[(loop.index(node.name) + 1) % len(loop)]
            exit_ = next(
                edge for edge in ways[node.name] if edge.is_silent and edge.target == after
            )
            what = f"a silent caller goes round for ever: {route([*loop, loop[0]])}"
            fix = f"Lead {exit_.label} of {node.name} to a voicemail, or to a hangup"
            findings.at("V023", f"nodes.{node.name}.{exit_.path}", what, fix)
