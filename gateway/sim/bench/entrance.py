"""How a load's calls get in: at the gateway by signed webhook, signed upgrade and token, else bare."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Protocol
from urllib.parse import urlencode

from ..carrier.messages import StreamIdentity
from ..carrier.webhooks import signature
from .relay import MEDIA_PATH

HOST = "127.0.0.1"
ACCOUNT_SID = "AC" + "0" * 32
PUBLIC_PLACE = "bench.voicegate.example"
VOICE_PATH = "/twilio/voice"
_TOKEN = re.compile(rb'<Parameter name="token" value="([^"]+)"')


class NotTaken(Exception):
    """The process under test did not take a call."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """With what a media socket opens, and when the call began."""

    begun_s: float
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])


class Entrance(Protocol):
    """Announces a call, and says how its media come in."""

    async def announce(self, port: int, call: StreamIdentity) -> Ticket:
        """Raises NotTaken, or OSError."""
        ...


class OpenDoor:
    """The relay's: whoever comes is relayed."""

    async def announce(self, port: int, call: StreamIdentity) -> Ticket:
        """Nothing is asked."""
        del port, call
        return Ticket(perf_counter())


class SignedDoor:
    """The gateway's: Twilio "Security", and the token of the document that it answers with."""

    def __init__(self, auth_token: str) -> None:
        self._auth_token = auth_token

    async def announce(self, port: int, call: StreamIdentity) -> Ticket:
        """The voice webhook."""
        fields = {
            "CallSid": call.call_sid,
            "AccountSid": call.account_sid,
            "CallStatus": "ringing",
            "Direction": "inbound",
            "From": "+15550100042",
            "To": "+15550100001",
        }
        signed = signature(
            self._auth_token, f"https://{PUBLIC_PLACE}{VOICE_PATH}", tuple(fields.items())
        )
        reader, writer = await asyncio.open_connection(HOST, port)
        begun_s = perf_counter()
        writer.write(_request(urlencode(fields), signed))
        answer = await reader.read()
        writer.close()
        token = _TOKEN.search(answer)
        if token is None:
            status = answer.partition(b"\r\n")[0].decode("latin-1")
            raise NotTaken(f"the webhook was answered without a stream ({status})")
        upgrade = signature(self._auth_token, f"wss://{PUBLIC_PLACE}{MEDIA_PATH}")
        headers = {"X-Twilio-Signature": upgrade}
        return Ticket(begun_s, headers, {"token": token[1].decode()})


def _request(form: str, signed: str) -> bytes:
    return (
        f"POST {VOICE_PATH} HTTP/1.1\r\nHost: {PUBLIC_PLACE}\r\nConnection: close\r\n"
        f"X-Twilio-Signature: {signed}\r\nContent-Length: {len(form)}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\n\r\n{form}"
    ).encode()
