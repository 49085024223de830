"""What a client may put into a session object: members, types, ranges, enumerations."""

from .schema import Cases, Decimal, Flag, Free, Many, Members, Nullable, OneOf, Text, Whole

SEMANTIC_LONGEST_MS = {"low": 8000, "medium": 4000, "high": 2000, "auto": 4000}

_VOICES = ("alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar")
_EFFORTS = ("minimal", "low", "medium", "high", "xhigh")
_TRANSCRIBERS = (
    "gpt-realtime-whisper",
    "gpt-live-transcribe",
    "gpt-transcribe",
    "gpt-4o-transcribe",
    "gpt-4o-mini-transcribe",
    "gpt-4o-mini-transcribe-2025-12-15",
    "gpt-4o-transcribe-diarize",
    "whisper-1",
)

FORMAT = Cases(
    "type",
    {
        "audio/pcm": Members({"type": Text(), "rate": Whole(24000, 24000)}),
        "audio/pcmu": Members({"type": Text()}),
        "audio/pcma": Members({"type": Text()}),
    },
)
VOICE = OneOf(
    "a string or an object",
    {str: Text(_VOICES), dict: Members({"id": Text()}, required=("id",))},
)
OUTPUT_MODALITIES = Many(Text(("text", "audio")), most=1, least=1)
MAX_OUTPUT_TOKENS = OneOf("an integer or 'inf'", {int: Whole(1, 4096), str: Text(("inf",))})
TOOL_CHOICE = OneOf(
    "a string or an object",
    {
        str: Text(("none", "auto", "required")),
        dict: Cases(
            "type",
            {
                "function": Members({"type": Text(), "name": Text()}, required=("name",)),
                "mcp": Members(
                    {"type": Text(), "server_label": Text(), "name": Nullable(Text())},
                    required=("server_label",),
                ),
            },
        ),
    },
)
TOOLS = Many(
    Cases(
        "type",
        {
            "function": Members(
                {
                    "type": Text(),
                    "name": Text(longest=64),
                    "description": Text(),
                    "parameters": Free(),
                },
                required=("name",),
            ),
            "mcp": Free(),
        },
    )
)
REASONING = Members({"effort": Text(_EFFORTS)})

_ANSWERING = {"create_response": Flag(), "interrupt_response": Flag()}
_TURN_DETECTION = Cases(
    "type",
    {
        "server_vad": Members(
            {
                "type": Text(),
                "threshold": Decimal(0.0, 1.0),
                "prefix_padding_ms": Whole(0),
                "silence_duration_ms": Whole(0),
                "idle_timeout_ms": Nullable(Whole(5000, 30000)),
                **_ANSWERING,
            }
        ),
        "semantic_vad": Members(
            {"type": Text(), "eagerness": Text(tuple(SEMANTIC_LONGEST_MS)), **_ANSWERING}
        ),
    },
)
_TRANSCRIPTION = Members(
    {
        "model": Text(_TRANSCRIBERS),
        "language": Nullable(Text()),
        "languages": Many(Text()),
        "keywords": Many(Text()),
        "prompt": Nullable(Text()),
        "delay": Text(_EFFORTS),
    },
    required=("model",),
)
_TRUNCATION = OneOf(
    "a string or an object",
    {
        str: Text(("auto", "disabled")),
        dict: Members(
            {
                "type": Text(("retention_ratio",)),
                "retention_ratio": Decimal(0.0, 1.0),
                "token_limits": Members({"post_instructions": Whole(0)}),
            },
            required=("type", "retention_ratio"),
        ),
    },
)
_TRACING = OneOf(
    "a string or an object",
    {
        str: Text(("auto",)),
        dict: Members({"workflow_name": Text(), "group_id": Text(), "metadata": Free()}),
        type(None): Nullable(Text()),
    },
)
_NOISE_REDUCTION = Members(
    {"type": Text(("near_field", "far_field")), "strength": Decimal(0.0, 1.0)}, required=("type",)
)
_INPUT = Members(
    {
        "format": FORMAT,
        "transcription": Nullable(_TRANSCRIPTION),
        "noise_reduction": Nullable(_NOISE_REDUCTION),
        "turn_detection": Nullable(_TURN_DETECTION),
    }
)
_OUTPUT = Members({"format": FORMAT, "voice": VOICE, "speed": Decimal(0.25, 1.5)})
SESSION = Members(
    {
        "type": Text(("realtime",)),
        "model": Text(),
        "output_modalities": OUTPUT_MODALITIES,
        "instructions": Text(),
        "tools": TOOLS,
        "tool_choice": TOOL_CHOICE,
        "parallel_tool_calls": Flag(),
        "reasoning": REASONING,
        "max_output_tokens": MAX_OUTPUT_TOKENS,
        "truncation": _TRUNCATION,
        "tracing": _TRACING,
        "prompt": Nullable(Free()),
        "include": Nullable(Many(Text(("item.input_audio_transcription.logprobs",)))),
        "audio": Members({"input": _INPUT, "output": _OUTPUT}),
    },
    required=("type",),
)
