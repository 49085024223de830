"""What a call is held to, and the sounds it has of its own."""

from dataclasses import dataclass, field

from .bargein import BargeInLimits
from .link import LinkLimits
from .responses import TurnLimits
from .uplink import UplinkLimits


@dataclass(frozen=True, slots=True)
class CallLimits:
    """Every limit of a call; milliseconds."""

    prewarm_ttl_ms: int = 15_000
    token_ttl_ms: int = 30_000
    cover_after_ms: int = 700
    lead_limit_ms: int = 20_000
    mark_every_ms: int = 200
    goodbye_tail_ms: int = 300
    goodbye_overrun_ms: int = 2_000
    apology_overrun_ms: int = 1_000
    last_lead_ms: int = 2_000  # a longer rest is not heard out before a goodbye in a hurry
    max_call_ms: int = 3_600_000
    link: LinkLimits = field(default_factory=LinkLimits)
    uplink: UplinkLimits = field(default_factory=UplinkLimits)
    turns: TurnLimits = field(default_factory=TurnLimits)
    bargein: BargeInLimits = field(default_factory=BargeInLimits)


@dataclass(frozen=True, slots=True)
class Prompts:
    """Sounds of our own in the leg's format; an empty one is skipped."""

    apology: bytes = b""
    goodbye: bytes = b""
    draining: bytes = b""
    ringback: bytes = b""  # one whole cadence
