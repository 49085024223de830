"""Events as they leave, and how faults spoil them."""

import base64
import random
from typing import Any

import orjson
import pytest

from voicegate.gateway.sim.outputs import Close, Drop, Output, Send, SendBytes
from voicegate.gateway.sim.realtime.faults import Fault, Faults
from voicegate.gateway.sim.realtime.refusals import Refused
from voicegate.gateway.sim.realtime.wire import Wire, identifier


def new_wire(*faults: Fault) -> Wire:
    return Wire(Faults(faults, 1), random.Random(1))


def three_events(*faults: Fault) -> list[Output]:
    wire = new_wire(*faults)
    for number in range(1, 4):
        wire.event("x", n=number)
    return wire.take()


def parsed(outputs: list[Output]) -> list[dict[str, Any]]:
    return [orjson.loads(output.text) for output in outputs if isinstance(output, Send)]


def numbers(outputs: list[Output]) -> list[int]:
    return [event["n"] for event in parsed(outputs) if event["type"] == "x"]


def test_every_event_has_its_own_id_of_the_recorded_form():
    ids = [event["event_id"] for event in parsed(three_events())]
    assert len(set(ids)) == 3
    assert all(event_id.startswith("event_") and len(event_id) == 27 for event_id in ids)
    made = identifier("item_", random.Random(1))
    assert len(made) == 26
    assert made[5:].isalnum()


def test_the_hot_events_parse_as_any_other():
    wire = new_wire()
    wire.audio('"response_id":"r",', b"\x5a\xff")
    wire.words("response.output_audio_transcript.delta", '"response_id":"r",', ' "hé\n')
    audio, words = parsed(wire.take())
    assert audio.keys() == {"type", "event_id", "response_id", "delta"}
    assert base64.b64decode(audio["delta"]) == b"\x5a\xff"
    assert words["delta"] == ' "hé\n'


@pytest.mark.parametrize("length", [1, 7, 15])
def test_words_are_padded_to_16_characters(length: int):
    wire = new_wire()
    wire.words("k", "", "x" * length)
    (event,) = parsed(wire.take())
    assert len(event["delta"]) + len(event["obfuscation"]) == 16
    assert event["obfuscation"].isalpha()


def test_an_error_has_all_five_members_and_the_clients_id():
    wire = new_wire()
    wire.error(Refused("code", "message", "param"), "cfg-1")
    (event,) = parsed(wire.take())
    assert event["error"] == {
        "type": "invalid_request_error", "code": "code", "message": "message", "param": "param",
        "event_id": "cfg-1",
    }  # fmt: skip


def test_nothing_leaves_after_a_close():
    wire = new_wire()
    wire.close(1001, "over")
    wire.event("x", n=1)
    wire.close(1000)
    assert wire.take() == [Close(1001, "over")]
    assert wire.is_closed


def test_a_kill_replaces_the_event_of_its_number():
    """C173: the model is killed at event k, with or without a close frame."""
    closed = three_events(Fault("close", at=2, value=1011, text="boom"))
    assert (numbers(closed), closed[-1]) == ([1], Close(1011, "boom"))
    dropped = three_events(Fault("drop", at=3))
    assert (numbers(dropped), dropped[-1]) == ([1, 2], Drop())


def test_a_half_dead_server_keeps_its_socket_and_says_nothing():
    outputs = three_events(Fault("half_dead", at=2))
    assert numbers(outputs) == [1]
    assert not any(isinstance(output, Close | Drop) for output in outputs)


@pytest.mark.parametrize(
    ("fault", "stray"),
    [
        (Fault("unknown_event", at=2), b"x.new.event"),
        (Fault("unknown_error", at=2), b"x_new_code"),
        (
            Fault("error_event", at=2, text="insufficient_quota"),
            b'"insufficient_quota","code":null',
        ),
        (Fault("error_event", at=2, text="server_error.x"), b'"server_error","code":"x"'),
        (Fault("huge_message", at=2, value=1000), b"x" * 1000),
    ],
)
def test_a_stray_message_comes_before_the_event_and_parses(fault: Fault, stray: bytes):
    outputs = three_events(fault)
    assert numbers(outputs) == [1, 2, 3]
    assert len(parsed(outputs)) == 4
    assert isinstance(outputs[1], Send)
    assert stray in outputs[1].text.encode()


def test_what_does_not_parse_is_text_or_binary():
    text, binary = three_events(Fault("bad_json", at=1), Fault("binary_frame", at=1))[:2]
    assert isinstance(text, Send)
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(text.text)
    assert isinstance(binary, SendBytes)


def test_events_are_repeated_with_the_same_id_or_gain_and_lose_members():
    first, second, *_ = parsed(three_events(Fault("repeated_event", at=1)))
    assert first == second
    assert "x_new_member" in parsed(three_events(Fault("extra_fields", at=1)))[0]
    assert "event_id" not in parsed(three_events(Fault("missing_fields", at=1)))[0]
