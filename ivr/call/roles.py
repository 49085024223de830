"""What a flow offers the model of an agent: one function for each way out of the node."""

from collections.abc import Mapping

from ...gateway.core.actions import Function, Role
from ..edges import edges
from ..flow import Flow
from ..machine.actions import StartAi
from ..nodes import Ai

SWITCH_LANGUAGE = "switch_language"
_LEAVE = (
    "Call this, and say nothing further, as soon as the conversation has come to: {name}."
    " It ends your part of the call."
)
_SWITCH = "Call this when the caller wants to speak another language; then go on in that one."

Exits = Mapping[str, Mapping[str, str]]  # function -> its parameters


def role(wanted: StartAi) -> Role:
    """The agent and its functions; the same for every call that comes to this node."""
    return _role(wanted.agent, wanted.exits, wanted.languages)


def first_role(flow: Flow) -> Role | None:
    """Whom a call of this flow is likely to meet first: the agent that the fewest steps lead to."""
    known, names = {flow.start}, [flow.start]
    for name in names:  # which grows
        node = flow.nodes[name]
        if isinstance(node, Ai):
            exits = {exit_name: exit_.slots for exit_name, exit_ in node.exits.items()}
            return _role(node.agent, exits, flow.languages)
        fresh = [edge.target for edge in edges(node) if edge.target not in known]
        known.update(fresh)
        names += fresh
    return None


def _role(agent: str, exits: Exits, languages: tuple[str, ...]) -> Role:
    functions = [
        Function(name, _LEAVE.format(name=_spoken(name)), dict(slots))
        for name, slots in exits.items()
    ]
    if len(languages) > 1:
        functions.append(Function(SWITCH_LANGUAGE, _SWITCH, choices={"language": languages}))
    return Role(agent, tuple(functions))


def _spoken(name: str) -> str:
    return name.replace("_", " ").replace("-", " ")
