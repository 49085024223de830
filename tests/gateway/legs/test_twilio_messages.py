"""The carrier's messages, one by one as documented, and whatever else a socket can bring."""

import json
from base64 import b64encode
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicegate.gateway.core.events import (
    CallerAudio,
    CallerDigit,
    Event,
    LegClosed,
    LegEnd,
    LegFault,
    LegFaultKind,
    MarkPlayed,
)
from voicegate.gateway.legs.twilio_stream import StreamStart, parse, parse_start
from voicegate.gateway.sim.rig.spoil import spoiled_texts

SID = "MZ0123456789abcdef0123456789abcdef"
CALL_SID = "CA0123456789abcdef0123456789abcdef"
ACCOUNT_SID = "AC0123456789abcdef0123456789abcdef"
FRAME = bytes(range(160))

CONNECTED: dict[str, Any] = {"event": "connected", "protocol": "Call", "version": "1.0.0"}
START: dict[str, Any] = {
    "event": "start",
    "sequenceNumber": "1",
    "start": {
        "accountSid": ACCOUNT_SID,
        "streamSid": SID,
        "callSid": CALL_SID,
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"token": "abc.def"},
    },
    "streamSid": SID,
}
MEDIA: dict[str, Any] = {
    "event": "media",
    "sequenceNumber": "2",
    "media": {
        "track": "inbound",
        "chunk": "1",
        "timestamp": "155",
        "payload": b64encode(FRAME).decode(),
    },
    "streamSid": SID,
}
MARK: dict[str, Any] = {
    "event": "mark",
    "sequenceNumber": "4",
    "streamSid": SID,
    "mark": {"name": "0.12"},
}
DTMF: dict[str, Any] = {
    "event": "dtmf",
    "streamSid": SID,
    "sequenceNumber": "5",
    "dtmf": {"track": "inbound_track", "digit": "1"},
}
STOP: dict[str, Any] = {
    "event": "stop",
    "sequenceNumber": "9",
    "streamSid": SID,
    "stop": {"accountSid": ACCOUNT_SID, "callSid": CALL_SID},
}
STREAM = StreamStart(SID, CALL_SID, ACCOUNT_SID, "audio/x-mulaw", 8000, 1, {"token": "abc.def"})


def read(message: object) -> Event | None:
    return parse(json.dumps(message).encode(), SID)


def changed(message: dict[str, Any], inside: str, **members: Any) -> dict[str, Any]:
    """The message with other members in one of its objects; None takes a member away."""
    inner = {**message[inside], **members}
    return {**message, inside: {k: v for k, v in inner.items() if v is not None}}


# -- wire to event ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "event"),
    [
        (CONNECTED, None),
        (START, None),
        (MEDIA, CallerAudio(FRAME, 155, 1)),
        (MARK, MarkPlayed("0.12")),
        (DTMF, CallerDigit("1")),
        (STOP, LegClosed(LegEnd.STOPPED)),
    ],
)
def test_each_documented_message_is_one_event(message: dict[str, Any], event: Event) -> None:
    """C31: Twilio "Media Streams - WebSocket Messages"; the order of members does not matter."""
    assert read(message) == event
    assert read(dict(reversed(message.items()))) == event


@pytest.mark.parametrize("size", [0, 1, 8, 80, 160, 320, 4_000])
def test_a_payload_may_have_any_length(size: int) -> None:
    """C31."""
    payload = bytes(n % 251 for n in range(size))
    message = changed(MEDIA, "media", payload=b64encode(payload).decode())
    assert read(message) == CallerAudio(payload, 155, 1)


@pytest.mark.parametrize("digit", "0123456789*#ABCD")
def test_every_key_of_a_telephone_is_known(digit: str) -> None:
    """C76."""
    assert read(changed(DTMF, "dtmf", digit=digit)) == CallerDigit(digit)


def test_what_is_sent_on_the_other_track_means_nothing() -> None:
    """C31: our own sound, if somebody asks for it."""
    assert read(changed(MEDIA, "media", track="outbound")) is None


def test_a_message_without_a_track_is_the_callers() -> None:
    assert read(changed(MEDIA, "media", track=None)) == CallerAudio(FRAME, 155, 1)


@pytest.mark.parametrize("message", [MEDIA, MARK, DTMF, STOP])
@pytest.mark.parametrize("sid", ["MZother", "", None])
def test_a_message_of_another_stream_is_ignored_and_counted(
    message: dict[str, Any], sid: str | None
) -> None:
    """C31."""
    assert read({**message, "streamSid": sid}) == LegFault(LegFaultKind.WRONG_STREAM)


