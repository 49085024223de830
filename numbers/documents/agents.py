"""The file `agents.yaml`: who speaks with callers, as an operator writes it, and back."""

from collections.abc import Mapping
from types import MappingProxyType

from ..errors import DocumentError
from ..model import Agent, Audio
from ..yaml import write as yaml_write
from ..yaml.fields import Fields, fields_of, shown
from ..yaml.tree import Faults, Rule
from ..yaml.write import Tree
from . import agent_rules, manifest, value_rules

KIND = "Agents"


def parse(content: bytes) -> Mapping[str, Agent]:
    """The agents of a file by name. Raises DocumentError."""
    faults = Faults()
    fields = manifest.opened(content, KIND, faults)
    agents = {} if fields is None else _agents(fields)
    if faults.in_order():
        raise DocumentError(faults.in_order())
    return MappingProxyType(agents)


def render(agents: Mapping[str, Agent]) -> str:
    """The one file of these agents; reading it gives them back."""
    in_order = sorted(agents.values(), key=lambda agent: agent.name)
    tree = [_agent_tree(agent) for agent in in_order]
    return yaml_write.render({**manifest.head(KIND), "agents": tree})


def _agents(fields: Fields) -> dict[str, Agent]:
    fields.need("agents")
    found: dict[str, Agent] = {}
    for node in fields.items("agents"):
        entry = fields_of(node, "an entry of agents", fields.faults)
        agent = entry and _agent(entry)
        if agent is None:
            continue
        if agent.name in found:
            what = f"there is an agent {shown(agent.name)} already"
            fields.faults.add(node, what, "keep one of the two", Rule.DUPLICATE_KEY)
        found[agent.name] = agent
    fields.close()
    return found


def _agent(fields: Fields) -> Agent | None:
    fields.need("name", "instructions")
    name = fields.value("name", value_rules.name)
    agent = Agent(
        name or "",
        instructions=fields.value("instructions", agent_rules.instructions) or "",
        model=fields.value("model", agent_rules.model),
        voice=fields.value("voice", agent_rules.voice),
        audio=fields.value("audio", value_rules.member_of(Audio)),
        language=fields.value("language", agent_rules.language),
        greeting=fields.value("greeting", value_rules.one_of(*agent_rules.GREETINGS)),
        interruption=fields.value("interruption", value_rules.one_of(*agent_rules.INTERRUPTIONS)),
        vad=_vad(fields.mapping("vad")),
        max_call_s=fields.value("max_call_s", value_rules.whole(*agent_rules.CALL_S)),
    )
    fields.close()
    return None if name is None else agent


def _vad(fields: Fields | None) -> Mapping[str, float]:
    """How the model tells speech from silence, by the Realtime API's own field names."""
    if fields is None:
        return MappingProxyType({})
    found = {
        "threshold": fields.value("threshold", agent_rules.threshold),
        "prefix_padding_ms": fields.value(
            "prefix_padding_ms", value_rules.whole(*agent_rules.PADDING_MS)
        ),
        "silence_duration_ms": fields.value(
            "silence_duration_ms", value_rules.whole(*agent_rules.SILENCE_MS)
        ),
    }
    fields.close()
    return MappingProxyType({name: value for name, value in found.items() if value is not None})


def _agent_tree(agent: Agent) -> Tree:
    tree: dict[str, Tree | None] = {
        "name": agent.name,
        "model": agent.model,
        "voice": agent.voice,
        "audio": agent.audio and str(agent.audio),
        "language": agent.language,
        "greeting": agent.greeting,
        "interruption": agent.interruption,
        "max_call_s": agent.max_call_s,
        "vad": dict(sorted(agent.vad.items())) or None,
        "instructions": agent.instructions,
    }
    return {name: value for name, value in tree.items() if value is not None}
