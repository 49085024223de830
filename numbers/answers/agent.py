"""An agent as the JSON that commands print: every field is always there."""

from ...gateway.terminal.answer import Json
from ..model import Agent


def agent_json(agent: Agent) -> dict[str, Json]:
    """None where the gateway's settings decide."""
    return {
        "name": agent.name,
        "instructions": agent.instructions,
        "model": agent.model,
        "voice": agent.voice,
        "audio": agent.audio and agent.audio.value,
        "language": agent.language,
        "greeting": agent.greeting,
        "interruption": agent.interruption,
        "vad": dict(agent.vad),
        "max_call_s": agent.max_call_s,
    }
