"""The carrier's end of a load's call: numbered frames up, marks echoed when played, cuts timed."""

from collections import deque
from collections.abc import Mapping
from time import perf_counter
from typing import Protocol

import orjson

from ..carrier.messages import CONNECTED, StreamWriter
from .meter import CallPassages
from .model import DELTA_MS
from .sound import NumberedSound, NumberReader

FRAME_MS = 20
_PAYLOAD = b'"payload":"'
_WHOLE_DELTA_CHARS = DELTA_MS * 8 * 4 // 3


class Wire(Protocol):
    """What the carrier writes to."""

    def send(self, text: bytes | str) -> None: ...
    def close(self) -> None: ...


class CallerEnd:
    """One stream. A receiver of its socket; between `start` and `hang_up` call `frame` every 20 ms."""

    def __init__(
        self,
        wire: Wire,
        writer: StreamWriter,
        sound: NumberedSound,
        reader: NumberReader,
        passages: CallPassages,
    ) -> None:
        self._wire = wire
        self._writer = writer
        self._sound = sound
        self._reader = reader
        self._passages = passages
        self._marks: deque[tuple[float, str]] = deque()  # what was sent before it has played then
        self._plays_until_s = 0.0
        self.is_over = False

    def start(self, parameters: Mapping[str, str]) -> None:
        """Say which call this is."""
        self._wire.send(CONNECTED)
        self._wire.send(self._writer.start(parameters))

    def hang_up(self) -> None:
        """The caller has had enough."""
        self._wire.send(self._writer.stop())
        self._wire.close()

    def frame(self) -> None:
        """The next 20 ms of the caller, and the marks that playing has passed."""
        now_s = perf_counter()
        number = self._passages.up.leave(now_s)
        self._wire.send(self._writer.media(self._sound.text(number), number * FRAME_MS))
        while self._marks and self._marks[0][0] <= now_s:
            self._wire.send(self._writer.mark(self._marks.popleft()[1]))

    def on_text(self, data: memoryview | bytes) -> None:
        """A message of the gateway."""
        now_s = perf_counter()
        message = bytes(data)
        if message.startswith(b'{"event":"media"'):
            self._play(message, now_s)
        elif message.startswith(b'{"event":"mark"'):
            name: str = orjson.loads(message)["mark"]["name"]
            self._marks.append((self._plays_until_s, name))
        else:
            self._cut(now_s)

    def _play(self, message: bytes, now_s: float) -> None:
        start = message.index(_PAYLOAD) + len(_PAYLOAD)
        chars = len(message) - start
        if chars >= _WHOLE_DELTA_CHARS:  # the rest is what a filter held back
            self._passages.down.arrive(self._reader.number(message, start), now_s)
        self._plays_until_s = max(self._plays_until_s, now_s) + chars * 3 / 32_000

    def _cut(self, now_s: float) -> None:
        """Every mark comes back at once; the queue is empty."""
        self._passages.cuts.arrive_next(now_s)
        self._plays_until_s = now_s
        while self._marks:
            self._wire.send(self._writer.mark(self._marks.popleft()[1]))

    def on_binary(self) -> None:
        """No gateway sends one."""

    def on_closed(self, code: int, reason: str) -> None:
        """The stream is over."""
        self.is_over = True
