"""What a simulated far side puts on its socket, plays to its caller or writes into its own log."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Send:
    """A text message to the gateway."""

    text: str


@dataclass(frozen=True, slots=True)
class SendBytes:
    """A binary frame to the gateway; only scripted faults send one."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """Close the socket with this code, after everything sent before (RFC 6455, 7.4)."""

    code: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Drop:
    """Lose the socket without a close frame; the gateway sees 1006."""


@dataclass(frozen=True, slots=True)
class Note:
    """A line of the far side's own log, for tests and reports."""

    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Played:
    """The 20 ms (160 bytes of mu-law) that the caller's phone plays from `at_ms` on."""

    payload: bytes
    at_ms: int


Output = Send | SendBytes | Close | Drop | Note | Played
