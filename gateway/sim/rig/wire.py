"""A WebSocket, seen from inside, that keeps what is written."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class MemoryWire:
    """What adapters write to: `unread` bytes and `waiting` messages are what a test says."""

    sent: list[bytes | str] = field(default_factory=list[bytes | str])
    closes: list[int] = field(default_factory=list[int])
    unread: int = 0
    waiting: int = 0

    def send(self, text: bytes | str) -> None:
        """Keep it."""
        self.sent.append(text)

    def backlog_bytes(self) -> int:
        """As many as were set."""
        return self.unread

    def drop_unsent(self) -> int:
        """Nothing waits any more; how many messages did."""
        dropped, self.waiting = self.waiting, 0
        return dropped

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Note the code; the gateway gives its peers no reasons."""
        assert not reason
        self.closes.append(code)
