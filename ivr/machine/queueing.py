"""Queue: music until one of several people is free."""

from ..flow import QueueDestination
from ..nodes import Queue
from .actions import Action, ClipKind, Enqueue, LeaveQueue
from .events import Bridged, Event, Key, QueueNews, QueueState
from .memory import Memory
from .outcome import Ending
from .prompting import Prompting
from .state import Leave, Turn


class QueueingState:
    """The caller hears their place now and then; after a while a key offers another way."""

    def __init__(self, node: Queue, call: Memory) -> None:
        self._node = node
        self._call = call
        self._prompt = Prompting()
        self._position = 0
        self._entered_ms = 0
        self._leaves_by_ms: int | None = None
        self._tells_at_ms: int | None = None
        self._is_over = False

    @property
    def deadline_ms(self) -> int | None:
        due = (self._leaves_by_ms, self._tells_at_ms)
        return min((at for at in due if at is not None), default=None)

    def enter(self, now_ms: int) -> Turn:
        queue = self._call.flow.destinations[self._node.to]
        assert isinstance(queue, QueueDestination)
        self._entered_ms = now_ms
        self._leaves_by_ms = now_ms + queue.max_wait_s * 1000
        self._tells_at_ms = now_ms + self._node.position_every_s * 1000
        return [Enqueue(queue, self._node.music)]

    def handle(self, event: Event, now_ms: int) -> Turn:
        match event:
            case QueueNews(QueueState.POSITION, position):
                self._position = position
                return []
            case QueueNews(state):
                return self._ended(state)
            case Bridged():
                self._call.outcome.happened(Ending.TRANSFERRED)
                self._leaves_by_ms = self._tells_at_ms = None
                return [*self._prompt.stop()]
            case Key(digit):
                return self._key(digit, now_ms)
            case _:
                return []

    def wake(self, now_ms: int) -> Turn:
        if self._leaves_by_ms is not None and self._leaves_by_ms <= now_ms:
            return [Leave("exits.timeout", self._node.exits["timeout"])]
        self._tells_at_ms = now_ms + self._node.position_every_s * 1000
        if not self._position:
            return []
        return [*self._prompt.play(self._call.play_own(ClipKind.POSITION, str(self._position)))]

    def resume(self, now_ms: int) -> Turn:
        return []

    def leave(self, now_ms: int) -> list[Action]:
        return [*self._prompt.stop(), *([] if self._is_over else [LeaveQueue()])]

    def _ended(self, state: QueueState) -> Turn:
        self._is_over = True
        if state is QueueState.ANSWERED:
            self._call.outcome.happened(Ending.TRANSFERRED)
        return [Leave(f"exits.{state.value}", self._node.exits[state.value])]

    def _key(self, digit: str, now_ms: int) -> Turn:
        offer = self._node.offer
        if offer is None or digit != offer.key:
            return []
        if now_ms - self._entered_ms < offer.after_s * 1000:
            return []
        return [Leave("offer.next", offer.next, is_by_key=True)]
