"""The one `session.update`: the same bytes for the same settings, in the names of today."""

import re
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.gateway.core.actions import Function
from voicegate.gateway.models.openai_setup import ModelPlan, differences, render_update, session

PLAN = ModelPlan(instructions="Be brief.")

HEAD = (
    b'{"type":"session.update","event_id":"settings-1","session":{"type":"realtime",'
    b'"output_modalities":["audio"],"instructions":"Be brief.","audio":{"input":{'
)
PCM = b'"format":{"type":"audio/pcm","rate":24000},'
VAD = (
    b'"turn_detection":{"type":"server_vad","threshold":0.55,"prefix_padding_ms":300,'
    b'"silence_duration_ms":500,"create_response":true,"interrupt_response":false'
)
TAIL = (
    b',"tools":[],"tool_choice":"auto","max_output_tokens":2048,"truncation":{'
    b'"type":"retention_ratio","retention_ratio":0.8,"token_limits":{"post_instructions":8000}}'
)
FULL_VAD = VAD + b',"idle_timeout_ms":null},"noise_reduction":null,'
HEARD = b'"transcription":{"model":"gpt-realtime-whisper"}},"output":{'
SPOKEN = b'"voice":"marin","speed":1.0}}'

GOLDEN_1 = HEAD + PCM + FULL_VAD + HEARD + PCM + SPOKEN + TAIL + b"}}"
GOLDEN_2 = HEAD + PCM + FULL_VAD + HEARD + PCM + SPOKEN + TAIL + b',"reasoning":{"effort":"low"}}}'
GOLDEN_PCMU = GOLDEN_2.replace(PCM, b'"format":{"type":"audio/pcmu"},')
GOLDEN_MINIMAL = HEAD + PCM + VAD + b'}},"output":{' + PCM + b'"voice":"marin"}}}}'

REASONING = (
    "gpt-realtime-2.1",
    "gpt-realtime-2.1-mini",
    "gpt-realtime-2",
    "gpt-realtime-2.1-2026-07-06",
    "gpt-realtime-2-2026-05-01",
)
PLAIN = (
    "gpt-realtime",
    "gpt-realtime-mini",
    "gpt-realtime-1.5",
    "gpt-realtime-2025-08-28",
    "gpt-realtime-mini-2025-10-06",
    "gpt-realtime-mini-2025-12-15",
)


@pytest.mark.parametrize("model", REASONING)
def test_the_update_of_a_2_x_model_is_this_one(model: str) -> None:
    """C80: byte for byte; the model itself stands in the address."""
    assert render_update(replace(PLAN, model=model), "settings-1") == GOLDEN_2


@pytest.mark.parametrize("model", PLAIN)
def test_the_update_of_a_1_x_model_does_not_mention_reasoning(model: str) -> None:
    """C80, X14: it would be refused whole, also by a snapshot whose date begins with a 2."""
    assert render_update(replace(PLAN, model=model), "settings-1") == GOLDEN_1


def test_the_update_for_the_lines_own_sound_is_this_one() -> None:
    """C30, C80."""
    assert render_update(replace(PLAN, audio="pcmu"), "settings-1") == GOLDEN_PCMU


@pytest.mark.parametrize("model", [*REASONING, *PLAIN])
def test_the_least_update_holds_nothing_that_a_model_could_refuse(model: str) -> None:
    """E10: formats, voice, instructions, turn detection."""
    update = render_update(replace(PLAN, model=model), "settings-1", is_minimal=True)
    assert update == GOLDEN_MINIMAL


def test_functions_are_offered_with_a_schema_of_what_they_bring() -> None:
    """In the least update too: an agent that cannot leave its part would keep the caller."""
    later = Function("later", "Call back.", {"when": "datetime", "count": "number"})
    switch = Function("switch_language", "Other language.", choices={"language": ("en", "es")})
    plan = replace(PLAN, functions=(later, switch))
    tools = session(plan)["tools"]
    assert session(plan, is_minimal=True)["tools"] == tools
    assert [(tool["type"], tool["name"], tool["description"]) for tool in tools] == [
        ("function", "later", "Call back."),
        ("function", "switch_language", "Other language."),
    ]
    when, language = tools[0]["parameters"], tools[1]["parameters"]
    assert when["required"] == ["when", "count"]
    assert (when["properties"]["when"]["type"], when["properties"]["count"]["type"]) == (
        "string",
        "number",
    )
    assert language["properties"] == {"language": {"type": "string", "enum": ["en", "es"]}}
    assert when["additionalProperties"] is False


