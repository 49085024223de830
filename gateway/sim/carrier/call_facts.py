"""What the carrier knows about one call, as webhook fields, as callbacks and as REST JSON."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate

from ..assumptions import Assumption
from .documents import Target
from .orders import Fields

API_VERSION = "2010-04-01"
FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
_PLACE = ("City", "State", "Zip", "Country")

ASSUMPTIONS = (
    Assumption(
        "a call's webhook has CallSid, AccountSid, From, To, CallStatus, ApiVersion, Direction,"
        " legacy duplicates and places, blank ones included",
        "documented",
        'Twilio "TwiML for Programmable Voice"',
    ),
    Assumption("CallToken comes with POST only", "documented", 'Twilio "Call resource"'),
    Assumption(
        "a status callback has Timestamp, CallbackSource and SequenceNumber; the last one"
        " CallDuration and Duration",
        "documented",
        'Twilio "Call resource"',
    ),
    Assumption(
        "a number's own status callback, once at the end, has no SequenceNumber",
        "assumed",
        "no StatusCallbackEvent exists on the number resource",
    ),
)


@dataclass(slots=True)
class CallFacts:
    """One call. Instants are ms of the machine's clock, which read `began_at` (Unix s) at 0."""

    sid: str
    account_sid: str
    caller: str
    called: str
    direction: str
    status: str
    began_at: float
    created_ms: int
    status_target: Target | None = None
    status_events: frozenset[str] = frozenset()  # empty: a number's callback, at the end only
    answered_by: str = ""
    extra: Fields = ()
    answered_ms: int | None = None
    ended_ms: int | None = None
    sequence: int = field(default=0, init=False)

    @property
    def is_ended(self) -> bool:
        return self.status in FINAL

    @property
    def is_reported(self) -> bool:
        """Whoever gave `status_target` wants to know this status."""
        if self.is_ended:
            return not self.status_events or "completed" in self.status_events
        return {"in-progress": "answered"}.get(self.status, self.status) in self.status_events

    @property
    def duration_s(self) -> int:
        if self.answered_ms is None or self.ended_ms is None:
            return 0
        return -(-(self.ended_ms - self.answered_ms) // 1000)

    def fields(self, method: str = "POST") -> Fields:
        """The standard fields of a webhook, then those of this call alone."""
        places = (
            (f"{who}{what}", "") for who in ("From", "To", "Caller", "Called") for what in _PLACE
        )
        token = (("CallToken", f'{{"parentCallInfoToken":"{self.sid}"}}'),)
        is_first = method == "POST" and self.direction == "inbound"
        return (
            ("CallSid", self.sid),
            ("AccountSid", self.account_sid),
            ("From", self.caller),
            ("To", self.called),
            ("Caller", self.caller),
            ("Called", self.called),
            ("CallStatus", self.status),
            ("Direction", self.direction),
            ("ApiVersion", API_VERSION),
            *places,
            *(token if is_first else ()),
            *self.extra,
        )

    def progress(self, now_ms: int) -> Fields:
        """The fields of a status callback, which takes the next sequence number."""
        fields = [*self.fields("GET"), ("Timestamp", self.rfc2822(now_ms))]
        fields.append(("CallbackSource", "call-progress-events"))
        if self.status_events:
            fields.append(("SequenceNumber", str(self.sequence)))
            self.sequence += 1
        if self.is_ended:
            minutes = -(-self.duration_s // 60)
            fields += (("CallDuration", str(self.duration_s)), ("Duration", str(minutes)))
            fields.append(("SipResponseCode", "200" if self.status == "completed" else "487"))
        return tuple(fields)

    def stream_event(self, stream_sid: str, event: str, error: str, now_ms: int) -> Fields:
        """The fields of a stream's status callback."""
        fields = (
            ("AccountSid", self.account_sid),
            ("CallSid", self.sid),
            ("StreamSid", stream_sid),
            ("StreamName", stream_sid),
            ("StreamEvent", event),
            ("Timestamp", self._iso8601(now_ms)),
        )
        return (*fields, ("StreamError", error)) if error else fields

    def resource(self) -> dict[str, object]:
        """The Call resource."""
        uri = f"/{API_VERSION}/Accounts/{self.account_sid}/Calls/{self.sid}"
        is_over = self.ended_ms is not None
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "from": self.caller,
            "to": self.called,
            "from_formatted": self.caller,
            "to_formatted": self.called,
            "direction": self.direction,
            "status": self.status,
            "answered_by": self.answered_by or None,
            "api_version": API_VERSION,
            "date_created": self.rfc2822(self.created_ms),
            "date_updated": self.rfc2822(self.ended_ms or self.created_ms),
            "start_time": self._maybe_rfc2822(self.answered_ms),
            "end_time": self._maybe_rfc2822(self.ended_ms),
            "duration": str(self.duration_s) if is_over else None,
            "queue_time": "0",
            "parent_call_sid": None,
            "phone_number_sid": None,
            "forwarded_from": None,
            "group_sid": None,
            "caller_name": None,
            "trunk_sid": None,
            "annotation": None,
            "price": None,
            "price_unit": "USD",
            "uri": f"{uri}.json",
            "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
        }

    def rfc2822(self, at_ms: int) -> str:
        return formatdate(self.began_at + at_ms / 1000, usegmt=True)

    def _maybe_rfc2822(self, at_ms: int | None) -> str | None:
        return None if at_ms is None else self.rfc2822(at_ms)

    def _iso8601(self, at_ms: int) -> str:
        at = datetime.fromtimestamp(self.began_at + at_ms / 1000, UTC)
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
