"""Rules about what callers wait through: prompts, silence, a model that is not there. V030, V039, V045."""

from typing import assert_never

from . import flow, nodes
from .edges import ways
from .finding import Findings, route
from .flow import Flow
from .graph import Targets, backward, longest, reached
from .loops import Paths, along
from .nodes import Node
from .spoken import Spoken

BEFORE_A_KEY_MS_MAX = 20_000


def check(flow: Flow, paths: Paths, findings: Findings, spoken: Spoken) -> None:
    """No loop without a wait, and none for the silent, may be left."""
    _check_first_key(flow, paths, findings, spoken)
    _check_silence(flow, paths, findings, spoken)
    _check_without_model(flow, paths, findings)


def worst_silence_ms(flow: Flow, spoken: Spoken, *, with_people: bool = True) -> int:
    """How long a caller can be silent until the call ends; transfers and queues may be left out."""
    return _worst_silence(flow, along(ways(flow)), spoken, with_people=with_people)[0]


def silence_ms(node: Node, of: Flow, spoken: Spoken) -> int:
    """The longest that a node keeps somebody who says and presses nothing."""
    prompt_ms = spoken.of_node_ms(node)
    match node:
        case nodes.Menu():
            again_ms = max(prompt_ms, spoken.length_ms(node.noinput.prompt))
            return prompt_ms + node.noinput.retries * again_ms + _tries_ms(node)
        case nodes.Collect():
            again_ms = max(prompt_ms, spoken.length_ms(node.retry_prompt))
            return prompt_ms + (node.tries - 1) * again_ms + node.tries * node.first_s * 1000
        case nodes.Ai():
            return node.silence_s * (node.nudges + 1) * 1000
        case nodes.Voicemail():
            return prompt_ms + node.silence_s * 1000
        case nodes.VoicemailDrop():
            return node.max_wait_s * 1000 + spoken.length_ms(node.prompt)
        case nodes.Transfer() | nodes.Queue():
            return _people_ms(node, of)
        case nodes.Tool():
            return node.timeout_s * 1000
        case nodes.Say() | nodes.Disposition() | nodes.Hours() | nodes.Branch() | nodes.Hangup():
            return prompt_ms
        case _:
            assert_never(node)


def _tries_ms(node: nodes.Menu) -> int:
    return (node.noinput.retries + 1) * node.first_s * 1000


def _people_ms(node: nodes.Transfer | nodes.Queue, of: Flow) -> int:
    match of.destinations[node.to]:
        case flow.QueueDestination(max_wait_s=max_wait_s):
            return max_wait_s * 1000
        case flow.PhoneDestination(ring_s=ring_s) | flow.SipDestination(ring_s=ring_s):
            accept_s = node.accept_s if isinstance(node, nodes.Transfer) else 0
            return (ring_s + accept_s) * 1000


def _worst_silence(
    of: Flow, paths: Paths, spoken: Spoken, *, with_people: bool
) -> tuple[int, list[str]]:
    def weight(name: str) -> int:
        node = of.nodes[name]
        is_counted = with_people or not isinstance(node, nodes.Transfer | nodes.Queue)
        return silence_ms(node, of, spoken) if is_counted else 0

    return longest(of.start, paths.silent, weight)


def _check_silence(flow: Flow, paths: Paths, findings: Findings, spoken: Spoken) -> None:
    worst_ms, path = _worst_silence(flow, paths, spoken, with_people=True)
    if worst_ms > flow.limits.call_s * 1000:
        what = f"a silent caller stays up to {worst_ms // 1000:,} s ({route(path)})"
        fix = f"Write more than that, or shorten these waits; now it is {flow.limits.call_s:,} s"
        findings.at("V039", "limits.call_s", what, fix)


def _check_first_key(of: Flow, paths: Paths, findings: Findings, spoken: Spoken) -> None:
    def before_a_key(name: str) -> int:
        node = of.nodes[name]
        return spoken.of_node_ms(node) if isinstance(node, _HEARD_BEFORE_A_KEY) else 0

    heard_ms, path = longest(of.start, _until_somebody_waits(of, paths), before_a_key)
    if heard_ms > BEFORE_A_KEY_MS_MAX:
        what = f"{heard_ms // 1000} s are spoken before the first key ({route(path)})"
        findings.at(
            "V030", f"nodes.{path[-1]}", what, "Let the choice come first, then the details"
        )


_HEARD_BEFORE_A_KEY = nodes.Say | nodes.Disposition | nodes.Menu | nodes.Collect


def _check_without_model(of: Flow, paths: Paths, findings: Findings) -> None:
    needs_model = {node.name: node for node in of.nodes.values() if isinstance(node, nodes.Ai)}
    entries = {f"nodes.{name}.unavailable": node.unavailable for name, node in needs_model.items()}
    entries["handlers.ai_unavailable"] = of.handlers.ai_unavailable
    onward = _until_somebody_waits(of, paths)
    lost = reached(needs_model, backward(of.nodes, onward))
    for path, first in entries.items():
        for name in sorted(reached([first], onward) & needs_model.keys()) if first in lost else ():
            what = f"without a model this leads to {name!r}, which needs one"
            findings.at("V045", path, what, "Lead to a menu, a voicemail or a transfer first")


def _until_somebody_waits(of: Flow, paths: Paths) -> Targets:
    return lambda name: () if of.nodes[name].waits else paths.onward(name)
