"""One leg of Twilio's: its socket's messages become events, actions become messages, one end."""

import json
from base64 import b64encode

import pytest

from voicegate.gateway.core.actions import ClearAudio, CloseLeg, PlaceMark, PlayAudio
from voicegate.gateway.core.events import (
    CallerAudio,
    Event,
    LegClosed,
    LegEnd,
    LegFault,
    LegFaultKind,
    LegOpened,
    MarkPlayed,
)
from voicegate.gateway.legs.twilio_stream import StreamStart, TwilioStream
from voicegate.gateway.sim.rig.wire import MemoryWire

SID = "MZ0123456789abcdef0123456789abcdef"
CALL_SID = "CA0123456789abcdef0123456789abcdef"
ACCOUNT_SID = "AC0123456789abcdef0123456789abcdef"
FRAME = bytes(range(160))
STREAM = StreamStart(SID, CALL_SID, ACCOUNT_SID, "audio/x-mulaw", 8000, 1)
PLACE = {"track": "inbound", "chunk": "1", "timestamp": "155"}


def text(event: str, **members: object) -> bytes:
    """A message of the carrier's on this stream."""
    return json.dumps({"event": event, "streamSid": SID, **members}).encode()


CONNECTED = b'{"event":"connected","protocol":"Call","version":"1.0.0"}'
MEDIA = text("media", media={**PLACE, "payload": b64encode(FRAME).decode()})
MARK = text("mark", mark={"name": "0.12"})


def leg(stream: StreamStart = STREAM) -> tuple[TwilioStream, MemoryWire, list[Event]]:
    wire, events = MemoryWire(), list[Event]()
    subject = TwilioStream(wire, stream)
    subject.start(events.append)
    return subject, wire, events


def test_the_first_event_of_a_leg_is_that_it_is_open() -> None:
    assert leg()[2] == [LegOpened(SID)]


def test_messages_become_events_and_meaningless_ones_do_not() -> None:
    subject, _, events = leg()
    for message in (CONNECTED, MEDIA, MARK):
        subject.on_text(message)
    subject.on_binary()
    assert events[1:] == [
        CallerAudio(FRAME, 155, 1),
        MarkPlayed("0.12"),
        LegFault(LegFaultKind.BINARY),
    ]


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (
            PlayAudio(FRAME, "item"),
            {"event": "media", "streamSid": SID, "media": {"payload": b64encode(FRAME).decode()}},
        ),
        (PlaceMark("3.141"), {"event": "mark", "streamSid": SID, "mark": {"name": "3.141"}}),
        (ClearAudio(), {"event": "clear", "streamSid": SID}),
    ],
)
def test_each_action_is_one_message_of_exactly_these_members(
    action: PlayAudio | PlaceMark | ClearAudio, message: object
) -> None:
    """C170.4, I23: a missing or an extra member would be ignored with warning 31951."""
    subject, wire, _ = leg()
    subject.perform(action)
    (sent,) = wire.sent
    assert json.loads(sent) == message


def test_an_id_of_the_carrier_cannot_break_out_of_a_message() -> None:
    hostile = StreamStart('MZ","event":"stop', CALL_SID, ACCOUNT_SID, "audio/x-mulaw", 8000, 1)
    subject, wire, _ = leg(hostile)
    for action in (PlayAudio(b"", "i"), PlaceMark("0.1"), ClearAudio()):
        subject.perform(action)
    assert [json.loads(sent)["streamSid"] for sent in wire.sent] == ['MZ","event":"stop'] * 3


def test_a_clear_also_drops_what_has_not_left_this_process() -> None:
    """C58: a clear that waits behind unsent audio would be played over."""
    subject, wire, _ = leg()
    wire.waiting = 3
    subject.perform(PlaceMark("0.1"))
    assert wire.waiting == 3
    subject.perform(ClearAudio())
    assert wire.waiting == 0


def test_a_leg_is_closed_with_the_code_that_was_asked_for() -> None:
    """C17."""
    subject, wire, _ = leg()
    subject.perform(CloseLeg(1011))
    assert wire.closes == [1011]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (1000, LegEnd.CLOSED),
        (1001, LegEnd.CLOSED),
        (1005, LegEnd.CLOSED),
        (1006, LegEnd.LOST),
        (1011, LegEnd.LOST),
        (1003, LegEnd.MISBEHAVED),
        (1007, LegEnd.MISBEHAVED),
        (1008, LegEnd.MISBEHAVED),
        (1009, LegEnd.MISBEHAVED),
    ],
)
def test_the_end_of_the_socket_is_the_end_of_the_leg(code: int, why: LegEnd) -> None:
    """C15."""
    subject, _, events = leg()
    subject.on_closed(code, "whatever")
    assert events[1:] == [LegClosed(why)]


def test_what_the_carrier_has_not_read_is_told() -> None:
    """C58."""
    subject, wire, _ = leg()
    wire.unread = 7
    assert subject.backlog_bytes() == 7


def test_a_leg_that_is_over_says_nothing_more() -> None:
    """C21."""
    subject, wire, events = leg()
    subject.close()
    subject.on_text(MEDIA)
    subject.on_closed(1000, "")
    assert events == [LegOpened(SID)]
    assert wire.closes == [1000]


def test_a_leg_that_nobody_listens_to_is_silent() -> None:
    subject = TwilioStream(MemoryWire(), STREAM)
    subject.on_text(MEDIA)
