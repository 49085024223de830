"""An agent's settings as the one `session.update` that OpenAI Realtime is given.

A pure function of the settings and byte-stable, so that the prompt cache of one call serves the
next. Names are the GA ones; `type` is mandatory, and one bad member would refuse the whole update.
"""

import re
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from ..core.actions import Function

AudioName = Literal["pcm24k", "pcmu"]

FORMATS: dict[AudioName, dict[str, str | int]] = {
    "pcm24k": {"type": "audio/pcm", "rate": 24_000},
    "pcmu": {"type": "audio/pcmu"},
}


_REASONS = re.compile(r"gpt-realtime-2(?!\d)")  # gpt-realtime-2025-08-28 is a snapshot of 1.x


@dataclass(frozen=True, slots=True)
class ModelPlan:
    """What the model is and how it should speak and listen."""

    model: str = "gpt-realtime-2.1"
    voice: str = "marin"
    instructions: str = "You are a friendly assistant on the phone. Keep answers short."
    audio: AudioName = "pcm24k"
    language: str | None = None
    transcription_model: str = "gpt-realtime-whisper"
    vad_threshold: float = 0.55
    prefix_padding_ms: int = 300
    silence_duration_ms: int = 500
    speed: float = 1.0
    max_output_tokens: int = 2_048
    retention_ratio: float = 0.8
    post_instructions_tokens: int = 8_000
    functions: tuple[Function, ...] = ()

    @property
    def has_reasoning(self) -> bool:
        """The 2.x family; a 1.x model refuses an update that mentions reasoning."""
        return _REASONS.match(self.model) is not None


def session(plan: ModelPlan, *, is_minimal: bool = False) -> dict[str, Any]:
    """The session object. Minimal: formats, voice, instructions, turn detection, functions, nothing else.

    `interrupt_response` is false: the gateway alone decides on interruptions, because only it
    knows what was heard.
    """
    audio_input: dict[str, Any] = {
        "format": FORMATS[plan.audio],
        "turn_detection": {
            "type": "server_vad",
            "threshold": plan.vad_threshold,
            "prefix_padding_ms": plan.prefix_padding_ms,
            "silence_duration_ms": plan.silence_duration_ms,
            "create_response": True,
            "interrupt_response": False,
        },
    }
    voice = {"id": plan.voice} if plan.voice.startswith("voice_") else plan.voice
    audio_output: dict[str, Any] = {"format": FORMATS[plan.audio], "voice": voice}
    members: dict[str, Any] = {
        "type": "realtime",
        "output_modalities": ["audio"],
        "instructions": plan.instructions,
        "audio": {"input": audio_input, "output": audio_output},
    }
    tools = [_tool(function) for function in plan.functions]
    if is_minimal:
        return {**members, "tools": tools} if tools else members
    transcription = {"model": plan.transcription_model}
    if plan.language is not None:
        transcription["language"] = plan.language
    audio_input["turn_detection"]["idle_timeout_ms"] = None
    audio_input["noise_reduction"] = None
    audio_input["transcription"] = transcription
    audio_output["speed"] = plan.speed
    members["tools"] = tools
    members["tool_choice"] = "auto"
    members["max_output_tokens"] = plan.max_output_tokens
    members["truncation"] = {
        "type": "retention_ratio",
        "retention_ratio": plan.retention_ratio,
        "token_limits": {"post_instructions": plan.post_instructions_tokens},
    }
    if plan.has_reasoning:
        members["reasoning"] = {"effort": "low"}
    return members


_SCHEMAS: dict[str, dict[str, str]] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "date": {"type": "string", "description": "YYYY-MM-DD"},
    "datetime": {"type": "string", "description": "YYYY-MM-DDTHH:MM, the caller's local time"},
}


def _tool(function: Function) -> dict[str, Any]:
    """OpenAI Realtime, `session.tools`: a function with a JSON schema of its parameters."""
    properties: dict[str, Any] = {
        name: dict(_SCHEMAS[kind]) for name, kind in function.parameters.items()
    }
    for name, choices in function.choices.items():
        properties[name] = {"type": "string", "enum": list(choices)}
    return {
        "type": "function",
        "name": function.name,
        "description": function.purpose,
        "parameters": {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        },
    }


def render_update(plan: ModelPlan, event_id: str, *, is_minimal: bool = False) -> bytes:
    """The `session.update` message."""
    update = {
        "type": "session.update",
        "event_id": event_id,
        "session": session(plan, is_minimal=is_minimal),
    }
    return orjson.dumps(update)


def differences(asked: dict[str, Any], echoed: dict[str, Any], path: str = "") -> tuple[str, ...]:
    """Paths of members that the echo gives another value than was asked for.

    Members that the echo leaves out count only where they decide on sound; OpenAI's recordings
    show no `reasoning` in the echo.
    """
    found: list[str] = []
    for name, wanted in asked.items():
        if name not in echoed:
            continue
        got = echoed[name]
        here = f"{path}{name}"
        if isinstance(wanted, dict) and isinstance(got, dict):
            found += differences(wanted, got, f"{here}.")  # pyright: ignore[reportUnknownArgumentType]
        elif got != wanted:
            found.append(here)
    return tuple(found)
