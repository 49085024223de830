"""What one simulated session has: shared by the machine, its input side and its responses."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..agenda import Agenda
from .brains import Brain
from .faults import Faults
from .items import Conversation
from .session import SessionObject
from .settings import RealtimeSettings, Span
from .usage import Context, TokenBudget
from .wire import Wire, identifier


@dataclass(slots=True)
class SessionState:
    """The parts of one session. `rng` decides times and ids; faults have their own luck."""

    settings: RealtimeSettings
    brain: Brain
    rng: random.Random
    faults: Faults
    wire: Wire
    session: SessionObject
    context: Context
    budget: TokenBudget
    conversation_id: str
    agenda: Agenda = field(default_factory=Agenda)
    conversation: Conversation = field(default_factory=Conversation)
    spoken_numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    has_assistant_audio: bool = False

    def draw(self, span: Span) -> int:
        """A time within the span."""
        return self.rng.randint(*span)

    def new_id(self, prefix: str, length: int = 21) -> str:
        """A server-made id, such as `item_` and 21 characters."""
        return identifier(prefix, self.rng, length)
