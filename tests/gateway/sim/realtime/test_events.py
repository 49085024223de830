"""The rules of each client event, and items read from it."""

from typing import Any

import pytest

from voicegate.codecs.frames import PCMU_8K
from voicegate.gateway.sim.realtime.events import decode_audio, event_rules, read_item
from voicegate.gateway.sim.realtime.refusals import Refused

TEXT = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]}
HEARD = {"type": "message", "role": "user", "content": [{"type": "input_audio", "audio": "//8="}]}
CALL = {"type": "function_call", "name": "f", "call_id": "call_1", "arguments": "{}"}
RESULT = {"type": "function_call_output", "call_id": "call_1", "output": "7"}


def check(event: dict[str, Any]) -> None:
    event_rules(100)[event["type"]].check(event, "")


def item_event(**item: Any) -> dict[str, Any]:
    return {"type": "conversation.item.create", "item": item}


def response_event(**response: Any) -> dict[str, Any]:
    return {"type": "response.create", "response": response}


@pytest.mark.parametrize(
    "event",
    [
        {"type": "session.update", "event_id": "e", "session": {}},
        {"type": "input_audio_buffer.append", "audio": "AA=="},
        {"type": "response.cancel"},
        {"type": "response.create"},
        {"type": "response.create", "response": None},
        item_event(**TEXT, id="x" * 32),
        item_event(**HEARD),
        item_event(**CALL),
        item_event(**RESULT),
        item_event(
            type="message", role="assistant", content=[{"type": "output_text", "text": "hi"}]
        ),
        response_event(conversation="none", input=[TEXT, {"type": "item_reference", "id": "a"}]),
        response_event(metadata={"k" * 64: "v" * 512}, output_modalities=["text"]),
    ],
)
def test_right_events_pass(event: dict[str, Any]):
    check(event)


@pytest.mark.parametrize(
    ("event", "code", "param"),
    [
        ({"type": "response.cancel", "x": 1}, "unknown_parameter", "x"),
        ({"type": "response.cancel", "event_id": "e" * 513}, "string_above_max_length", "event_id"),
        ({"type": "input_audio_buffer.append"}, "missing_required_parameter", "audio"),
        ({"type": "input_audio_buffer.append", "audio": 1}, "invalid_type", "audio"),
        ({"type": "conversation.item.truncate", "item_id": "a", "content_index": 0},
         "missing_required_parameter", "audio_end_ms"),
        ({"type": "conversation.item.truncate", "item_id": "a", "content_index": 0, "audio_end_ms": -1},
         "integer_below_min_value", "audio_end_ms"),
        ({"type": "conversation.item.truncate", "item_id": "a", "content_index": 0, "audio_end_ms": 1.5},
         "invalid_type", "audio_end_ms"),
        (item_event(), "missing_required_parameter", "item.type"),
        (item_event(type="message"), "missing_required_parameter", "item.role"),
        (item_event(**TEXT, id="x" * 33), "string_above_max_length", "item.id"),
        (item_event(**{**RESULT, "output": "x" * 101}), "string_above_max_length", "item.output"),
        (item_event(type="message", role="assistant", content=[{"type": "output_audio", "audio": ""}]),
         "invalid_value", "item.content[0].type"),
        (item_event(type="message", role="system", content=[{"type": "input_audio", "audio": ""}]),
         "invalid_value", "item.content[0].type"),
        (response_event(temperature=1), "unknown_parameter", "response.temperature"),
        (response_event(modalities=["text"]), "unknown_parameter", "response.modalities"),
        (response_event(conversation="other"), "invalid_value", "response.conversation"),
        (response_event(metadata={str(n): "" for n in range(17)}),
         "object_above_max_properties", "response.metadata"),
        (response_event(input=[{"type": "item_reference"}]),
         "missing_required_parameter", "response.input[0].id"),
    ],
)  # fmt: skip
def test_wrong_events_are_refused_with_their_path(event: dict[str, Any], code: str, param: str):
    """C171: refuses what the service refuses, never forgiving."""
    with pytest.raises(Refused) as caught:
        check(event)
    assert (caught.value.code, caught.value.param) == (code, param)


@pytest.mark.parametrize("text", ["====", "AA", "AA==AA==", "A A=", "äöü=", "//8"])
def test_audio_that_is_no_base64_is_refused(text: str):
    with pytest.raises(Refused) as caught:
        decode_audio(text, "audio")
    assert caught.value.param == "audio"


def test_more_than_15_mib_of_audio_is_too_much():
    size = (15 << 20) // 3 * 4
    assert len(decode_audio("A" * size, "audio")) == 15 << 20
    with pytest.raises(Refused, match="too long"):
        decode_audio("A" * (size + 4), "audio")


def test_items_are_read_with_their_own_id_or_a_new_one():
    assert read_item({**TEXT, "id": "mine"}, "item_1", PCMU_8K).id == "mine"
    item = read_item(TEXT, "item_1", PCMU_8K)
    assert (item.id, item.text, item.status, item.is_generated) == (
        "item_1",
        "hi",
        "completed",
        False,
    )


def test_the_callers_audio_has_a_length_in_the_input_format():
    audio = {"type": "input_audio", "audio": "/" * 640 * 2, "transcript": "hm"}
    item = read_item({"type": "message", "role": "user", "content": [audio]}, "i", PCMU_8K)
    assert (item.audio_ms, item.text) == (120, "hm")


def test_calls_and_results_keep_their_call_id():
    call, result = read_item(CALL, "a", PCMU_8K), read_item(RESULT, "b", PCMU_8K)
    assert (call.call_id, call.name, call.arguments) == ("call_1", "f", "{}")
    assert (result.call_id, result.output) == ("call_1", "7")
