"""A leg or a model kept in memory: says what it is told to say, keeps what it is asked to do."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ...core.actions import Action
from ...core.events import Event, LegOpened, ModelConnected, ModelOpened
from ...core.wire import Deliver

CALLER = (LegOpened("MZ1"),)
READY = (ModelConnected(), ModelOpened("audio/pcmu", "audio/pcmu"))


@dataclass(slots=True)
class MemoryEnd:
    """Either end of a session: what it says first, what was written to it, what it has not read.

    `reply` is called with each action, in the middle of the session's turn.
    """

    opening: tuple[Event, ...] = ()
    log: list[Action] = field(default_factory=list[Action])
    backlog: int = 0  # bytes
    closes: int = 0
    deliver: Deliver | None = None
    reply: Callable[[Action], None] | None = None

    def start(self, deliver: Deliver) -> None:
        """Begin, with what it says first."""
        self.deliver = deliver
        self.tell(*self.opening)

    def perform(self, action: Action) -> None:
        """Keep it."""
        self.log.append(action)
        if self.reply is not None:
            self.reply(action)

    def backlog_bytes(self) -> int:
        """As many as were set."""
        return self.backlog

    def close(self) -> None:
        """Count it."""
        self.closes += 1

    def tell(self, *events: Event) -> None:
        """Say this to the session; only after the start."""
        assert self.deliver is not None
        for event in events:
            self.deliver(event)