def test_a_language_is_a_hint_to_the_transcription() -> None:
    members = session(replace(PLAN, language="de"))
    assert members["audio"]["input"]["transcription"]["language"] == "de"


def test_a_voice_of_ones_own_goes_by_its_id() -> None:
    """OpenAI Realtime, `audio.output.voice`."""
    members = session(replace(PLAN, voice="voice_abc123"))
    assert members["audio"]["output"]["voice"] == {"id": "voice_abc123"}


PLANS = st.builds(
    ModelPlan,
    model=st.sampled_from([*REASONING, *PLAIN]),
    instructions=st.text(max_size=50),
    audio=st.sampled_from(["pcm24k", "pcmu"]),
    language=st.none() | st.just("en"),
    vad_threshold=st.floats(0, 1),
    silence_duration_ms=st.integers(0, 2_000),
)


@given(plan=PLANS, is_minimal=st.booleans())
def test_the_update_is_a_pure_function_of_the_settings(
    plan: ModelPlan, *, is_minimal: bool
) -> None:
    """C80: the prompt cache of one call serves the next."""
    first = render_update(plan, "settings-1", is_minimal=is_minimal)
    assert render_update(replace(plan), "settings-1", is_minimal=is_minimal) == first
    assert orjson.loads(first)["session"]["instructions"] == plan.instructions


BETA_NAMES = {
    "modalities",
    "input_audio_format",
    "output_audio_format",
    "input_audio_transcription",
    "input_audio_noise_reduction",
    "max_response_output_tokens",
    "temperature",
}
GA_NAMES = {
    "type",
    "output_modalities",
    "instructions",
    "tools",
    "tool_choice",
    "reasoning",
    "max_output_tokens",
    "truncation",
    "audio",
}


@given(plan=PLANS, is_minimal=st.booleans())
def test_only_names_of_the_ga_interface_are_used(plan: ModelPlan, *, is_minimal: bool) -> None:
    """C80, X15: the beta's would refuse the whole update."""
    members = session(plan, is_minimal=is_minimal)
    assert set(members) <= GA_NAMES
    assert members["type"] == "realtime"
    plain = orjson.dumps({**members, "instructions": ""}).decode()
    assert BETA_NAMES.isdisjoint(re.findall(r'"(\w+)":', plain))
    assert not {"voice", "speed", "turn_detection"} & set(members)


@given(plan=PLANS, is_minimal=st.booleans())
def test_the_gateway_alone_decides_on_interruptions(plan: ModelPlan, *, is_minimal: bool) -> None:
    """X13: the server would cancel on every cough."""
    detection = session(plan, is_minimal=is_minimal)["audio"]["input"]["turn_detection"]
    assert detection["interrupt_response"] is False
    assert detection["create_response"] is True


# -- the echo --------------------------------------------------------------------------------------


def test_an_echo_as_asked_differs_in_nothing() -> None:
    """C8: whatever it adds."""
    asked = session(PLAN)
    echo: dict[str, Any] = orjson.loads(orjson.dumps(asked))
    echo["id"] = "sess_1"
    echo["audio"]["input"]["transcription"] |= {"language": None, "prompt": None}
    del echo["reasoning"]
    assert differences(asked, echo) == ()


def test_what_the_echo_says_otherwise_is_named_by_its_path() -> None:
    """C8."""
    echo: dict[str, Any] = orjson.loads(orjson.dumps(session(PLAN)))
    echo["audio"]["input"]["format"] = {"type": "audio/pcmu"}
    echo["audio"]["output"]["voice"] = "alloy"
    echo["truncation"] = "auto"
    assert differences(session(PLAN), echo) == (
        "audio.input.format.type",
        "audio.output.voice",
        "truncation",
    )
