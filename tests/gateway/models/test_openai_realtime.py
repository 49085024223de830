"""OpenAI Realtime on the wire: its frames to events, our actions to messages, sound both ways."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicegate.gateway.core.actions import (
    AddNote,
    AnswerFunction,
    AskForResponse,
    CancelResponse,
    ConfigureModel,
    DeleteItem,
    ForgetHeard,
    HearAudio,
    ModelAction,
    Speaker,
    TruncateItem,
)
from voicegate.gateway.core.events import (
    CallerSaid,
    Event,
    ModelAudio,
    ModelAudioDone,
    ModelCalled,
    ModelClosed,
    ModelCommitted,
    ModelConnected,
    ModelFault,
    ModelHeardQuiet,
    ModelHeardSpeech,
    ModelItemAdded,
    ModelOpened,
    ModelResponded,
    ModelResponding,
    ModelSaid,
    ModelTruncated,
    ModelUnreadable,
    ResponseStatus,
)
from voicegate.gateway.models.openai_realtime import OpenAIRealtime
from voicegate.gateway.models.openai_setup import ModelPlan, render_update
from voicegate.gateway.sim.rig.spoil import spoiled_texts
from voicegate.gateway.sim.rig.wire import MemoryWire

PLAN = ModelPlan(instructions="Be brief.")
PCMU = ModelPlan(instructions="Be brief.", audio="pcmu")

# -- frames as recorded, with invented ids ---------------------------------------------------------

CREATED = '{"type":"session.created","event_id":"event_0","session":{"type":"realtime","object":"realtime.session","id":"sess_1","model":"gpt-realtime-2.1"}}'
UPDATED = '{"type":"session.updated","event_id":"event_E0000000000000000001","session":{"type":"realtime","object":"realtime.session","id":"sess_E0000000000000000001","model":"gpt-realtime-2.1","output_modalities":["audio"],"instructions":"Be brief.","tools":[],"tool_choice":"auto","max_output_tokens":2048,"tracing":null,"truncation":{"type":"retention_ratio","retention_ratio":0.8,"token_limits":{"post_instructions":8000}},"prompt":null,"expires_at":1795222800,"audio":{"input":{"format":{"type":"audio/pcmu"},"transcription":{"model":"gpt-realtime-whisper","language":null,"prompt":null},"noise_reduction":null,"turn_detection":{"type":"server_vad","threshold":0.55,"prefix_padding_ms":300,"silence_duration_ms":500,"idle_timeout_ms":null,"create_response":true,"interrupt_response":false}},"output":{"format":{"type":"audio/pcmu"},"voice":"marin","speed":1.0}},"include":null}}'
STARTED = '{"type":"input_audio_buffer.speech_started","event_id":"event_1","audio_start_ms":1460,"item_id":"item_U1"}'
STOPPED = '{"type":"input_audio_buffer.speech_stopped","event_id":"event_2","audio_end_ms":4256,"item_id":"item_U1"}'
COMMITTED = '{"type":"input_audio_buffer.committed","event_id":"event_3","previous_item_id":null,"item_id":"item_U1"}'
USER_ITEM = '{"type":"conversation.item.added","event_id":"event_4","previous_item_id":null,"item":{"id":"item_U1","type":"message","status":"completed","role":"user","content":[{"type":"input_audio","transcript":null}]}}'
RESPONSE = '{"type":"response.created","event_id":"event_5","response":{"object":"realtime.response","id":"resp_R1","status":"in_progress","status_details":null,"output":[],"conversation_id":"conv_C1","output_modalities":["audio"],"max_output_tokens":"inf","audio":{"output":{"format":{"type":"audio/pcmu"},"voice":"marin"}},"usage":null,"metadata":null}}'
ITEM = '{"type":"response.output_item.added","event_id":"event_6","response_id":"resp_R1","output_index":0,"item":{"id":"item_A1","type":"message","status":"in_progress","role":"assistant","content":[],"phase":"final_answer"}}'
FUNCTION_DONE = '{"type":"response.output_item.done","event_id":"event_20","response_id":"resp_R1","output_index":1,"item":{"id":"item_F1","type":"function_call","status":"completed","name":"get_order","call_id":"call_0","arguments":"{\\"id\\":7}"}}'
PART = '{"type":"response.content_part.added","event_id":"event_7","response_id":"resp_R1","item_id":"item_A1","output_index":0,"content_index":0,"part":{"type":"audio","transcript":""}}'
SAID = '{"type":"response.output_audio_transcript.delta","event_id":"event_8","response_id":"resp_R1","item_id":"item_A1","output_index":0,"content_index":0,"delta":"Hello","obfuscation":"abcdefghijk"}'
ALL_SAID = '{"type":"response.output_audio_transcript.done","event_id":"event_9","response_id":"resp_R1","item_id":"item_A1","output_index":0,"content_index":0,"transcript":"Hello there."}'
DELTA = '{"type":"response.output_audio.delta","event_id":"event_10","response_id":"resp_R1","item_id":"item_A1","output_index":0,"content_index":0,"delta":"/38A"}'
AUDIO_DONE = '{"type":"response.output_audio.done","event_id":"event_11","response_id":"resp_R1","item_id":"item_A1","output_index":0,"content_index":0}'
CALLER_DELTA = '{"type":"conversation.item.input_audio_transcription.delta","event_id":"event_12","item_id":"item_U1","content_index":0,"delta":"I would"}'
CALLER_ALL = '{"type":"conversation.item.input_audio_transcription.completed","event_id":"event_13","item_id":"item_U1","content_index":0,"transcript":"I would like","usage":{"type":"duration","seconds":3}}'
FUNCTION_ITEM = '{"type":"response.output_item.added","event_id":"event_14","response_id":"resp_R2","output_index":1,"item":{"id":"item_F1","type":"function_call","status":"in_progress","name":"get_order","call_id":"call_0123456789abcdef","arguments":""}}'
ARGUMENTS = '{"type":"response.function_call_arguments.done","event_id":"event_15","response_id":"resp_R2","item_id":"item_F1","output_index":1,"call_id":"call_0123456789abcdef","name":"get_order","arguments":"{\\"id\\":7}"}'
DONE = '{"type":"response.done","event_id":"event_16","response":{"object":"realtime.response","id":"resp_R1","status":"completed","status_details":null,"output":[{"id":"item_A1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_audio","transcript":"Hello there."}],"phase":"final_answer"}],"conversation_id":"conv_C1","output_modalities":["audio"],"max_output_tokens":"inf","audio":{"output":{"format":{"type":"audio/pcmu"},"voice":"marin"}},"usage":{"total_tokens":205,"input_tokens":41,"output_tokens":164,"input_token_details":{"text_tokens":14,"audio_tokens":27,"image_tokens":0,"cached_tokens":0},"output_token_details":{"text_tokens":28,"audio_tokens":136}},"metadata":null}}'
RATE_LIMITS = '{"type":"rate_limits.updated","event_id":"event_17","rate_limits":[{"name":"tokens","limit":15000000,"remaining":14998954,"reset_seconds":0.004}]}'
TRUNCATED = '{"type":"conversation.item.truncated","event_id":"event_18","item_id":"item_A1","content_index":0,"audio_end_ms":1850}'
ERROR = '{"type":"error","event_id":"event_19","error":{"type":"invalid_request_error","code":"response_cancel_not_active","message":"Cancellation failed: no active response found","param":null,"event_id":"cancel-3"}}'
KEY = '{"type":"input_audio_buffer.dtmf_event_received","event":"9","received_at":1795219300}'

FRAMES: list[tuple[str, Event | None]] = [
    (CREATED, ModelConnected()),
    (UPDATED, ModelOpened("audio/pcmu", "audio/pcmu")),
    (STARTED, ModelHeardSpeech("item_U1", 1_460)),
    (STOPPED, ModelHeardQuiet("item_U1", 4_256, silence_ms=500)),
    (COMMITTED, ModelCommitted("item_U1")),
    (USER_ITEM, None),
    (RESPONSE, ModelResponding("resp_R1")),
    (ITEM, ModelItemAdded("item_A1", "resp_R1")),
    (PART, None),
    (SAID, ModelSaid("item_A1", "Hello", is_final=False)),
    (ALL_SAID, ModelSaid("item_A1", "Hello there.", is_final=True)),
    (DELTA, ModelAudio("item_A1", "resp_R1", b"\xff\x7f\x00")),
    (AUDIO_DONE, ModelAudioDone("item_A1", "resp_R1")),
    (CALLER_DELTA, CallerSaid("item_U1", "I would", is_final=False)),
    (CALLER_ALL, CallerSaid("item_U1", "I would like", is_final=True)),
    (FUNCTION_ITEM, None),
    (ARGUMENTS, None),
    (FUNCTION_DONE, ModelCalled("resp_R1", "call_0", "get_order", '{"id":7}')),
    (FUNCTION_DONE.replace("completed", "incomplete"), None),
    (ITEM.replace(".added", ".done"), None),
    (DONE, ModelResponded("resp_R1", ResponseStatus.COMPLETED, "", 41, 164)),
    (RATE_LIMITS, None),
    (TRUNCATED, ModelTruncated("item_A1", 1_850)),
    (ERROR, ModelFault("response_cancel_not_active", "cancel-3")),
    (KEY, None),
]


def model(plan: ModelPlan = PCMU) -> OpenAIRealtime:
    return OpenAIRealtime(plan)


def read(subject: OpenAIRealtime, text: str) -> Event | None:
    return subject.parse(text.encode())


def message(text: str, **members: Any) -> str:
    return json.dumps({**json.loads(text), **members})


# -- wire to event ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("frame", "event"), FRAMES)
def test_each_recorded_frame_is_one_event_or_none(frame: str, event: Event | None) -> None:
    """C115, E35: unknown types and members mean nothing here."""
    assert read(model(), frame) == event
    assert read(model(), message(frame, brand_new={"x": [1]})) == event


@pytest.mark.parametrize(
    ("status", "details", "reason"),
    [
        ("cancelled", {"type": "cancelled", "reason": "turn_detected"}, "turn_detected"),
        ("cancelled", {"type": "cancelled", "reason": "client_cancelled"}, "client_cancelled"),
        ("incomplete", {"type": "incomplete", "reason": "content_filter"}, "content_filter"),
        (
            "failed",
            {"type": "failed", "error": {"type": "server_error", "code": "rate_limit_exceeded"}},
            "rate_limit_exceeded",
        ),
        (
            "failed",
            {"type": "failed", "error": {"type": "server_error", "code": None}},
            "server_error",
        ),
        ("failed", {"type": "failed", "error": {}}, ""),
        ("cancelled", None, ""),
    ],
)
def test_the_end_of_a_response_tells_how_and_why(status: str, details: object, reason: str) -> None:
    """E27 to E32, E34: a failed one comes without usage and without an error event."""
    done = json.loads(DONE)
    done["response"] |= {"status": status, "status_details": details, "usage": None}
    event = read(model(), json.dumps(done))
    assert event == ModelResponded("resp_R1", ResponseStatus(status), reason)


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (
            {"type": "invalid_request_error", "code": None, "message": "Missing bearer or basic"},
            ModelFault("missing_authentication"),
        ),
        (
            {
                "type": "invalid_request_error",
                "code": "invalid_value",
                "param": "audio_end_ms",
                "message": "Audio content of 3700ms is already shorter than 3760ms",
                "event_id": "truncate-7",
            },
            ModelFault("audio_end_too_large", "truncate-7", 3_700),
        ),
        (
            {"type": "invalid_request_error", "code": "invalid_value", "param": "type"},
            ModelFault("invalid_value"),
        ),
        ({"type": "server_error", "code": None, "message": "sorry"}, ModelFault("server_error")),
        ({"type": "server_error"}, ModelFault("server_error")),
        ({}, ModelFault("unknown")),
    ],
)
def test_an_error_has_a_name_even_where_the_service_gives_none(
    error: object, fault: ModelFault
) -> None:
    """C116, C117, E6, E18."""
    assert read(model(), message(ERROR, error=error)) == fault


@pytest.mark.parametrize("text", ["[]", "7", '"error"', "null", "{}", '{"type":[]}'])
def test_what_is_no_message_means_nothing(text: str) -> None:
    """E37."""
    assert read(model(), text) is None


def test_what_cannot_be_read_is_counted_until_something_can() -> None:
    """E37: no JSON, or a binary frame."""
    subject, events = model(), list[Event]()
    subject.start(events.append)
    for text in ("", "{"):
        subject.on_text(text.encode())
    subject.on_binary()
    subject.on_text(b'{"type":"rate_limits.updated"}')
    subject.on_text(b"\xff")
    assert events == [ModelUnreadable(n) for n in (1, 2, 3, 1)]


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"response.created"}',
        '{"type":"response.created","response":[]}',
        '{"type":"response.done","response":{"id":"r","status":"brand_new"}}',
        '{"type":"input_audio_buffer.speech_started","item_id":"i","audio_start_ms":"soon"}',
        '{"type":"error","error":"bad"}',
        '{"type":"session.updated","session":{}}',
        message(DELTA, delta=7),
        message(DELTA, delta="ü"),
        message(DELTA, delta="A"),
        message(ITEM, item={}),
    ],
)
def test_a_message_that_lacks_what_it_must_hold_means_nothing(text: str) -> None:
    """E35, E37."""
    assert read(model(), text) is None


# -- action to wire --------------------------------------------------------------------------------

ACTIONS: list[tuple[ModelAction, object]] = [
    (
        CancelResponse("cancel-1", "resp_R1"),
        {"type": "response.cancel", "event_id": "cancel-1", "response_id": "resp_R1"},
    ),
    (
        TruncateItem("truncate-2", "item_A1", 1_390),
        {
            "type": "conversation.item.truncate",
            "event_id": "truncate-2",
            "item_id": "item_A1",
            "content_index": 0,
            "audio_end_ms": 1_390,
        },
    ),
    (
        DeleteItem("delete-3", "item_A2"),
        {"type": "conversation.item.delete", "event_id": "delete-3", "item_id": "item_A2"},
    ),
    (AskForResponse("ask-4"), {"type": "response.create", "event_id": "ask-4"}),
    (
        AddNote("note-5", Speaker.USER, 'He said "4 2" ü'),
        {
            "type": "conversation.item.create",
            "event_id": "note-5",
            "item": {
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": 'He said "4 2" ü'}],
            },
        },
    ),
    (
        AnswerFunction("result-6", "call_1", '{"done":true}'),
        {
            "type": "conversation.item.create",
            "event_id": "result-6",
            "item": {
                "type": "function_call_output",
                "call_id": "call_1",
                "output": '{"done":true}',
            },
        },
    ),
    (ForgetHeard("forget-7"), {"type": "input_audio_buffer.clear", "event_id": "forget-7"}),
    (HearAudio(b"\xff\x7f\x00"), {"type": "input_audio_buffer.append", "audio": "/38A"}),
]


@pytest.mark.parametrize(("action", "expected"), ACTIONS)
def test_each_action_is_one_message(action: ModelAction, expected: object) -> None:
    """C117, I23: with the id by which a refusal is told to be its own."""
    subject, wire = model(), MemoryWire()
    subject.connected(wire)
    read(subject, UPDATED)
    subject.perform(action)
    (sent,) = wire.sent
    assert json.loads(sent) == expected


@pytest.mark.parametrize("is_minimal", [True, False])
def test_the_settings_are_those_of_the_plan(*, is_minimal: bool) -> None:
    """C80, E10."""
    subject, wire = model(PLAN), MemoryWire()
    subject.connected(wire)
    subject.perform(ConfigureModel("settings-1", is_minimal=is_minimal))
    assert wire.sent == [render_update(PLAN, "settings-1", is_minimal=is_minimal)]


def test_no_audio_is_sent_before_the_session_is_set() -> None:
    """C8, X18: in which format?"""
    subject, wire = model(), MemoryWire()
    subject.connected(wire)
    subject.perform(HearAudio(bytes(160)))
    assert wire.sent == []


# -- the socket ------------------------------------------------------------------------------------


def test_frames_become_events_and_meaningless_ones_do_not() -> None:
    subject, events = model(), list[Event]()
    subject.start(events.append)
    for frame in (CREATED, RATE_LIMITS, STARTED):
        subject.on_text(frame.encode())
    assert events == [ModelConnected(), ModelHeardSpeech("item_U1", 1_460)]


def test_the_end_of_the_socket_is_told_with_its_code_and_reason() -> None:
    """E23 to E26."""
    subject, wire, events = model(), MemoryWire(), list[Event]()
    subject.start(events.append)
    subject.connected(wire)
    subject.on_closed(4000, "invalid_request_error.invalid_model")
    assert events == [ModelClosed(4000, "invalid_request_error.invalid_model")]
    subject.perform(AskForResponse("ask-1"))
    assert wire.sent == []


def test_what_the_model_has_not_read_is_told() -> None:
    """C35."""
    subject, wire = model(), MemoryWire(unread=7)
    assert subject.backlog_bytes() == 0
    subject.connected(wire)
    assert subject.backlog_bytes() == 7


def test_a_session_that_is_over_says_nothing_more() -> None:
    """C16, C21: closed with 1000, once."""
    subject, wire, events = model(), MemoryWire(), list[Event]()
    subject.start(events.append)
    subject.connected(wire)
    subject.close()
    subject.close()
    subject.on_text(STARTED.encode())
    subject.on_closed(1000, "")
    assert wire.closes == [1000]
    assert events == []


# -- whatever comes --------------------------------------------------------------------------------

PARSED: list[Any] = [json.loads(frame) for frame, _ in FRAMES]


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_no_message_makes_the_parser_raise(seed: int) -> None:
    """C31, E37: 20,000 messages: 200 sessions, 50 spoiled and 50 garbled ones for each."""
    rng = Random(seed)
    subject = model(rng.choice([PLAN, PCMU]))
    for _ in range(50):
        for form in spoiled_texts(rng, rng.choice(PARSED)):
            subject.parse(form)


@given(data=st.binary(max_size=200))
def test_no_bytes_make_the_parser_raise(data: bytes) -> None:
    """C31, E37."""
    model().parse(data)
    model().parse(memoryview(data))


@pytest.mark.parametrize(
    "spoiled", [{"usage": []}, {"status_details": "gone"}, {"usage": {"input_tokens": "x"}}]
)
def test_an_end_is_an_end_whatever_is_told_beside_it(spoiled: dict[str, Any]) -> None:
    """E34, E35: a response whose end is not noticed would hold up the next."""
    response = {"id": "r1", "status": "completed", **spoiled}
    text = json.dumps({"type": "response.done", "response": response})
    assert read(model(), text) == ModelResponded("r1", ResponseStatus.COMPLETED, "")


def test_an_event_that_is_repeated_counts_once() -> None:
    """E35: a delta that came twice would be played twice, and be too much of what was said."""
    subject = model()
    delta = {"event_id": "e7", "response_id": "r1", "item_id": "a", "delta": "AAAA"}
    text = json.dumps({"type": "response.output_audio.delta", **delta})
    assert isinstance(read(subject, text), ModelAudio)
    assert read(subject, text) is None
    assert isinstance(read(subject, text.replace("e7", "e8")), ModelAudio)
    assert isinstance(read(subject, text.replace("AAAA", "AAAB")), ModelAudio)  # its ids are bad
