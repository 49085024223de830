"""Rules about names that must stand somewhere else in the flow: V001, V010, V011, V015-V017."""

from ..numbers.yaml.fields import did_you_mean
from . import flow, nodes
from .edges import Ways, roots
from .finding import Findings
from .flow import LANGUAGE, Flow
from .spoken import prompts


def check(flow: Flow, ways: Ways, findings: Findings) -> None:
    """An empty name was told already, and so was what stands there but could not be read."""
    _check_targets(flow, ways, findings)
    _check_prompts(flow, findings)
    _check_destinations(flow, findings)
    _check_calendars(flow, findings)
    _check_languages(flow, findings)


def _check_targets(flow: Flow, ways: Ways, findings: Findings) -> None:
    known = flow.written("nodes")
    names = set(known) | {""}
    for path, target in roots(flow).items():
        if target not in names:
            rule = "V001" if path == "start" else "V010"
            findings.at(rule, path, f"there is no node {target!r}", did_you_mean(target, known))
    for name, edges in ways.items():
        for edge in edges:
            if edge.target not in names:
                path = f"nodes.{name}.{edge.path}"
                what = f"there is no node {edge.target!r}"
                findings.at("V010", path, what, did_you_mean(edge.target, known))


def _check_prompts(flow: Flow, findings: Findings) -> None:
    known = flow.written("prompts")
    names = set(known) | {""}
    named = {
        f"nodes.{name}.{path}": prompt
        for name, node in flow.nodes.items()
        for path, prompt in prompts(node).items()
    }
    if flow.emergency:
        named["emergency.prompt"] = flow.emergency.prompt
    for path, prompt in named.items():
        if prompt not in names:
            fix = did_you_mean(prompt, known) if known else f"Add: prompts: {{{prompt}: …}}"
            findings.at("V015", path, f"there is no prompt {prompt!r}", fix)


def _check_languages(flow: Flow, findings: Findings) -> None:
    for name, prompt in flow.prompts.items():
        path = f"prompts.{name}"
        for language in flow.languages:
            if language not in prompt:
                what = f"this is missing in {language}"
                findings.at("V016", path, what, f'Add: {language}: "…"')
        for language in prompt:
            if language not in flow.languages:
                fix = did_you_mean(language, list(flow.languages))
                what = f"the flow does not speak {language}"
                findings.at("V037", f"{path}.{language}", what, fix)


def _check_destinations(of: Flow, findings: Findings) -> None:
    known = of.written("destinations")
    for name, node in of.nodes.items():
        if not isinstance(node, nodes.Transfer | nodes.Queue) or not node.to:
            continue
        path = f"nodes.{name}.to"
        if node.to not in known:
            what = f"there is no destination {node.to!r}"
            fix = did_you_mean(node.to, known) if known else f"Add: destinations: {{{node.to}: …}}"
            findings.at("V011", path, what, fix)
        elif node.to in of.destinations:
            is_queue = isinstance(of.destinations[node.to], flow.QueueDestination)
            if is_queue != isinstance(node, nodes.Queue):
                what = f"{node.to!r} is {'a' if is_queue else 'no'} queue"
                fix = f"use a node of type {'queue' if is_queue else 'transfer'}"
                findings.at("V011", path, what, fix)


def _check_calendars(of: Flow, findings: Findings) -> None:
    known = of.written("calendars")
    for name, node in of.nodes.items():
        if isinstance(node, nodes.Hours) and node.calendar and node.calendar not in known:
            what = f"there is no calendar {node.calendar!r}"
            advice = f"Add: calendars: {{{node.calendar}: …}}"
            fix = did_you_mean(node.calendar, known) if known else advice
            findings.at("V017", f"nodes.{name}.calendar", what, fix)
        if isinstance(node, nodes.Menu) and node.slot == LANGUAGE:
            _check_language_menu(of, node, findings)


def _check_language_menu(of: Flow, node: nodes.Menu, findings: Findings) -> None:
    for key, option in node.options.items():
        if option.value not in of.languages:
            path = f"nodes.{node.name}.options.{key}.value"
            what = f"the flow does not speak {option.value!r}"
            findings.at("V000", path, what, did_you_mean(option.value, list(of.languages)))
