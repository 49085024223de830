"""The session object: defaults by model, updates as a whole or not at all."""

import copy
from typing import Any

import pytest

from voicegate.codecs.frames import PCM16_24K, PCMU_8K
from voicegate.gateway.sim.realtime.refusals import Refused
from voicegate.gateway.sim.realtime.session import MODELS, REASONING_MODELS, SessionObject

RECORDED_KEYS = [
    "type", "object", "id", "model", "output_modalities", "instructions", "tools", "tool_choice",
    "max_output_tokens", "tracing", "truncation", "prompt", "expires_at", "audio", "include",
]  # fmt: skip


def new_session(model: str = "gpt-realtime-2.1") -> SessionObject:
    return SessionObject(model, "sess_1", 1_795_222_800)


def update(
    session: SessionObject, *, locked: bool = False, busy: bool = False, **asked: Any
) -> None:
    session.update({"type": "realtime", **asked}, is_voice_locked=locked, is_answering=busy)


@pytest.mark.parametrize("model", MODELS)
def test_defaults_depend_on_the_model(model: str):
    """C171: voice and silence are the model's own, formats are PCM."""
    shown = new_session(model).json
    is_new = model in REASONING_MODELS
    assert list(shown) == RECORDED_KEYS
    assert shown["audio"]["output"]["voice"] == ("marin" if is_new else "alloy")
    detection = shown["audio"]["input"]["turn_detection"]
    assert detection["silence_duration_ms"] == (500 if is_new else 200)
    assert detection["prefix_padding_ms"] == 300
    assert shown["audio"]["input"]["format"] == {"type": "audio/pcm", "rate": 24000}


def test_a_partial_update_is_merged_and_shown_whole():
    session = new_session()
    update(session, instructions="Be brief.", audio={"output": {"format": {"type": "audio/pcmu"}}})
    assert session.json["instructions"] == "Be brief."
    assert session.output_format == PCMU_8K
    assert session.input_format == PCM16_24K
    assert session.json["audio"]["output"]["voice"] == "marin"
    assert list(session.json) == RECORDED_KEYS


def test_omitted_members_of_turn_detection_are_the_models_not_the_last_ones():
    session = new_session("gpt-realtime")
    custom = {"type": "server_vad", "silence_duration_ms": 900, "threshold": 0.8}
    update(session, audio={"input": {"turn_detection": custom}})
    bare = {"type": "server_vad", "create_response": False, "interrupt_response": False}
    update(session, audio={"input": {"turn_detection": bare}})
    assert session.json["audio"]["input"]["turn_detection"] == {
        "type": "server_vad", "threshold": 0.5, "prefix_padding_ms": 300, "silence_duration_ms": 200,
        "idle_timeout_ms": None, "create_response": False, "interrupt_response": False,
    }  # fmt: skip


def test_transcription_is_filled_with_nulls_and_noise_reduction_keeps_its_strength():
    session = new_session()
    transcription, noise = {"model": "whisper-1"}, {"type": "near_field", "strength": 0.4}
    update(session, audio={"input": {"transcription": transcription, "noise_reduction": noise}})
    update(session, audio={"input": {"noise_reduction": {"type": "far_field"}}})
    shown = session.json["audio"]["input"]
    assert shown["transcription"] == {"language": None, "prompt": None, "model": "whisper-1"}
    assert shown["noise_reduction"] == {"type": "far_field", "strength": 0.4}
    update(session, audio={"input": {"noise_reduction": None, "transcription": None}})
    assert session.transcriber is None


