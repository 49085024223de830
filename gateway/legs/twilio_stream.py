"""Twilio Media Streams: the carrier's JSON messages to events, and actions to messages.

Twilio "Media Streams - WebSocket Messages": every scalar is a string except `mediaFormat`'s
numbers; the first timestamp is not 0; `clear` sends back every outstanding mark.
"""

import binascii
from dataclasses import dataclass, field
from typing import Any, assert_never

import orjson
from msgspec import DecodeError, Struct
from msgspec.json import Decoder

from ..core.actions import ClearAudio, CloseLeg, LegAction, PlaceMark, PlayAudio
from ..core.events import (
    CallerAudio,
    CallerDigit,
    LegClosed,
    LegEnd,
    LegEvent,
    LegFault,
    LegFaultKind,
    LegOpened,
    MarkPlayed,
)
from ..core.wire import Deliver, Wire

DIGITS = frozenset("0123456789*#ABCD")
NORMAL_CLOSES = (1000, 1001, 1005)
LINE_MS_MAX = 1 << 40  # far beyond any call


@dataclass(frozen=True, slots=True)
class StreamStart:
    """The carrier's `start`: which call, which stream, which sound, and our own parameters."""

    stream_id: str
    call_sid: str
    account_sid: str
    encoding: str
    rate: int
    channels: int
    parameters: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def is_mulaw(self) -> bool:
        """The one sound that the documentation promises."""
        return (self.encoding, self.rate, self.channels) == ("audio/x-mulaw", 8000, 1)


def parse_start(data: bytes | memoryview) -> StreamStart | None:
    """The first messages of a stream: a `start`, or None for `connected` and anything else."""
    message = _load(data)
    if message is None or message.get("event") != "start":
        return None
    try:
        start = message["start"]
        media = start["mediaFormat"]
        parameters: dict[str, Any] = start.get("customParameters") or {}
        return StreamStart(
            stream_id=str(start["streamSid"]),
            call_sid=str(start["callSid"]),
            account_sid=str(start["accountSid"]),
            encoding=str(media["encoding"]),
            rate=int(media["sampleRate"]),
            channels=int(media["channels"]),
            parameters={str(k): str(v) for k, v in parameters.items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


class _Media(Struct):
    payload: bytes  # of base64
    timestamp: int  # of a string
    chunk: int = 0  # of a string
    track: str = "inbound"


class _MediaMessage(Struct, tag_field="event", tag="media", rename="camel"):
    stream_sid: str
    media: _Media


_decode_media = Decoder(_MediaMessage, strict=False).decode


def parse(data: bytes | memoryview, stream_id: str) -> LegEvent | None:
    """One message after `start`. Never raises; None is a message that means nothing here."""
    try:
        message = _decode_media(data)  # what comes 50 times a second, in one go
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return _parse_rare(data, stream_id)
    media = message.media
    is_time = 0 <= media.timestamp <= LINE_MS_MAX
    if message.stream_sid == stream_id and media.track == "inbound" and is_time:
        return CallerAudio(media.payload, media.timestamp, media.chunk)
    return _parse_rare(data, stream_id)


def _parse_rare(data: bytes | memoryview, stream_id: str) -> LegEvent | None:
    message = _load(data)
    if message is None:
        return LegFault(LegFaultKind.NOT_JSON)
    try:
        return _parse(message, stream_id)
    except (KeyError, TypeError, ValueError, AttributeError):
        is_media = message.get("event") == "media"
        return LegFault(LegFaultKind.BAD_MEDIA if is_media else LegFaultKind.UNDECODABLE)


def _parse(message: dict[str, Any], stream_id: str) -> LegEvent | None:
    event = message["event"]
    if event != "connected" and message.get("streamSid") != stream_id:
        return LegFault(LegFaultKind.WRONG_STREAM)
    match event:
        case "media":
            media = message["media"]
            if media.get("track", "inbound") != "inbound":
                return None
            payload = binascii.a2b_base64(media["payload"], strict_mode=True)
            line_ms = int(media["timestamp"])
            is_time = 0 <= line_ms <= LINE_MS_MAX
            chunk = str(media.get("chunk"))
            number = int(chunk) if chunk.isdecimal() else 0
            if not is_time:
                return LegFault(LegFaultKind.BAD_MEDIA)
            return CallerAudio(payload, line_ms, number)
        case "mark":
            return MarkPlayed(str(message["mark"]["name"]))
        case "dtmf":
            digit = message["dtmf"]["digit"]
            known = digit in DIGITS
            return CallerDigit(digit) if known else LegFault(LegFaultKind.UNDECODABLE)
        case "stop":
            return LegClosed(LegEnd.STOPPED)
        case "connected" | "start":
            return None
        case _:
            return LegFault(LegFaultKind.UNKNOWN_EVENT)


def _load(data: bytes | memoryview) -> dict[str, Any] | None:
    try:
        message = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return message if isinstance(message, dict) else None  # pyright: ignore[reportUnknownVariableType]


class TwilioStream:
    """The leg of one call; ids and ready-made JSON heads are all it holds."""

    def __init__(self, wire: Wire, start: StreamStart) -> None:
        self._wire = wire
        self._stream_id = start.stream_id
        stream = orjson.dumps(start.stream_id)
        self._media_head = b'{"event":"media","streamSid":' + stream + b',"media":{"payload":"'
        self._mark_head = b'{"event":"mark","streamSid":' + stream + b',"mark":{"name":"'
        self._clear = b'{"event":"clear","streamSid":' + stream + b"}"
        self._deliver: Deliver | None = None

    def start(self, deliver: Deliver) -> None:
        """From now on events go there; the first is that the leg is open."""
        self._deliver = deliver
        deliver(LegOpened(self._stream_id))

    def on_text(self, data: bytes | memoryview) -> None:
        """A text frame of the carrier."""
        event = parse(data, self._stream_id)
        if event is not None and self._deliver is not None:
            self._deliver(event)

    def on_binary(self) -> None:
        """A binary frame, which the carrier never sends."""
        self._report(LegFault(LegFaultKind.BINARY))

    def on_closed(self, code: int, reason: str) -> None:
        """The socket is over."""
        if code in NORMAL_CLOSES:
            self._report(LegClosed(LegEnd.CLOSED))
        else:
            misbehaved = code in (1003, 1007, 1008, 1009)
            self._report(LegClosed(LegEnd.MISBEHAVED if misbehaved else LegEnd.LOST))

    def _report(self, event: LegEvent) -> None:
        if self._deliver is not None:
            self._deliver(event)

    def perform(self, action: LegAction) -> None:
        """Write it now."""
        match action:
            case PlayAudio():
                payload = binascii.b2a_base64(action.payload, newline=False)
                self._wire.send(self._media_head + payload + b'"}}')
            case PlaceMark():
                self._wire.send(self._mark_head + action.name.encode() + b'"}}')
            case ClearAudio():
                self._wire.drop_unsent()  # what has not left yet must not be played after this
                self._wire.send(self._clear)
            case CloseLeg():
                self._wire.close(action.code)
            case _:
                assert_never(action)

    def backlog_bytes(self) -> int:
        """What the carrier has not taken yet."""
        return self._wire.backlog_bytes()

    def close(self) -> None:
        """End the stream and say no more."""
        self._deliver = None
        self._wire.close(1000)
