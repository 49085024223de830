"""The caller's frames on a ready uplink, each told from any other."""

from typing import Literal

from ....codecs.frames import PCMU_8K
from ...core.actions import Action, HearAudio
from ...core.uplink import Uplink, UplinkLimits

MS = 8  # bytes
Kind = Literal["quiet", "loud"]
QUIET: Kind = "quiet"
LOUD: Kind = "loud"


def frame(n: int, kind: Kind = LOUD) -> bytes:
    """20 ms that can be told from any other; a quiet one says so to an ear, not to a comparison."""
    if kind == LOUD:
        return bytes([1 + n // 100 % 100, 1 + n % 100]) + bytes(158)
    return bytes([0xF0 + n // 16 % 16, 0xF0 + n % 16]) + b"\xff" * 158


def uplink(limits: UplinkLimits | None = None, *, is_ready: bool = True) -> Uplink:
    """To a model that is ready since 0, or is not."""
    subject = Uplink(PCMU_8K, limits or UplinkLimits())
    if is_ready:
        assert subject.ready(0) == []
    return subject


def due_ms(n: int) -> int:
    """When frame `n` comes if nothing holds it up."""
    return 1_000 + 20 * n


def talk(
    subject: Uplink,
    count: int,
    *,
    first: int = 0,
    kind: Kind = LOUD,
    at_ms: int | None = None,
) -> list[Action]:
    """Frames in step with the wire, or all of them in a burst at one moment."""
    actions: list[Action] = []
    for n in range(first, first + count):
        now_ms = due_ms(n) if at_ms is None else at_ms
        actions += subject.hear(frame(n, kind), 155 + 20 * n, now_ms)
    return actions


def heard(actions: list[Action]) -> bytes:
    """What the model is given to hear."""
    return b"".join(action.payload for action in actions if isinstance(action, HearAudio))


def check_books(subject: Uplink, waiting: int = 0) -> None:
    """Every frame was forwarded, is booked with its cause, or waits."""
    assert subject.frames_in == subject.forwarded + sum(subject.booked.values()) + waiting
