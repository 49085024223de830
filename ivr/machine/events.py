"""What can happen to a flow. Past tense or nouns; no repr shows a key, a word or a number.

Who tells what: the leg tells `Key`, `PromptDone`, `Beep`, `Sounding` of the caller, `StreamLost`,
`StreamBack`, `HungUp`; the model's side all `Ai…`, `Heard`, `LanguageChosen`, `Sounding` of the
agent; the carrier's side `Bridged`, `TransferResult`, `QueueNews`, `Verdict`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Who(StrEnum):
    """Whose voice it is."""

    CALLER = "caller"
    AGENT = "agent"


class TransferEnd(StrEnum):
    """What became of a transfer: the exits of its node."""

    COMPLETED = "completed"  # they talked, and it is over
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"
    DECLINED = "declined"


class QueueState(StrEnum):
    """What a queue tells of a caller in it."""

    POSITION = "position"
    ANSWERED = "answered"  # they talked, and it is over
    FULL = "full"


class Answerer(StrEnum):
    """Who answered an outbound call."""

    HUMAN = "human"
    MACHINE = "machine"
    SCREENING = "screening"


@dataclass(frozen=True, slots=True)
class Key:
    """The caller pressed one of `0`-`9`, `*`, `#`."""

    digit: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PromptDone:
    """The last sound of a `Play` has been heard; not told for one that was stopped."""

    tag: int


@dataclass(frozen=True, slots=True)
class Sounding:
    """A voice begins to be heard, or falls silent.

    The agent's as the caller hears it; the caller's by the model's ear, or by the energy of the
    line while no model listens (a voicemail needs it).
    """

    who: Who
    is_on: bool


@dataclass(frozen=True, slots=True)
class AiUp:
    """The model asked for by `StartAi` hears and speaks; at once if it was warmed before."""


@dataclass(frozen=True, slots=True)
class AiDown:
    """The model is lost: closed and not resumed in time, or 4 s without a sound where one is due.

    The 4 s are judged by whoever owns the model's turns. A model that does not come up needs no
    event: the flow itself waits 2.5 s for `AiUp`.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class AiExit:
    """The model called the function of an exit; `slots` is what it brought, as text."""

    name: str
    slots: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    """The model called `switch_language`."""

    language: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A final transcript of one turn. Only the caller's words are searched for phrases."""

    text: str = field(repr=False)
    who: Who = Who.CALLER


@dataclass(frozen=True, slots=True)
class ToolResult:
    """A tool ended: `ok`, `error` or a name of its own. `id` is the one of its `CallTool`."""

    id: int
    status: str


@dataclass(frozen=True, slots=True)
class Bridged:
    """The caller of a transfer or a queue hears the person, and is no longer ours to speak to."""


@dataclass(frozen=True, slots=True)
class TransferResult:
    """A transfer ended and the caller is back, or nobody came."""

    end: TransferEnd


@dataclass(frozen=True, slots=True)
class QueueNews:
    """A caller's place in a queue, from 1; or how the waiting ended."""

    state: QueueState
    position: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who answered, once that is known."""

    answerer: Answerer


@dataclass(frozen=True, slots=True)
class Beep:
    """An answering machine is ready for a message."""


@dataclass(frozen=True, slots=True)
class StreamLost:
    """No media: keys being sent, a transfer, a gateway that restarts. All timers stand still."""


@dataclass(frozen=True, slots=True)
class StreamBack:
    """Media flows again."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that was asked for cannot be done, by a fault of ours; `what` is no one's data."""

    what: str


@dataclass(frozen=True, slots=True)
class HungUp:
    """The call is over, whoever ended it."""

    by: str = "caller"


Event = (
    Key
    | PromptDone
    | Sounding
    | AiUp
    | AiDown
    | AiExit
    | LanguageChosen
    | Heard
    | ToolResult
    | Bridged
    | TransferResult
    | QueueNews
    | Verdict
    | Beep
    | StreamLost
    | StreamBack
    | Fault
    | HungUp
)
