"""What a call does inside one node: the verbs that every node type has, and how it is left."""

from dataclasses import dataclass
from typing import Protocol

from .actions import Action
from .events import Event


@dataclass(frozen=True, slots=True)
class Leave:
    """Go on to the next node by this exit: its field below the node, or of the flow if a root."""

    edge: str
    target: str
    is_by_key: bool = False  # the caller chose it
    is_root: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """Go on to a handler of the flow."""

    handler: str
    reason: str


@dataclass(frozen=True, slots=True)
class Finish:
    """End the call."""

    cause: str


Turn = list[Action | Leave | Trouble | Finish]  # nothing follows one of the last three


class State(Protocol):
    """One node of one call, from entry to exit, in the call's own time.

    That time stands still while the stream is lost. `resume` comes when the caller hears us again
    after that, or after an emergency prompt that cut what was playing. `leave` is asked once,
    whoever decided to go.
    """

    @property
    def deadline_ms(self) -> int | None: ...
    def enter(self, now_ms: int) -> Turn: ...
    def handle(self, event: Event, now_ms: int) -> Turn: ...
    def wake(self, now_ms: int) -> Turn: ...
    def resume(self, now_ms: int) -> Turn: ...
    def leave(self, now_ms: int) -> list[Action]: ...
