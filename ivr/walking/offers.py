"""What can be chosen by its name where a call is, and what whoever walks it may type."""

from collections.abc import Iterator, Mapping

from .. import nodes
from ..headless import case
from ..headless.case import Act
from ..headless.world import World
from ..machine.events import QueueState, TransferEnd
from ..nodes import AiExit, Node

IN_TIME = "timeout"  # an exit that nobody chooses


def node_of(world: World) -> Node:
    """Where the call is."""
    return world.flow.nodes[world.machine.node]


def offered(world: World) -> Mapping[str, Act]:
    """What the agent, people, a tool or a machine may do now, by what it is called."""
    if world.tool is not None:
        node = node_of(world)
        names = [*node.exits] if isinstance(node, nodes.Tool) else []
        return {name: case.ToolEnds(name) for name in names if name != IN_TIME}
    if world.transfer is not None:
        return {end.value: case.TransferEnds(end) for end in TransferEnd}
    if world.is_queued:
        ends = (QueueState.ANSWERED, QueueState.FULL)
        return {end.value: case.QueueTells(end) for end in ends}
    return _of_node(world)


def is_decided_elsewhere(world: World) -> bool:
    """Somebody else's answer is waited for, and the caller hears nobody."""
    return world.tool is not None or world.transfer is not None or world.is_queued


def _of_node(world: World) -> Mapping[str, Act]:
    match node_of(world):
        case nodes.Ai(exits=exits) if world.agent.is_up:
            return {name: case.AgentLeaves(name) for name in exits}
        case nodes.VoicemailDrop():
            return {"beep": case.BeepSounds()}
        case _:
            return {}


def hint(world: World) -> str:
    """One line for who does not know the flow; empty where nothing special can be typed."""
    return "; ".join(_hints(world))


def _hints(world: World) -> Iterator[str]:
    names = ", ".join(offered(world))
    if world.tool is not None:
        yield f"the tool ends with: {names}"
    elif world.transfer is not None:
        yield f"the transfer ends with: {names}"
    elif world.is_queued:
        yield f"the waiting ends with: {names}"
    else:
        yield from _hints_of_node(node_of(world), is_up=world.agent.is_up)


def _hints_of_node(node: Node, *, is_up: bool) -> Iterator[str]:
    match node:
        case nodes.Menu(options=options):
            yield f"keys: {', '.join(options)}"
        case nodes.Collect(digits_min=fewest, digits_max=most, finish=finish):
            yield f"digits: {fewest}" + (f" to {most}" if most > fewest else "")
            yield f"{finish} ends them"
        case nodes.Ai(exits=exits, keys=keys):
            if is_up:
                yield f"the agent leaves by: {', '.join(map(_exit, exits, exits.values()))}"
            if keys:
                yield f"keys: {', '.join(keys)}"
        case nodes.Voicemail(finish=finish):
            yield f"words are the message; {finish} ends it"
        case nodes.VoicemailDrop():
            yield "the machine is ready with: beep"
        case _:
            return


def _exit(name: str, of: AiExit) -> str:
    """`later callback_at=datetime`."""
    return " ".join([name, *(f"{slot}={kind}" for slot, kind in of.slots.items())])
