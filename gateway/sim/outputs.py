"""What a simulated far side puts on its socket, plays to its caller or writes into its own log."""

from msgspec import Struct


class Send(Struct, frozen=True):
    """A text message to the gateway."""

    text: str


class SendBytes(Struct, frozen=True):
    """A binary frame to the gateway; only scripted faults send one."""

    data: bytes


class Close(Struct, frozen=True):
    """Close the socket with this code, after everything sent before (RFC 6455, 7.4)."""

    code: int
    reason: str = ""


class Drop(Struct, frozen=True):
    """Lose the socket without a close frame; the gateway sees 1006."""


class Note(Struct, frozen=True):
    """A line of the far side's own log, for tests and reports."""

    kind: str
    detail: str = ""


class Played(Struct, frozen=True):
    """The 20 ms (160 bytes of mu-law) that the caller's phone plays from `at_ms` on."""

    payload: bytes
    at_ms: int


Output = Send | SendBytes | Close | Drop | Note | Played
