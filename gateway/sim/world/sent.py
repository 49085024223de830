"""What the carrier was sent to play, and what it was told to drop, read from the wire once."""

import binascii
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..tags import read_tags


@dataclass(frozen=True, slots=True)
class Sent:
    """A media message, its mu-law and the numbers of the items in it; or a clear, without any."""

    at_ms: int
    payload: bytes = b""
    numbers: frozenset[int] = frozenset()
    is_clear: bool = False


def read_sent(messages: Iterable[tuple[int, bytes]]) -> Iterator[Sent]:
    """The media messages and clears among all that went to the carrier."""
    for at_ms, message in messages:
        if b'"media"' in message[:20]:
            payload = _payload(message)
            yield Sent(at_ms, payload, _numbers(payload))
        elif b'"clear"' in message[:20]:
            yield Sent(at_ms, is_clear=True)


def _payload(message: bytes) -> bytes:
    start = message.index(b'"payload":"') + 11
    return binascii.a2b_base64(message[start : message.index(b'"', start)])


def _numbers(payload: bytes) -> frozenset[int]:
    """Of the items of the first and of the last millisecond: there is none in between."""
    return frozenset(number for number, _ in read_tags(payload[:8] + payload[-8:]))
