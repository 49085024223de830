"""One simulated media stream driven by hand, in virtual time; what came out is kept, and when."""

import base64
from collections.abc import Callable
from random import Random
from typing import Any

import orjson

from ..outputs import Close, Drop, Note, Output, Played, Send
from .faults import CarrierFault
from .line import CarrierStream
from .messages import StreamIdentity
from .settings import CarrierSettings

IDENTITY = StreamIdentity("AC" + "1" * 32, "CA" + "2" * 32, "MZ" + "3" * 32)
SID = IDENTITY.stream_sid
PARAMETERS = {"tok": 't-1 "quoted"'}
TONE = b"\x10" * 160

Timed = tuple[int, dict[str, Any]]  # at which millisecond, and the message


class Tone:
    """A microphone that hears one tone."""

    def __init__(self, payload: bytes = TONE) -> None:
        self.payload = payload

    def frame(self, now_ms: int) -> bytes:
        """20 ms of it."""
        del now_ms
        return self.payload


class DrivenLine:
    """A stream that opened at 1,000 and goes from deadline to deadline."""

    def __init__(
        self,
        *faults: CarrierFault,
        seed: int = 1,
        payload: bytes = TONE,
        settings: CarrierSettings | None = None,
        identity: StreamIdentity = IDENTITY,
    ) -> None:
        settings = settings or CarrierSettings(faults=faults)
        self.stream = CarrierStream(settings, identity, PARAMETERS, Tone(payload), Random(seed))
        self.now_ms = 1_000
        self.log: list[tuple[int, Output]] = []
        self._keep(self.stream.opened(self.now_ms))

    def run_to(self, now_ms: int) -> None:
        """Wake it whenever it is due, and then."""
        while (deadline_ms := self.stream.deadline_ms) is not None and deadline_ms <= now_ms:
            self.now_ms = max(self.now_ms, deadline_ms)
            self._keep(self.stream.wake(self.now_ms))
        self.now_ms = now_ms
        self._keep(self.stream.wake(now_ms))  # what was played since the last frame

    def say(self, message: str | bytes | dict[str, Any]) -> None:
        """The gateway's message, as text, as bytes or to be made JSON."""
        text = orjson.dumps(message).decode() if isinstance(message, dict) else message
        self._keep(self.stream.receive(text, self.now_ms))

    def media(self, audio: bytes) -> None:
        """The gateway sends audio."""
        payload = base64.b64encode(audio).decode()
        self.say({"event": "media", "streamSid": SID, "media": {"payload": payload}})

    def mark(self, name: str) -> None:
        """The gateway places a mark."""
        self.say({"event": "mark", "streamSid": SID, "mark": {"name": name}})

    def clear(self) -> None:
        """The gateway clears."""
        self.say({"event": "clear", "streamSid": SID})

    def do(self, act: Callable[..., list[Output]], *args: str) -> None:
        """What a method of the stream's gives, now."""
        self._keep(act(*args, self.now_ms))

    def _keep(self, out: list[Output]) -> None:
        self.log += ((self.now_ms, each) for each in out)

    @property
    def messages(self) -> list[Timed]:
        """All that was sent to the gateway."""
        return [(at, orjson.loads(out.text)) for at, out in self.log if isinstance(out, Send)]

    def events(self, *names: str) -> list[Timed]:
        """The messages of some kinds."""
        return [(at, message) for at, message in self.messages if message["event"] in names]

    @property
    def echoes(self) -> list[tuple[int, str]]:
        """The marks that came back."""
        return [(at, message["mark"]["name"]) for at, message in self.events("mark")]

    @property
    def notes(self) -> list[str]:
        """What was noted, by kind."""
        return [out.kind for _, out in self.log if isinstance(out, Note)]

    @property
    def heard(self) -> bytes:
        """What the caller heard."""
        return b"".join(out.payload for _, out in self.log if isinstance(out, Played))

    @property
    def ends(self) -> list[Output]:
        """How the socket ended."""
        return [out for _, out in self.log if isinstance(out, Close | Drop)]
