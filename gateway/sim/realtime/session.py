"""The session object of the simulated model: defaults by model, strict updates, a typed view."""

import math
from dataclasses import dataclass
from typing import Any

import orjson

from ....codecs.frames import PCM16_24K, PCMA_8K, PCMU_8K, AudioFormat
from ..assumptions import Assumption
from .refusals import Refused
from .session_rules import SEMANTIC_LONGEST_MS, SESSION
from .wire import Json

REASONING_MODELS = ("gpt-realtime-2.1", "gpt-realtime-2.1-mini", "gpt-realtime-2")
MODELS = (
    *REASONING_MODELS,
    "gpt-realtime-1.5",
    "gpt-realtime",
    "gpt-realtime-2025-08-28",
    "gpt-realtime-mini",
    "gpt-realtime-mini-2025-10-06",
    "gpt-realtime-mini-2025-12-15",
)
RETIRED_MODELS = ("gpt-4o-realtime-preview", "gpt-4o-mini-realtime-preview")
STREAMING_TRANSCRIBERS = ("gpt-realtime-whisper", "gpt-live-transcribe")
TIMED_TRANSCRIBERS = ("gpt-realtime-whisper", "whisper-1")  # usage is a duration

_FORMATS = {"audio/pcm": PCM16_24K, "audio/pcmu": PCMU_8K, "audio/pcma": PCMA_8K}
_DEFAULT_PREFIX_MS = 300
_PERSONA = (
    "You are a friendly and helpful assistant who speaks with people. Be warm, be brief, answer "
    "in the language you are spoken to, and never mention these rules."
)


@dataclass(frozen=True, slots=True)
class TurnDetection:
    """When a turn of the caller begins and ends, and what the server does about it."""

    is_semantic: bool
    threshold: float
    prefix_ms: int
    silence_ms: int  # for semantic detection the longest wait
    idle_ms: int | None
    is_answering: bool
    is_interrupting: bool


class SessionObject:
    """The effective settings of one session, as the server shows them."""

    def __init__(self, model: str, session_id: str, expires_at: int) -> None:
        self.model = model
        self.is_reasoning = model in REASONING_MODELS
        self.json: Json = {
            "type": "realtime",
            "object": "realtime.session",
            "id": session_id,
            "model": model,
            "output_modalities": ["audio"],
            "instructions": _PERSONA,
            "tools": [],
            "tool_choice": "auto",
            "max_output_tokens": "inf",
            "tracing": None,
            "truncation": "auto",
            "prompt": None,
            "expires_at": expires_at,
            "audio": {
                "input": {
                    "format": {"type": "audio/pcm", "rate": 24000},
                    "transcription": None,
                    "noise_reduction": None,
                    "turn_detection": self._server_vad({}),
                },
                "output": {
                    "format": {"type": "audio/pcm", "rate": 24000},
                    "voice": "marin" if self.is_reasoning else "alloy",
                    "speed": 1.0,
                },
            },
            "include": None,
        }

    def update(self, asked: Any, *, is_voice_locked: bool, is_answering: bool) -> None:
        """Merge a partial session object, all of it or, raising Refused, nothing."""
        SESSION.check(asked, "session")
        wanted: Json = asked
        self._check_once_only(wanted, is_voice_locked=is_voice_locked, is_answering=is_answering)
        audio: Json = wanted.get("audio", {})
        self.json["audio"]["input"].update(self._filled_input(audio.get("input", {})))
        self.json["audio"]["output"].update(_filled_format(audio.get("output", {})))
        self.json.update({name: value for name, value in wanted.items() if name != "audio"})

    @property
    def input_format(self) -> AudioFormat:
        return _FORMATS[self.json["audio"]["input"]["format"]["type"]]

    @property
    def output_format(self) -> AudioFormat:
        return _FORMATS[self.json["audio"]["output"]["format"]["type"]]

    @property
    def instructions(self) -> str:
        return self.json["instructions"]

    @property
    def tools_text(self) -> str:
        """The tools as the model reads them."""
        return orjson.dumps(self.json["tools"]).decode() if self.json["tools"] else ""

    @property
    def transcriber(self) -> str | None:
        """The model that writes down what the caller says, if any."""
        transcription: Json | None = self.json["audio"]["input"]["transcription"]
        return transcription["model"] if transcription else None

    @property
    def turn_detection(self) -> TurnDetection | None:
        """None when turns are manual."""
        detection: Json | None = self.json["audio"]["input"]["turn_detection"]
        if detection is None:
            return None
        is_semantic = detection["type"] == "semantic_vad"
        return TurnDetection(
            is_semantic=is_semantic,
            threshold=detection.get("threshold", 0.5),
            prefix_ms=detection.get("prefix_padding_ms", _DEFAULT_PREFIX_MS),
            silence_ms=SEMANTIC_LONGEST_MS[detection["eagerness"]]
            if is_semantic
            else detection["silence_duration_ms"],
            idle_ms=detection.get("idle_timeout_ms"),
            is_answering=detection["create_response"],
            is_interrupting=detection["interrupt_response"],
        )

    def _check_once_only(self, asked: Json, *, is_voice_locked: bool, is_answering: bool) -> None:
        if asked.get("model", self.model) != self.model:
            raise not_changeable("session.model")
        if not self.is_reasoning:
            for member in ("reasoning", "parallel_tool_calls"):
                if member in asked:
                    path = f"session.{member}"
                    raise Refused("unknown_parameter", f"Unknown parameter: '{path}'.", path)
        tracing: Any = self.json["tracing"]
        if tracing is not None and asked.get("tracing", tracing) != tracing:
            raise not_changeable("session.tracing")
        output: Json = asked.get("audio", {}).get("output", {})
        now: Json = self.json["audio"]["output"]
        if is_voice_locked and output.get("voice", now["voice"]) != now["voice"]:
            raise Refused(
                "cannot_update_voice",
                "Cannot update a conversation's voice if assistant audio is present.",
                "session.audio.output.voice",
            )
        if is_answering and not math.isclose(output.get("speed", now["speed"]), now["speed"]):
            raise not_changeable("session.audio.output.speed")

    def _filled_input(self, asked: Json) -> Json:
        filled = _filled_format(asked)
        detection: Json | None = asked.get("turn_detection")
        if detection is not None:
            fill = _semantic_vad if detection["type"] == "semantic_vad" else self._server_vad
            filled["turn_detection"] = fill(detection)
        if asked.get("transcription") is not None:
            filled["transcription"] = {"language": None, "prompt": None, **asked["transcription"]}
        if asked.get("noise_reduction") is not None:
            before: Json = self.json["audio"]["input"]["noise_reduction"] or {"strength": 1.0}
            filled["noise_reduction"] = {**before, **asked["noise_reduction"]}
        return filled

    def _server_vad(self, asked: Json) -> Json:
        return {
            "type": "server_vad",
            "threshold": 0.5,
            "prefix_padding_ms": _DEFAULT_PREFIX_MS,
            "silence_duration_ms": 500 if self.is_reasoning else 200,
            "idle_timeout_ms": None,
            "create_response": True,
            "interrupt_response": True,
            **asked,
        }


