"""The server's side of the wire: numbers, renders and queues events, and spoils them on demand."""

import random
import string
from binascii import b2a_base64
from typing import Any

import orjson

from ..assumptions import Assumption
from ..outputs import Close, Drop, Note, Output, Send, SendBytes
from .faults import Faults
from .refusals import Refused

Json = dict[str, Any]

ALPHABET = string.ascii_letters + string.digits
_HUGE_BYTES = 17 << 20
_OPTIONAL = ("previous_item_id", "event_id", "metadata", "status_details", "param", "code")


def identifier(prefix: str, rng: random.Random, length: int = 21) -> str:
    """A server-made id: the prefix and base-62 characters."""
    return prefix + "".join(rng.choices(ALPHABET, k=length))


class Wire:
    """Collects what leaves in one turn of the machine. Nothing leaves after a close."""

    def __init__(self, faults: Faults, rng: random.Random) -> None:
        self._faults = faults
        self._session_part = identifier("event_", rng, 13)
        padding = "".join(rng.choices(string.ascii_letters, k=64))
        self._padding = [padding[n : n + 16 - n] for n in range(16)]
        self._out: list[Output] = []
        self._sent = 0
        self._numbered = 0
        self._is_mute = False
        self.is_closed = False

    def take(self) -> list[Output]:
        """What was queued since the last call."""
        out, self._out = self._out, []
        return out

    def event(self, kind: str, **members: Any) -> None:
        """Send one event; members keep their order."""
        self._send(orjson.dumps({"type": kind, "event_id": self._id(), **members}).decode())

    def audio(self, place: str, payload: bytes) -> None:
        """Send an audio delta; `place` is the rendered coordinates, `"response_id":…,`."""
        audio = b2a_base64(payload, newline=False).decode()
        self._send(
            f'{{"type":"response.output_audio.delta","event_id":"{self._id()}",'
            f'{place}"delta":"{audio}"}}'
        )

    def words(self, kind: str, place: str, text: str) -> None:
        """Send a text, transcript or argument delta, padded to 16 characters by `obfuscation`."""
        padding = self._padding[len(text)] if len(text) < 16 else ""
        self._send(
            f'{{"type":"{kind}","event_id":"{self._id()}",{place}'
            f'"delta":{orjson.dumps(text).decode()},"obfuscation":"{padding}"}}'
        )

    def error(self, refused: Refused, event_id: str | None = None) -> None:
        """Send an error event; `event_id` is the client's id of the offending event."""
        error = {
            "type": refused.kind,
            "code": refused.code,
            "message": refused.message,
            "param": refused.param,
            "event_id": event_id,
        }
        self.event("error", error=error)

    def note(self, kind: str, detail: str = "") -> None:
        """Write a line of the server's own log."""
        self._out.append(Note(kind, detail))

    def close(self, code: int, reason: str = "") -> None:
        """Close the socket; what was queued before still leaves."""
        self._end(Close(code, reason))

    def _id(self) -> str:
        self._numbered += 1
        return f"{self._session_part}{self._numbered:08d}"

    def _end(self, last: Close | Drop) -> None:
        if not self.is_closed:
            self._out.append(last)
            self.is_closed = True

    def _send(self, text: str) -> None:
        if self.is_closed or self._is_mute:
            return
        self._sent += 1
        if self._faults.has_event_faults:
            self._send_spoiled(text, self._sent)
        else:
            self._out.append(Send(text))

    def _send_spoiled(self, text: str, number: int) -> None:
        strikes = self._faults.strikes
        if fault := strikes("close", number):
            self.note("fault", f"close {fault.value} at event {number}")
            return self.close(fault.value, fault.text)
        if strikes("drop", number):
            self.note("fault", f"drop at event {number}")
            return self._end(Drop())
        if strikes("half_dead", number):
            self.note("fault", f"half dead from event {number} on")
            self._is_mute = True
            return None
        self._send_stray(number)
        if strikes("extra_fields", number):
            text = f'{text[:-1]},"x_new_member":{{"deep":[1,null]}}}}'
        if strikes("missing_fields", number):
            text = _without_optional(text)
        self._out.extend([Send(text)] * (2 if strikes("repeated_event", number) else 1))
        return None

    def _send_stray(self, number: int) -> None:
        strikes = self._faults.strikes
        if strikes("unknown_event", number):
            self._out.append(Send(f'{{"type":"x.new.event","event_id":"{self._id()}","n":1}}'))
        if strikes("unknown_error", number):
            self._out.append(self._stray_error("x_new_error.x_new_code"))
        if fault := strikes("error_event", number):
            self._out.append(self._stray_error(fault.text))
        if strikes("bad_json", number):
            self._out.append(Send('{"type":"response.output_audio.delta","delta":"AAAA'))
        if strikes("binary_frame", number):
            self._out.append(SendBytes(b"\x00\x01\x02"))
        if fault := strikes("huge_message", number):
            self._out.append(
                Send('{"type":"x.huge","x":"' + "x" * (fault.value or _HUGE_BYTES) + '"}')
            )

    def _stray_error(self, text: str) -> Send:
        kind, _, code = text.partition(".")
        error = {"type": kind, "code": code or None, "message": "Something went wrong."}
        event = {"type": "error", "event_id": self._id()}
        return Send(
            orjson.dumps({**event, "error": {**error, "param": None, "event_id": None}}).decode()
        )


def _without_optional(text: str) -> str:
    event: Json = orjson.loads(text)
    for part in (event, event.get("error"), event.get("response")):
        for member in _OPTIONAL:
            if part is not None:
                part.pop(member, None)
    return orjson.dumps(event).decode()


ASSUMPTIONS = (
    Assumption(
        "text, transcript and argument deltas are padded to 16 characters by `obfuscation`; "
        "audio deltas are not",
        "documented",
        "430 of 430 recorded deltas",
    ),
    Assumption(
        "error.event_id is the client's id of the offending event, else null",
        "documented",
        'OpenAI API reference, "Realtime server events: error"',
    ),
)
