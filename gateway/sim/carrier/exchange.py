"""What the calls of a simulated account share: times, agenda, webhooks, whom one can dial."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Literal

from ..agenda import Agenda
from .orders import Order
from .webhooks import Webhooks


@dataclass(frozen=True, slots=True)
class Callee:
    """What becomes of a call to some number; `talk_ms` is for a bridged leg."""

    outcome: Literal["answered", "busy", "no-answer", "failed"] = "answered"
    ring_ms: int = 3_000
    talk_ms: int = 30_000
    answered_by: str = "human"
    detection_ms: int = 2_100


@dataclass(frozen=True, slots=True)
class CallTiming:
    """How long the carrier takes; ranges are drawn from each time."""

    upgrade_ms: tuple[int, int] = (300, 400)
    callback_ms: tuple[int, int] = (20, 300)
    action_ms: tuple[int, int] = (20, 120)
    redirect_action_ms: int = 300
    redirect_ms: int = 650  # a document to be fetched
    redirect_text_ms: int = 100  # one in the request


@dataclass(frozen=True, slots=True)
class Exchange:
    """What all calls of an account share."""

    auth_token: str
    timing: CallTiming
    agenda: Agenda
    out: list[Order]
    rng: Random
    webhooks: Webhooks
    callees: Callable[[str], Callee]

    def sid(self, prefix: str) -> str:
        return f"{prefix}{self.rng.getrandbits(128):032x}"

    def draw(self, bounds: tuple[int, int]) -> int:
        return self.rng.randint(*bounds)
