"""The queue between the gateway's socket and the caller's ear, exact to the millisecond."""

from collections import deque

from ..assumptions import Assumption

BYTES_PER_MS = 8
TICK_MS = 20
TICK_BYTES = TICK_MS * BYTES_PER_MS
SILENCE = b"\xff" * TICK_BYTES
NEVER_MS = 1 << 62

ASSUMPTIONS = (
    Assumption(
        "one queue, 8 bytes a millisecond, in order of arrival; sizes of messages do not matter",
        "documented",
        'Twilio "Media Streams - WebSocket Messages"',
    ),
    Assumption(
        "a mark is echoed when all before it has been played, at once when nothing waits",
        "documented",
        'Twilio "Media Streams - WebSocket Messages"',
    ),
    Assumption(
        "`clear` empties the queue and has every outstanding mark echoed, unmarked",
        "documented",
        'Twilio "Media Streams - WebSocket Messages"',
    ),
    Assumption(
        "an echo of a cleared mark looks like one of a played mark",
        "reported",
        "vellum-ai/vellum-assistant#38316",
    ),
    Assumption("echoes come in the order the marks were sent", "assumed", "one queue"),
    Assumption("a dry queue is heard as silence", "assumed", "no comfort noise is documented"),
)


class Playback:
    """What waits to be played, what has been, and the marks in between.

    Time moves with every call and never back. Audio that arrives while nothing is playing starts
    at the millisecond of its arrival, and a `clear` cuts at its own.
    """

    def __init__(self, now_ms: int, queue_limit_ms: int) -> None:
        self.next_mark_ms = NEVER_MS
        self._limit_bytes = queue_limit_ms * BYTES_PER_MS
        self._queue = bytearray()
        self._span = bytearray()  # played since the last tick
        self._at_ms = now_ms  # played up to here
        self._played_bytes = 0
        self._marks: deque[tuple[int, str]] = deque()  # (instant of the echo, name)

    def played_ms(self, now_ms: int) -> int:
        """How much of the gateway's audio has been played by now, silence not counted."""
        since = min(len(self._queue), (now_ms - self._at_ms) * BYTES_PER_MS)
        return (self._played_bytes + since) // BYTES_PER_MS

    def queued_ms(self, now_ms: int) -> int:
        """How much of the gateway's audio still waits, a started millisecond counted whole."""
        left = len(self._queue) - (now_ms - self._at_ms) * BYTES_PER_MS
        return max(0, -(-left // BYTES_PER_MS))

    def add(self, audio: bytes, now_ms: int) -> int:
        """Queue mu-law audio; the number of bytes discarded because the queue is full."""
        self._advance(now_ms)
        room = self._limit_bytes - len(self._queue)
        self._queue += audio[:room]
        return max(0, len(audio) - room)

    def mark(self, name: str, now_ms: int, shift_ms: int = 0) -> None:
        """Queue a mark; its echo comes `shift_ms` later (or, below 0, earlier) than is right."""
        due_ms = max(now_ms, now_ms + self.queued_ms(now_ms) + shift_ms)
        self._marks.append((due_ms, name))
        self.next_mark_ms = self._marks[0][0]

    def clear(self, now_ms: int, echo_delay_ms: int) -> None:
        """Drop what waits; all outstanding marks are due within `echo_delay_ms`."""
        self._advance(now_ms)
        self._queue.clear()
        latest_ms = now_ms + echo_delay_ms
        self._marks = deque((min(due_ms, latest_ms), name) for due_ms, name in self._marks)
        self.next_mark_ms = self._marks[0][0] if self._marks else NEVER_MS

    def swap_last_marks(self) -> None:
        """Let the last two outstanding marks be echoed in the wrong order."""
        if len(self._marks) > 1:
            (last_ms, last), (before_ms, before) = self._marks.pop(), self._marks.pop()
            self._marks += ((before_ms, last), (last_ms, before))
            self.next_mark_ms = self._marks[0][0]

    def take_mark(self) -> str:
        """The name of the mark that was due at `next_mark_ms`."""
        name = self._marks.popleft()[1]
        self.next_mark_ms = self._marks[0][0] if self._marks else NEVER_MS
        return name

    def tick(self, now_ms: int) -> bytes:
        """The 160 bytes heard in the 20 ms up to now, silence where nothing played."""
        if self._span or len(self._queue) < TICK_BYTES:
            return self._uneven_tick(now_ms)
        self._at_ms = now_ms
        self._played_bytes += TICK_BYTES
        heard = bytes(self._queue[:TICK_BYTES])
        del self._queue[:TICK_BYTES]
        return heard

    def _uneven_tick(self, now_ms: int) -> bytes:
        if not self._span and not self._queue:
            self._at_ms = now_ms
            return SILENCE
        self._advance(now_ms)
        heard, self._span = bytes(self._span), bytearray()
        return heard.ljust(TICK_BYTES, b"\xff")

    def end(self, now_ms: int) -> bytes:
        """What was heard since the last tick, filled with silence; nothing more is played."""
        self._advance(now_ms)
        self._queue.clear()
        self._marks.clear()
        self.next_mark_ms = NEVER_MS
        return bytes(self._span).ljust(TICK_BYTES, b"\xff")

    def _advance(self, now_ms: int) -> None:
        wanted = (now_ms - self._at_ms) * BYTES_PER_MS
        if wanted <= 0:
            return
        self._at_ms = now_ms
        audio = self._queue[:wanted]
        del self._queue[:wanted]
        self._played_bytes += len(audio)
        self._span += audio.ljust(wanted, b"\xff")
