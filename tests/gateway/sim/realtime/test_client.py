"""What a client's events do, and how they are refused."""

import copy
from base64 import b64encode

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.gateway.sim.realtime.dialog import PCMU, Dialog
from voicegate.gateway.sim.realtime.events import SUPPORTED_TYPES
from voicegate.gateway.sim.realtime.faults import Fault
from voicegate.gateway.sim.realtime.settings import RealtimeSettings
from voicegate.gateway.sim.realtime.wire import Json

BOTH_PCMU = {"input": {"format": PCMU}, "output": {"format": PCMU}}
UPDATE: Json = {"type": "realtime", "audio": BOTH_PCMU}


def new_dialog(*faults: Fault) -> Dialog:
    dialog = Dialog(RealtimeSettings(faults=faults))
    dialog.connect()
    dialog.events.clear()
    return dialog


def message(role: str, text: str, **members: str) -> Json:
    kind = "output_text" if role == "assistant" else "input_text"
    return {"type": "message", "role": role, "content": [{"type": kind, "text": text}], **members}


def formats(event: Json) -> list[str]:
    return [event["session"]["audio"][side]["format"]["type"] for side in ("input", "output")]


def test_an_update_is_answered_with_the_whole_session():
    dialog = new_dialog()
    (updated,) = dialog.send("session.update", event_id="cfg-1", session=UPDATE)
    assert updated["type"] == "session.updated"
    assert updated["session"]["id"].startswith("sess_")
    assert formats(updated) == ["audio/pcmu"] * 2


def test_a_refused_update_names_the_event_and_changes_nothing():
    """C171: atomic, the error carries the client's event id and the full path."""
    dialog = new_dialog()
    before = copy.deepcopy(dialog.server.session)
    (refused,) = dialog.send(
        "session.update", event_id="cfg-1", session={**UPDATE, "bogus_field": 1}
    )
    assert refused["error"]["event_id"] == "cfg-1"
    assert refused["error"]["param"] == "session.bogus_field"
    assert refused["error"]["message"] == "Unknown parameter: 'session.bogus_field'."
    assert dialog.server.session == before
    assert [note.kind for note in dialog.notes] == ["refused"]


def test_a_beta_shaped_update_is_refused_so_that_nobody_hears_static():
    """C171: the beta's flat fields."""
    beta = {"modalities": ["text", "audio"], "input_audio_format": "g711_ulaw", "voice": "alloy"}
    dialog = new_dialog()
    assert dialog.send("session.update", session=beta)[0]["type"] == "error"
    assert dialog.send("session.update", session={"type": "realtime", **beta})[0]["type"] == "error"
    assert dialog.server.session["audio"]["output"]["format"]["type"] == "audio/pcm"


@pytest.mark.parametrize(
    ("message_text", "code", "param"),
    [
        ('{"type":"nope"}', "invalid_value", "type"),
        ('{"type":7}', "invalid_value", "type"),
        ('{"type":"session.close"}', "invalid_event", "type"),
        ('{"type":"output_audio_buffer.clear"}', "invalid_value", "type"),
        ("{}", "invalid_event", "type"),
        ('{"type":"input_audio_buffer.append","audio":"*"}', "invalid_value", "audio"),
        ('{"type":"input_audio_buffer.append","audio":7}', "invalid_type", "audio"),
        ('{"type":"input_audio_buffer.append","audio":"","x":1}', "unknown_parameter", "x"),
    ],
)
def test_events_that_make_no_sense_are_refused_and_the_session_goes_on(
    message_text: str, code: str, param: str
):
    dialog = new_dialog()
    (refused,) = dialog.send_text(message_text)
    assert (refused["error"]["code"], refused["error"]["param"]) == (code, param)
    assert dialog.send("session.update", session=UPDATE)[0]["type"] == "session.updated"


def test_an_unknown_type_is_refused_with_the_supported_ones():
    (refused,) = new_dialog().send("nope", event_id="x")
    expected = (
        ", ".join(f"'{kind}'" for kind in SUPPORTED_TYPES[:-1]) + f", and '{SUPPORTED_TYPES[-1]}'"
    )
    assert (
        refused["error"]["message"] == f"Invalid value: 'nope'. Supported values are: {expected}."
    )
    assert refused["error"]["event_id"] == "x"


def test_an_append_is_never_answered_whatever_members_it_brings():
    dialog = new_dialog()
    assert dialog.send("input_audio_buffer.append", audio="AAAA") == []
    assert dialog.send("input_audio_buffer.append", audio="AAAA", event_id="e") == []
    assert dialog.server.appended_ms == 0  # 6 bytes of PCM are no millisecond yet


@given(
    audio=st.one_of(st.binary(max_size=300).map(b64encode).map(bytes.decode), st.text(max_size=40)),
    tail=st.sampled_from(["", ',"event_id":"e"', ',"audio":"AAAA"', " "]),
)
def test_the_short_way_of_an_append_ends_where_the_long_way_does(audio: str, tail: str):
    message = (
        '{"type":"input_audio_buffer.append","audio":' + orjson.dumps(audio).decode() + tail + "}"
    )
    short, long = new_dialog(), new_dialog()
    answers = short.send_text(message), long.send_text(" " + message)
    assert [event["error"]["code"] for event in answers[0]] == [
        event["error"]["code"] for event in answers[1]
    ]
    assert short.server.appended_ms == long.server.appended_ms


