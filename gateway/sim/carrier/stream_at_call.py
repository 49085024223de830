"""A media stream as the call sees it: ordered, started, refused or over, and reported."""

from typing import Protocol

from ..assumptions import Assumption
from .call_facts import CallFacts
from .documents import Stream, Target
from .exchange import Exchange
from .messages import StreamIdentity
from .orders import CallNote, EndStream, Fields, OpenStream
from .webhooks import signature

ASSUMPTIONS = (
    Assumption(
        "a socket closed with an error code, or lost, is 31921 and `stream-stopped`",
        "assumed",
        "the name of the callback is not documented",
    ),
    Assumption(
        "the query of a stream URL is dropped before connecting",
        "reported",
        "openclaw/openclaw#8814",
    ),
    Assumption(
        "`stream-started`, `stream-stopped`, `stream-error` go to `statusCallback`",
        "documented",
        'Twilio "TwiML Voice: Stream"',
    ),
)


class Leg(Protocol):
    """The call whose document is executed."""

    facts: CallFacts

    def answer(self, now_ms: int) -> None: ...
    def end(self, status: str, now_ms: int, cause: str) -> None: ...
    def call_back(self, target: Target, fields: Fields, now_ms: int) -> None: ...


class StreamAtCall:
    """One `<Stream>` under execution, with a SID of its own."""

    def __init__(self, stream: Stream, leg: Leg, exchange: Exchange) -> None:
        self.sid = exchange.sid("MZ")
        self._stream = stream
        self._leg = leg
        self._exchange = exchange
        self._is_ordered = False
        self._is_started = False

    def order(self, _now_ms: int) -> None:
        """Connect."""
        self._is_ordered = True
        facts = self._leg.facts
        url = self._stream.url.partition("?")[0]
        headers = {"X-Twilio-Signature": signature(self._exchange.auth_token, url)}
        identity = StreamIdentity(facts.account_sid, facts.sid, self.sid)
        order = OpenStream(identity, url, headers, self._stream.parameters)
        self._exchange.out.append(order)

    def opened(self, now_ms: int) -> None:
        """The gateway has answered the upgrade with 101."""
        self._is_started = True
        self._report("stream-started", now_ms)

    def refused(self, code: str, detail: str, now_ms: int) -> None:
        """It never came to be."""
        self._note(code, detail)
        self._report("stream-error", now_ms, f"{code} {detail}")

    def closed(self, close_code: int, now_ms: int) -> None:
        """Its socket has ended, and not by our doing."""
        if close_code not in (1000, 1001):
            self._note("31921", f"closed with {close_code}")
        self._report("stream-stopped", now_ms)

    def drop(self, now_ms: int) -> None:
        """The call goes elsewhere."""
        if self._is_ordered:
            self._exchange.out.append(EndStream(self.sid))
        if self._is_started:
            self._report("stream-stopped", now_ms)

    def _report(self, event: str, now_ms: int, error: str = "") -> None:
        if self._stream.status is not None:
            fields = self._leg.facts.stream_event(self.sid, event, error, now_ms)
            self._leg.call_back(self._stream.status, fields, now_ms)

    def _note(self, kind: str, detail: str) -> None:
        self._exchange.out.append(CallNote(self._leg.facts.sid, kind, detail))