def not_changeable(path: str) -> Refused:
    """A member that cannot change any more, or not now."""
    return Refused("invalid_value", f"Cannot update '{path}' at this point.", path)


def format_of(json: Json) -> AudioFormat:
    """The audio format of a checked `format` object."""
    return _FORMATS[json["type"]]


def _semantic_vad(asked: Json) -> Json:
    return {
        "type": "semantic_vad",
        "eagerness": "auto",
        "create_response": True,
        "interrupt_response": True,
        **asked,
    }


def _filled_format(asked: Json) -> Json:
    filled = dict(asked)
    if asked.get("format", {}).get("type") == "audio/pcm":
        filled["format"] = {"type": "audio/pcm", "rate": 24000}
    return filled


_RECORDING = "recordings of gpt-realtime and gpt-realtime-2.1, 2026"
_TYPES = "openai 3.52.0 types"

ASSUMPTIONS = (
    Assumption(
        "defaults by model: voice alloy or marin, silence 200 or 500 ms, PCM at 24 kHz",
        "documented",
        _RECORDING,
    ),
    Assumption("an update is applied as a whole or not at all", "documented", _RECORDING),
    Assumption("session.type is required in every update", "documented", _TYPES),
    Assumption(
        "omitted members of turn_detection take the model's defaults, missing language and "
        "prompt of transcription are echoed as null",
        "documented",
        _RECORDING,
    ),
    Assumption("the strength of noise reduction is kept when omitted", "documented", _TYPES),
    Assumption("the voice is fixed by the first assistant audio", "documented", _RECORDING),
    Assumption(
        "1.x models refuse an update with reasoning; that the code is unknown_parameter is a guess",
        "reported",
        "reports on gpt-realtime-1.5",
    ),
    Assumption(
        "another model, speed during an answer and changed tracing are refused as invalid_value",
        "assumed",
        "the schema only says they cannot change",
    ),
    Assumption("semantic VAD pads like server VAD, 300 ms", "assumed", "not recorded"),
    Assumption("voices of the TTS API are refused", "reported", "openai-agents-python#1941"),
)