def test_a_created_item_is_added_and_done_at_once_in_its_place():
    dialog = new_dialog()
    dialog.send("conversation.item.create", item=message("user", "b", id="b"))
    added, done = dialog.send(
        "conversation.item.create", item=message("system", "a", id="a"), previous_item_id="root"
    )
    assert (added["type"], done["type"]) == ("conversation.item.added", "conversation.item.done")
    assert (added["previous_item_id"], added["item"]["status"]) == (None, "completed")
    tail = dialog.send(
        "conversation.item.create", item=message("assistant", "c", id="c"), previous_item_id="b"
    )
    assert tail[0]["previous_item_id"] == "b"
    assert [item.id for item in dialog.server.conversation.items] == ["a", "b", "c"]


def test_items_can_be_read_again_and_deleted_once():
    dialog = new_dialog()
    dialog.send("conversation.item.create", item=message("user", "hi", id="a"))
    (shown,) = dialog.send("conversation.item.retrieve", item_id="a")
    assert shown["item"]["content"] == [{"type": "input_text", "text": "hi"}]
    (deleted,) = dialog.send("conversation.item.delete", item_id="a")
    assert (deleted["type"], deleted["item_id"]) == ("conversation.item.deleted", "a")
    (refused,) = dialog.send("conversation.item.delete", item_id="a")
    assert refused["error"]["code"] == "item_delete_invalid_item_id"


def test_a_result_without_its_call_is_taken_and_noted():
    dialog = new_dialog()
    result = {"type": "function_call_output", "call_id": "call_x", "output": "7"}
    assert len(dialog.send("conversation.item.create", item=result)) == 2
    assert [note.kind for note in dialog.notes] == ["result without a call"]
    call = {"type": "function_call", "call_id": "call_y", "name": "f", "arguments": "{}"}
    dialog.send("conversation.item.create", item=call)
    dialog.send("conversation.item.create", item={**result, "call_id": "call_y"})
    assert len(dialog.notes) == 1


def test_a_text_that_is_too_long_is_refused():
    dialog = Dialog(RealtimeSettings(text_limit=10))
    dialog.connect()
    (refused,) = dialog.send("conversation.item.create", item=message("user", "x" * 11))
    assert refused["error"]["code"] == "string_above_max_length"


def test_the_echo_may_lie_about_the_formats():
    """C173, E10: a wrong echo, in words or in truth."""
    lying = new_dialog(Fault("wrong_echo", at=1))
    assert formats(lying.send("session.update", session=UPDATE)[0]) == ["audio/pcm"] * 2
    assert lying.server.session["audio"]["output"]["format"] == PCMU
    assert formats(lying.send("session.update", session=UPDATE)[0]) == ["audio/pcmu"] * 2
    ignoring = new_dialog(Fault("format_ignored", at=1))
    assert formats(ignoring.send("session.update", session=UPDATE)[0]) == ["audio/pcm"] * 2
    assert ignoring.server.session["audio"]["output"]["format"]["type"] == "audio/pcm"


def test_an_update_may_be_refused_or_never_answered():
    """C173, E5 and E10."""
    refusing = new_dialog(Fault("update_refused", at=1, text="unknown_parameter"))
    assert (
        refusing.send("session.update", session=UPDATE)[0]["error"]["code"] == "unknown_parameter"
    )
    assert refusing.send("session.update", session=UPDATE)[0]["type"] == "session.updated"
    silent = new_dialog(Fault("no_session_updated", at=1))
    assert silent.send("session.update", session=UPDATE) == []
    assert silent.server.session["audio"]["input"]["format"] == PCMU


def test_a_truncate_may_be_refused_although_it_is_right():
    """C173, E18: the refusal names a length."""
    text = "conversation.item.truncate=invalid_value"
    dialog = new_dialog(Fault("event_refused", text=text, value=120))
    (refused,) = dialog.send(
        "conversation.item.truncate", item_id="a", content_index=0, audio_end_ms=300
    )
    assert refused["error"]["message"] == "Audio content of 120ms is already shorter than 300ms"


def test_any_event_may_be_refused_with_any_code():
    """C173, E12-E22: the second truncate, and no other event."""
    fault = Fault(
        "event_refused", at=2, text="conversation.item.delete=item_delete_invalid_item_id"
    )
    dialog = new_dialog(fault)
    for number, item_id in enumerate("abc", 1):
        dialog.send("conversation.item.create", item=message("user", "x", id=item_id))
        (answer,) = dialog.send("conversation.item.delete", item_id=item_id)
        assert (answer["type"] == "error") == (number == 2)
    assert [item.id for item in dialog.server.conversation.items] == ["b"]
