"""The text of Media Streams: how the carrier writes it, and how strictly it reads the gateway's."""

import binascii
from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from msgspec import Struct

from ..assumptions import Assumption

_PAGE = 'Twilio "Media Streams - WebSocket Messages"'
ASSUMPTIONS = (
    Assumption(
        "`connected` carries neither a sequence number nor a stream SID", "documented", _PAGE
    ),
    Assumption("sequence numbers, chunks and timestamps are strings", "documented", _PAGE),
    Assumption(
        "sequence numbers count all messages from `start` = 1, chunks only media",
        "documented",
        _PAGE,
    ),
    Assumption(
        "the order of keys changes between the types of messages",
        "reported",
        "a captured stream in a public Bun sample",
    ),
    Assumption("`dtmf.track` is `inbound_track`, `media.track` is `inbound`", "documented", _PAGE),
    Assumption("`stop` says nothing about the reason", "documented", _PAGE),
    Assumption(
        "no JSON, an unknown event, a wrong SID, a missing or extra field: 31951 and ignored",
        "documented",
        "Twilio error 31951",
    ),
    Assumption("a payload that is not base64 is treated likewise", "assumed", "Twilio error 31951"),
    Assumption("a binary frame: 31950 and ignored", "documented", "Twilio error 31950"),
    Assumption(
        "31950 and 31951 are logged for every message here, the vendor does once a stream",
        "documented",
        "Twilio errors 31950, 31951",
    ),
)

CONNECTED = '{"event":"connected","protocol":"Call","version":"1.0.0"}'


@dataclass(frozen=True, slots=True)
class StreamIdentity:
    """The three SIDs of one stream: `AC`, `CA`, `MZ` and 32 hex digits each."""

    account_sid: str
    call_sid: str
    stream_sid: str


class StreamWriter:
    """Writes the messages of one stream and numbers them."""

    def __init__(self, identity: StreamIdentity) -> None:
        self._identity = identity
        self._sid = identity.stream_sid
        self._tail = f',"streamSid":"{identity.stream_sid}"}}'
        self._sequence = 0
        self._chunk = 0

    def start(self, parameters: Mapping[str, str]) -> str:
        ids = self._identity
        self._sequence += 1
        return (
            f'{{"event":"start","sequenceNumber":"{self._sequence}","start":'
            f'{{"accountSid":"{ids.account_sid}","streamSid":"{ids.stream_sid}",'
            f'"callSid":"{ids.call_sid}","tracks":["inbound"],'
            '"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},'
            f'"customParameters":{_json(dict(parameters))}}}{self._tail}'
        )

    def media(self, payload: str, timestamp_ms: int) -> str:
        """A frame of the caller, its mu-law as base64 already."""
        self._sequence += 1
        self._chunk += 1
        return (
            f'{{"event":"media","sequenceNumber":"{self._sequence}","media":{{"track":"inbound",'
            f'"chunk":"{self._chunk}","timestamp":"{timestamp_ms}","payload":"{payload}"}}{self._tail}'
        )

    def dtmf(self, digit: str) -> str:
        self._sequence += 1
        return (
            f'{{"event":"dtmf","streamSid":"{self._sid}","sequenceNumber":"{self._sequence}",'
            f'"dtmf":{{"track":"inbound_track","digit":"{digit}"}}}}'
        )

    def mark(self, name: str) -> str:
        self._sequence += 1
        return (
            f'{{"event":"mark","sequenceNumber":"{self._sequence}","streamSid":"{self._sid}",'
            f'"mark":{{"name":{_json(name)}}}}}'
        )

    def stop(self) -> str:
        self._sequence += 1
        return (
            f'{{"event":"stop","sequenceNumber":"{self._sequence}","streamSid":"{self._sid}",'
            f'"stop":{{"accountSid":"{self._identity.account_sid}",'
            f'"callSid":"{self._identity.call_sid}"}}}}'
        )

    def unknown(self, filling: str) -> str:
        """An event that no page describes, as long as the filling makes it."""
        self._sequence += 1
        return (
            f'{{"event":"simulated","sequenceNumber":"{self._sequence}",'
            f'"simulated":{{"filling":"{filling}"}}{self._tail}'
        )


class Audio(Struct, frozen=True):
    """Mu-law to be played."""

    payload: bytes


class Mark(Struct, frozen=True):
    """A name to be echoed."""

    name: str


class Clear(Struct, frozen=True):
    """Stop playing."""


class Invalid(Struct, frozen=True):
    """A message that is logged under an error code of the vendor, and ignored."""

    code: str
    reason: str


Message = Audio | Mark | Clear | Invalid


class StreamReader:
    """Reads what a gateway sends on one stream: the usual spelling by its head, the rest as JSON."""

    def __init__(self, stream_sid: str) -> None:
        self._sid = stream_sid
        self._media_head = f'{{"event":"media","streamSid":"{stream_sid}","media":{{"payload":"'
        self._mark_head = f'{{"event":"mark","streamSid":"{stream_sid}","mark":{{"name":"'
        self._clear = f'{{"event":"clear","streamSid":"{stream_sid}"}}'

    def read(self, text: str | bytes) -> Message:
        if isinstance(text, bytes):
            return Invalid("31950", f"a binary frame of {len(text)} bytes")
        if text.startswith(self._media_head) and text.endswith('"}}'):
            try:
                payload = text[len(self._media_head) : -3]
                return Audio(binascii.a2b_base64(payload, strict_mode=True))
            except ValueError:  # an escaped slash, for one, is JSON but not base64
                return self._read_json(text)
        if text.startswith(self._mark_head) and text.endswith('"}}'):
            name = text[len(self._mark_head) : -3]
            if name.isprintable() and '"' not in name and "\\" not in name:
                return Mark(name)
        if text == self._clear:
            return Clear()
        return self._read_json(text)

    def _read_json(self, text: str) -> Message:
        try:
            value: object = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            return Invalid("31951", f"no JSON: {error}")
        right: dict[str, object] = {"streamSid": self._sid}
        match value:
            case {"event": "media", "media": {"payload": str(payload)}}:
                right |= {"event": "media", "media": {"payload": payload}}
                message = _decoded(payload)
            case {"event": "mark", "mark": {"name": str(name)}}:
                right |= {"event": "mark", "mark": {"name": name}}
                message = Mark(name)
            case _:
                right |= {"event": "clear"}
                message = Clear()
        if value != right:
            return Invalid(
                "31951", f"unknown event, wrong SID, missing or extra field: {text[:120]}"
            )
        return message


def _decoded(payload: str) -> Audio | Invalid:
    try:
        return Audio(binascii.a2b_base64(payload, strict_mode=True))
    except ValueError as error:
        return Invalid("31951", f"payload is not base64: {error}")


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