def test_an_unknown_event_is_ignored_and_counted() -> None:
    """C31."""
    assert read({**MARK, "event": "brand-new"}) == LegFault(LegFaultKind.UNKNOWN_EVENT)


@pytest.mark.parametrize("data", [b"", b"{", b"[1", b"\xff\xfe", b"NaN", b"[]", b'"media"', b"7"])
def test_what_is_no_json_object_is_counted_as_such(data: bytes) -> None:
    """C31."""
    assert parse(data, SID) == LegFault(LegFaultKind.NOT_JSON)
    assert parse_start(data) is None


@pytest.mark.parametrize(
    "message",
    [
        {"streamSid": SID},
        changed(MEDIA, "media", payload=None),
        changed(MEDIA, "media", payload="AA"),
        changed(MEDIA, "media", payload="A A="),
        changed(MEDIA, "media", payload="!AAAA"),
        changed(MEDIA, "media", payload="ü"),
        changed(MEDIA, "media", payload=5),
        changed(MEDIA, "media", timestamp=None),
        changed(MEDIA, "media", timestamp="soon"),
        changed(MEDIA, "media", timestamp="-20"),
        changed(MEDIA, "media", timestamp="9" * 400),
        changed(MEDIA, "media", timestamp="9" * 9_000),
        {**MEDIA, "media": "loud"},
        {**MARK, "mark": None},
        changed(DTMF, "dtmf", digit="11"),
        changed(DTMF, "dtmf", digit=""),
        changed(DTMF, "dtmf", digit=1),
        changed(DTMF, "dtmf", digit=["1"]),
        changed(DTMF, "dtmf", digit=None),
    ],
)
def test_a_message_with_a_part_that_cannot_be_read_is_counted_as_such(
    message: dict[str, Any],
) -> None:
    """C27, C31: one of media is a frame of the caller that is lost, another is not."""
    kind = LegFaultKind.BAD_MEDIA if "media" in message else LegFaultKind.UNDECODABLE
    assert read(message) == LegFault(kind)


def test_a_start_tells_which_call_it_is() -> None:
    """C7."""
    start = parse_start(json.dumps(START).encode())
    assert start == STREAM
    assert STREAM.is_mulaw


@pytest.mark.parametrize("parameters", [None, {}])
def test_a_start_may_come_without_parameters(parameters: object) -> None:
    message = changed(START, "start", customParameters=parameters)
    start = parse_start(json.dumps(message).encode())
    assert start is not None
    assert start.parameters == {}


@pytest.mark.parametrize(
    "media_format",
    [
        {"encoding": "audio/x-alaw", "sampleRate": 8000, "channels": 1},
        {"encoding": "audio/x-mulaw", "sampleRate": 16000, "channels": 1},
        {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 2},
    ],
)
def test_another_sound_than_promised_is_seen(media_format: object) -> None:
    """C7: whoever lets streams in refuses it."""
    message = changed(START, "start", mediaFormat=media_format)
    start = parse_start(json.dumps(message).encode())
    assert start is not None
    assert not start.is_mulaw


@pytest.mark.parametrize(
    "message",
    [
        CONNECTED,
        MEDIA,
        {"event": "start"},
        {**START, "start": []},
        changed(START, "start", callSid=None),
        changed(START, "start", mediaFormat=None),
        changed(START, "start", mediaFormat={"encoding": "x", "sampleRate": "fast", "channels": 1}),
        changed(START, "start", customParameters=["token"]),
    ],
)
def test_what_is_no_start_is_none(message: object) -> None:
    """C7."""
    assert parse_start(json.dumps(message).encode()) is None


# -- whatever comes --------------------------------------------------------------------------------


@settings(max_examples=200)
@given(seed=st.integers(0, 2**32))
def test_no_message_makes_the_parser_raise(seed: int) -> None:
    """C31: 20,000 messages: 200 seeds, 50 spoiled and 50 garbled ones for each."""
    rng = Random(seed)
    for _ in range(50):
        message = rng.choice([CONNECTED, START, MEDIA, MARK, DTMF, STOP])
        for form in spoiled_texts(rng, message):
            event = parse(form, SID)
            assert not isinstance(event, CallerAudio) or 0 <= event.line_ms <= 1 << 40
            parse_start(form)


@given(data=st.binary(max_size=200))
def test_no_bytes_make_the_parser_raise(data: bytes) -> None:
    """C31."""
    parse(data, SID)
    parse(memoryview(data), SID)
    parse_start(data)


def test_a_message_nested_too_deeply_is_a_fault() -> None:
    """C31, C143."""
    deep = "[" * 30_000 + "]" * 30_000  # as deep as a message may be long
    data = json.dumps({**MEDIA, "x": None}).replace("null", deep).encode()
    assert isinstance(parse(data, SID), LegFault)
