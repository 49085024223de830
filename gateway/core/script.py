"""What a call follows from its ring on: an agent alone, or a flow in which agents have parts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from .actions import Action, EndReason
from .agent import AgentEvent
from .cover import Cover
from .events import MarkPlayed
from .link import Link
from .playout import Playout
from .terms import CallLimits
from .uplink import Uplink

ScriptEvent = AgentEvent | MarkPlayed  # the echo of a mark comes when the ledger has read it


@dataclass(frozen=True, slots=True)
class Stage:
    """What a script works with. The call owns it, feeds it and wakes it."""

    playout: Playout
    uplink: Uplink
    link: Link
    cover: Cover
    limits: CallLimits


@dataclass(frozen=True, slots=True)
class Ending:
    """How a script wants its call to end, once what plays was heard; with an apology if need be."""

    reason: EndReason
    is_sorry: bool = False


class Script(Protocol):
    """Who decides what is said. Sans-IO like the call: times are whole milliseconds.

    `has_begun`: somebody can be talked to. `ending` is looked at after each step.
    """

    @property
    def has_begun(self) -> bool: ...

    @property
    def ending(self) -> Ending | None: ...

    @property
    def deadline_ms(self) -> int | None: ...

    @property
    def listens(self) -> bool:
        """Whether `hear` is called: for each frame of the caller, so that this is rarely wished."""
        ...

    def prepare(self, now_ms: int) -> list[Action]:
        """The call rings."""
        ...

    def begin(self, now_ms: int) -> list[Action]:
        """The caller is there."""
        ...

    def link_moved(self, now_ms: int) -> list[Action]:
        """The way to the model stands otherwise than before, or may."""
        ...

    def handle(self, event: ScriptEvent, now_ms: int) -> list[Action]:
        """Something of the conversation; before anything has begun only keys."""
        ...

    def hear(self, payload: bytes, now_ms: int) -> list[Action]:
        """A frame of the caller in the leg's format."""
        ...

    def wake(self, now_ms: int) -> list[Action]:
        """`deadline_ms` is due."""
        ...

    def is_quiet(self, now_ms: int) -> bool:
        """A good moment to leave."""
        ...

    def leave(self, reason: EndReason, now_ms: int) -> list[Action]:
        """The call ends: what is under way is of no use to anybody."""
        ...


WriteScript = Callable[[Stage], Script]
