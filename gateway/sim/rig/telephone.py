"""A call with a telephone at its end: what is sent is played in real time, and marks come back."""

from collections import deque
from dataclasses import dataclass, field

from ....codecs.frames import PCMU_8K
from ...core.actions import Action, ClearAudio, PlaceMark, PlayAudio
from ...core.call import Call
from ...core.events import CallerAudio, CallRang, Event, LegOpened, MarkPlayed
from .story import FRAME_MS, SILENCE, Story


@dataclass(slots=True)
class Telephone:
    """A caller who is silent unless told otherwise; a perfect line, without any delay.

    `heard` is what was played, piece by piece: the item and its milliseconds.
    """

    call: Call
    story: Story = field(init=False)
    heard: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    voice: bytes = SILENCE  # one frame of what the caller says
    _queue: deque[tuple[str, int] | str] = field(default_factory=deque[tuple[str, int] | str])
    _room_ms: int = 0

    def __post_init__(self) -> None:
        self.story = Story(self.call)

    @property
    def now_ms(self) -> int:
        """The time."""
        return self.story.now_ms

    def ring(self, *events: Event) -> None:
        """It rings, and is picked up at once; the events happen between the two."""
        self._do(self.story.at(0, CallRang(), *events, LegOpened("MZ1")))

    def tell(self, *events: Event) -> list[Action]:
        """Something happens now; what the call asks for."""
        for event in events:
            self._do(self.story.at(self.now_ms, event))
        return self.story.actions

    def wait(self, ms: int) -> None:
        """Time passes, frame by frame."""
        until_ms = self.now_ms + ms
        while self.now_ms + FRAME_MS <= until_ms:
            known = len(self.story.actions)
            now_ms = self.now_ms + FRAME_MS
            self.story.at(now_ms, CallerAudio(self.voice, now_ms))
            self._do(self.story.actions[known:])
            self._play(FRAME_MS)

    def _do(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case PlayAudio():
                    self._queue.append(
                        (action.item_id, len(action.payload) // PCMU_8K.bytes_per_ms)
                    )
                case PlaceMark():
                    self._queue.append(action.name)
                case ClearAudio():
                    marks = [name for name in self._queue if isinstance(name, str)]
                    self._queue.clear()
                    self._echo(*marks)
                case _:
                    pass
        self._play(0)

    def _play(self, ms: int) -> None:
        self._room_ms += ms
        while self._queue:
            piece = self._queue[0]
            if isinstance(piece, str):
                self._queue.popleft()
                self._echo(piece)
                continue
            item, left_ms = piece
            played_ms = min(left_ms, self._room_ms)
            if not played_ms:
                return
            self._room_ms -= played_ms
            self._hear(item, played_ms)
            self._queue[0] = (item, left_ms - played_ms)
            if played_ms == left_ms:
                self._queue.popleft()
        self._room_ms = 0

    def _hear(self, item: str, ms: int) -> None:
        if self.heard and self.heard[-1][0] == item:
            ms += self.heard.pop()[1]
        self.heard.append((item, ms))

    def _echo(self, *names: str) -> None:
        for name in names:
            known = len(self.story.actions)
            self.story.at(self.now_ms, MarkPlayed(name))
            self._do(self.story.actions[known:])
