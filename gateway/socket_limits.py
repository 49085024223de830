"""What a peer may send through a WebSocket: how much, how often, and in which pieces (RFC 6455)."""

from dataclasses import dataclass

from picows import WSMsgType

RULE_BROKEN = 1002
POLICY_VIOLATED = 1008
TOO_BIG = 1009


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """The bounds of one socket; going beyond ends it and nothing else.

    `frames_per_s` and `burst` count frames of every kind, so that empty ones are no way around.
    A peer is pinged every `ping_every_s`, and lost when it says nothing over three pings.
    `close_grace_s` after our goodbye a socket is gone, whatever the peer does.
    """

    max_message_bytes: int
    frames_per_s: int | None = None
    burst: int = 1_000
    ping_every_s: float | None = None
    close_grace_s: float = 1.0


CARRIER_LIMITS = SocketLimits(max_message_bytes=65_536, frames_per_s=200)


class LimitExceeded(Exception):
    """A peer went beyond what it may; `code` and `reason` belong into our close frame."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class RateLimit:
    """At most `per_s` on average and `burst` at once: the cell rate algorithm of ITU-T I.371."""

    def __init__(self, per_s: int, burst: int) -> None:
        self._interval_ns = 1_000_000_000 // per_s
        self._slack_ns = (burst - 1) * self._interval_ns
        self._due_ns = 0

    def admits(self, now_ns: int) -> bool:
        """Whether one more is within the limit; one that is not does not count."""
        ahead_ns = self._due_ns - now_ns
        if ahead_ns > self._slack_ns:
            return False
        self._due_ns = (self._due_ns if ahead_ns > 0 else now_ns) + self._interval_ns
        return True


class Fragments:
    """Joins the fragments of a message, which come one after the other (RFC 6455 5.4)."""

    def __init__(self, max_message_bytes: int) -> None:
        self._max_message_bytes = max_message_bytes
        self.is_pending = False  # a message has begun and not ended
        self._kind = WSMsgType.TEXT
        self._joined = bytearray()

    def add(
        self, kind: WSMsgType, payload: bytes, *, is_last: bool
    ) -> tuple[WSMsgType, bytes] | None:
        """The message, TEXT or BINARY, which this fragment completes; None while more must come.

        Raises LimitExceeded for a message too big, or begun inside another, or never begun.
        """
        if (kind is WSMsgType.CONTINUATION) != self.is_pending:
            raise LimitExceeded(RULE_BROKEN, "fragments of two messages mixed")
        if kind is not WSMsgType.CONTINUATION:
            self._kind = kind
            self.is_pending = True
        if len(self._joined) + len(payload) > self._max_message_bytes:
            raise LimitExceeded(TOO_BIG, f"a message of more than {self._max_message_bytes} bytes")
        self._joined += payload
        return self._take() if is_last else None

    def _take(self) -> tuple[WSMsgType, bytes]:
        message = bytes(self._joined)
        self._joined.clear()
        self.is_pending = False
        return self._kind, message