@pytest.mark.parametrize(
    ("asked", "code", "param"),
    [
        ({"bogus_field": 1}, "unknown_parameter", "session.bogus_field"),
        ({"modalities": ["text", "audio"]}, "unknown_parameter", "session.modalities"),
        ({"input_audio_format": "g711_ulaw"}, "unknown_parameter", "session.input_audio_format"),
        ({"temperature": 0.8}, "unknown_parameter", "session.temperature"),
        ({"voice": "marin"}, "unknown_parameter", "session.voice"),
        ({"id": "sess_2"}, "unknown_parameter", "session.id"),
        (
            {"audio": {"input": {"format": {"type": "audio/pcm", "rate": 16000}}}},
            "integer_below_min_value",
            "session.audio.input.format.rate",
        ),
        (
            {"audio": {"input": {"format": "g711_ulaw"}}},
            "invalid_type",
            "session.audio.input.format",
        ),
        (
            {"audio": {"output": {"format": {"type": "audio/pcmu", "rate": 8000}}}},
            "unknown_parameter",
            "session.audio.output.format.rate",
        ),
        ({"audio": {"output": {"voice": "nova"}}}, "invalid_value", "session.audio.output.voice"),
        (
            {"audio": {"output": {"speed": 1.6}}},
            "decimal_above_max_value",
            "session.audio.output.speed",
        ),
        (
            {"output_modalities": ["text", "audio"]},
            "array_above_max_length",
            "session.output_modalities",
        ),
        ({"max_output_tokens": 4097}, "integer_above_max_value", "session.max_output_tokens"),
        ({"max_output_tokens": "all"}, "invalid_value", "session.max_output_tokens"),
        (
            {"tools": [{"type": "function", "name": "f", "strict": True}]},
            "unknown_parameter",
            "session.tools[0].strict",
        ),
        (
            {"tools": [{"type": "function", "function": {"name": "f"}}]},
            "missing_required_parameter",
            "session.tools[0].name",
        ),
        (
            {"audio": {"input": {"turn_detection": {"type": "semantic_vad", "threshold": 0.5}}}},
            "unknown_parameter",
            "session.audio.input.turn_detection.threshold",
        ),
        (
            {
                "audio": {
                    "input": {"turn_detection": {"type": "server_vad", "idle_timeout_ms": 100}}
                }
            },
            "integer_below_min_value",
            "session.audio.input.turn_detection.idle_timeout_ms",
        ),
        ({"model": "gpt-realtime"}, "invalid_value", "session.model"),
        ({"type": "transcription"}, "invalid_value", "session.type"),
    ],
)
def test_a_bad_member_refuses_the_whole_update(asked: dict[str, Any], code: str, param: str):
    """C171: the session stays byte for byte as it was, whatever else was asked."""
    session = new_session()
    before = copy.deepcopy(session.json)
    with pytest.raises(Refused) as caught:
        update(session, instructions="new", **asked)
    assert (caught.value.code, caught.value.param) == (code, param)
    assert session.json == before


def test_an_update_without_a_type_is_refused():
    with pytest.raises(Refused) as caught:
        new_session().update({"instructions": "x"}, is_voice_locked=False, is_answering=False)
    assert (caught.value.code, caught.value.param) == ("missing_required_parameter", "session.type")


@pytest.mark.parametrize(
    "member", [{"reasoning": {"effort": "low"}}, {"parallel_tool_calls": True}]
)
def test_only_reasoning_models_take_what_reasoning_needs(member: dict[str, Any]):
    session = new_session("gpt-realtime-2.1-mini")
    update(session, **member)
    assert session.json.items() >= member.items()
    with pytest.raises(Refused):
        update(new_session("gpt-realtime-1.5"), **member)


def test_the_voice_is_fixed_once_there_is_assistant_audio_and_the_same_voice_is_harmless():
    session = new_session()
    update(session, locked=True, audio={"output": {"voice": "marin"}}, instructions="a")
    with pytest.raises(Refused) as caught:
        update(session, locked=True, audio={"output": {"voice": "cedar"}}, instructions="b")
    assert caught.value.code == "cannot_update_voice"
    assert (
        caught.value.message
        == "Cannot update a conversation's voice if assistant audio is present."
    )
    assert session.instructions == "a"
    update(session, audio={"output": {"voice": "cedar"}})
    assert session.json["audio"]["output"]["voice"] == "cedar"


def test_speed_waits_for_the_end_of_an_answer_and_tracing_is_set_once():
    session = new_session()
    with pytest.raises(Refused):
        update(session, busy=True, audio={"output": {"speed": 1.2}})
    update(session, audio={"output": {"speed": 1.2}}, tracing="auto")
    update(session, tracing="auto")
    with pytest.raises(Refused):
        update(session, tracing=None)


@pytest.mark.parametrize(
    ("eagerness", "longest_ms"), [("low", 8000), ("medium", 4000), ("high", 2000), ("auto", 4000)]
)
def test_semantic_detection_waits_as_long_as_its_eagerness_says(eagerness: str, longest_ms: int):
    session = new_session()
    update(
        session,
        audio={"input": {"turn_detection": {"type": "semantic_vad", "eagerness": eagerness}}},
    )
    detection = session.turn_detection
    assert detection is not None
    assert (detection.is_semantic, detection.silence_ms) == (True, longest_ms)


def test_no_turn_detection_means_manual_turns():
    session = new_session()
    update(session, audio={"input": {"turn_detection": None}})
    assert session.turn_detection is None
