"""What the carrier is told to do with a call: which document for which situation."""

from ..numbers.model import Route, RouteKind
from .carriers import twiml
from .core.actions import EndReason
from .live_calls import EndedCall

VOICE_PATH = "/twilio/voice"
AFTER_PATH = "/twilio/after"
STATUS_PATH = "/twilio/status"
STREAM_STATUS_PATH = "/twilio/stream-status"
MEDIA_PATH = "/twilio/media"
TOKEN_PARAMETER = "token"

CLOSED = "We are closed at the moment. Please call again later. Goodbye."
APOLOGY = "We are sorry, we cannot take your call at the moment. Please try again later."

# The call is where it should be, or somebody else has it.
SETTLED = frozenset(
    {
        EndReason.CALLER_HUNG_UP,
        EndReason.AGENT_HUNG_UP,
        EndReason.OPERATOR_ENDED,
        EndReason.CALLER_SILENT,
        EndReason.VOICEMAIL,
        EndReason.OPTED_OUT,
        EndReason.MAX_DURATION,
        EndReason.COST_CAP,
        EndReason.SECURITY_REFUSED,
    }
)
ELSEWHERE = frozenset({EndReason.TRANSFERRED, EndReason.REDIRECTED})
# Ended with last words of ours, if the caller could hear us at all.
SPOKEN = frozenset(
    {
        EndReason.MODEL_UNAVAILABLE,
        EndReason.MODEL_LOST,
        EndReason.MODEL_REFUSED,
        EndReason.DRAINED,
    }
)


class Answers:
    """The documents of one gateway, under its public URL."""

    def __init__(self, public_url: str, fallback_number: str | None) -> None:
        self._public_url = public_url
        self._stream_url = f"wss://{public_url.partition('://')[2]}{MEDIA_PATH}"
        self._fallback_number = fallback_number

    def stream(self, token: str) -> bytes:
        """Give us the call's media; whoever brings the token is the call."""
        return twiml.connect_stream(
            self._stream_url,
            self._public_url + AFTER_PATH,
            self._public_url + STREAM_STATUS_PATH,
            {TOKEN_PARAMETER: token},
        )

    def fallback(self) -> bytes:
        """We cannot serve this call: somebody else may, or the caller is told so."""
        if self._fallback_number is not None:
            return twiml.dial(self._fallback_number)
        return twiml.say_and_hang_up(APOLOGY)

    def elsewhere(self, route: Route | None) -> bytes | None:
        """Where a route leads that the gateway does not serve itself; None for one that it does."""
        if route is None:
            return twiml.say_and_hang_up(CLOSED)
        match route.kind:
            case RouteKind.FORWARD:
                return twiml.dial(route.target)
            case RouteKind.SIP:
                return twiml.dial_sip(route.target)
            case RouteKind.AGENT | RouteKind.FLOW:
                return None

    def after(self, ended: EndedCall | None) -> bytes:
        """The stream is over: what now? The same answer however often it is asked."""
        if ended is None or ended.reason in SETTLED:
            return twiml.hang_up()
        if ended.reason in ELSEWHERE:
            return twiml.empty()
        has_heard_us = ended.had_started and ended.reason in SPOKEN
        if has_heard_us and (ended.reason is EndReason.DRAINED or self._fallback_number is None):
            return twiml.hang_up()
        return self.fallback()

    def after_unasked(self, *, is_over: bool) -> bytes:
        """Somebody's stream is over, and nobody can be asked whose: who is on the line stays."""
        return twiml.hang_up() if is_over else self.fallback()
