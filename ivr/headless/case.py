"""A scenario as frozen values: who calls when, what they do, and what must happen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from ..machine.events import Answerer, QueueState, TransferEnd
from ..machine.facts import Facts

AT = datetime(2026, 11, 30, 10)  # a Monday, where nothing else is said
PRESS_EVERY_MS = 250
WAIT_MS_MAX = 60_000  # for what a case expects, if it does not say within which time


class Temper(StrEnum):
    """What is wrong with the model."""

    NONE = "none"
    DOWN = "down"  # it cannot be reached, or is lost
    MUTE = "mute"  # it is there, and says nothing


@dataclass(frozen=True, slots=True)
class Press:
    """Keys, one after the other. No repr shows them: they may be of a card."""

    keys: str = field(repr=False)
    every_ms: int = PRESS_EVERY_MS


@dataclass(frozen=True, slots=True)
class Speak:
    """Words of the caller; without a length they take as long as they take."""

    text: str
    for_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Nobody does anything."""

    ms: int


@dataclass(frozen=True, slots=True)
class HangUp:
    """The line is closed."""

    by: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Somebody answers an outbound call."""

    answerer: Answerer


@dataclass(frozen=True, slots=True)
class BeepSounds:
    """The machine is ready."""


@dataclass(frozen=True, slots=True)
class AgentLeaves:
    """The model calls the function of an exit, once it is up."""

    exit_: str
    slots: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class AgentSwitches:
    """The model calls `switch_language`, once it is up."""

    language: str


@dataclass(frozen=True, slots=True)
class AgentIs:
    """From now on something is wrong with the model, or not any more; how long it takes to come."""

    temper: Temper | None = None
    up_ms: int | None = None


@dataclass(frozen=True, slots=True)
class TransferEnds:
    """What becomes of the transfer, once there is one."""

    end: TransferEnd


@dataclass(frozen=True, slots=True)
class QueueTells:
    """What the queue tells, once somebody waits in it."""

    state: QueueState
    position: int = 0


@dataclass(frozen=True, slots=True)
class ToolEnds:
    """How the tool ends, once it was called."""

    status: str


@dataclass(frozen=True, slots=True)
class Stream:
    """The media stream is lost, or back."""

    is_back: bool


@dataclass(frozen=True, slots=True)
class Clock:
    """The clocks on the wall show something else."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Breaks:
    """Something of ours fails."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """`say <prompt>`, `voicemail <box>`, `<type> <node>` or `hangup`."""

    verb: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.verb} {self.name}".rstrip()


@dataclass(frozen=True, slots=True)
class Expect:
    """It must happen, or must not, within that time from here; what came since the last one counts."""

    wanted: Wanted
    within_ms: int | None = None
    is_refused: bool = False


@dataclass(frozen=True, slots=True)
class SlotHolds:
    """A slot, or the language, must have this value now."""

    slots: Mapping[str, str]


Act = (
    Press
    | Speak
    | Wait
    | HangUp
    | Answer
    | BeepSounds
    | AgentLeaves
    | AgentSwitches
    | AgentIs
    | TransferEnds
    | QueueTells
    | ToolEnds
    | Stream
    | Clock
    | Breaks
)
Step = Act | Expect | SlotHolds


@dataclass(frozen=True, slots=True)
class End:
    """What must be true when the call is over; None is not asked."""

    node: str | None = None
    disposition: str | None = None
    is_suppressed: bool | None = None
    prompts_after_optout: int | None = None
    digits_seen_by_ai: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One call."""

    name: str
    steps: tuple[Step, ...]
    at: datetime = AT
    temper: Temper = Temper.NONE
    up_ms: int | None = None
    facts: Facts = field(default_factory=Facts)
    end: End = field(default_factory=End)
