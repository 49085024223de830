"""What an adapter writes to: one WebSocket, seen from inside."""

from collections.abc import Callable
from typing import Protocol

from .events import Event

Deliver = Callable[[Event], None]


class Wire(Protocol):
    """Writes now or never; a slow peer shows in `backlog_bytes`, an ended one is not an error."""

    def send(self, text: bytes | str) -> None:
        """One text frame."""
        ...

    def backlog_bytes(self) -> int:
        """What the peer has not taken yet."""
        ...

    def drop_unsent(self) -> int:
        """Forget the messages of which no byte has left; how many these were."""
        ...

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close with a WebSocket close code; a second time nothing happens."""
        ...
