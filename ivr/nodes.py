"""The nodes of a flow as frozen values, each with all its exits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar

from .expr import Condition


class TransferMode(StrEnum):
    """Whether the person is asked first."""

    COLD = "cold"
    WARM = "warm"


@dataclass(frozen=True, slots=True)
class OptOut:
    """How somebody says that they want no more calls."""

    next: str
    keys: str | None = None
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What every node has. `in_all_languages` plays its prompt in each, one after the other."""

    type: ClassVar[str]
    waits: ClassVar[bool] = False  # for the caller, or for real time

    name: str
    note: str
    in_all_languages: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Step):
    """Plays a prompt. A key stops it and is kept for the next node."""

    type: ClassVar[str] = "say"
    prompt: str
    next: str
    interrupt: bool


@dataclass(frozen=True, slots=True)
class Option:
    """What a key of a menu does; `value` goes to the menu's slot."""

    next: str
    value: str


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a menu asks again, and where it leads then."""

    retries: int
    next: str
    prompt: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu(Step):
    """Keys to choose from."""

    type: ClassVar[str] = "menu"
    waits: ClassVar[bool] = True
    prompt: str
    options: Mapping[str, Option]
    noinput: Retry
    nomatch: Retry
    slot: str | None
    first_s: int
    inter_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect(Step):
    """Digits into a slot: `ok`, `failed` if all tries were wrong, `timeout` if the last was silent.

    `check` is none, luhn, date or `regex:…`.
    """

    type: ClassVar[str] = "collect"
    waits: ClassVar[bool] = True
    prompt: str
    digits_min: int
    digits_max: int
    slot: str
    exits: Mapping[str, str]
    finish: str
    check: str
    tries: int
    first_s: int
    inter_s: int
    retry_prompt: str | None
    is_sensitive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours(Step):
    """Asks a calendar."""

    type: ClassVar[str] = "hours"
    calendar: str
    open: str
    closed: str
    holiday: str


@dataclass(frozen=True, slots=True)
class Case:
    """A condition and where it leads; None for one that could not be read."""

    when: Condition | None
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(Step):
    """The first case that is true."""

    type: ClassVar[str] = "branch"
    cases: tuple[Case, ...]
    default: str


@dataclass(frozen=True, slots=True)
class AiExit:
    """A function the model may call: where it leads, and the types of what it brings, by slot."""

    next: str
    slots: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ai(Step):
    """The model speaks until it calls an exit, a key or the clock ends it."""

    type: ClassVar[str] = "ai"
    waits: ClassVar[bool] = True
    agent: str
    exits: Mapping[str, AiExit]
    unavailable: str
    timeout: str
    is_recorded: bool
    keys: Mapping[str, str]
    optout: OptOut | None
    max_s: int
    silence_s: int
    nudges: int
    tells_digits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Step):
    """To a person, asked first if warm; `whisper` is a prompt, or `summary`."""

    type: ClassVar[str] = "transfer"
    waits: ClassVar[bool] = True
    to: str
    exits: Mapping[str, str]
    mode: TransferMode
    music: str
    accept_key: str
    accept_s: int
    whisper: str | None


@dataclass(frozen=True, slots=True)
class Offer:
    """What a waiting caller may do instead, from then on."""

    after_s: int
    key: str
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue(Step):
    """Waits for one of several people."""

    type: ClassVar[str] = "queue"
    waits: ClassVar[bool] = True
    to: str
    exits: Mapping[str, str]
    music: str
    position_every_s: int
    offer: Offer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicemail(Step):
    """Records a message; `empty` is one of less than a second."""

    type: ClassVar[str] = "voicemail"
    waits: ClassVar[bool] = True
    box: str
    exits: Mapping[str, str]
    prompt: str | None
    max_s: int
    silence_s: int
    finish: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailDrop(Step):
    """Leaves a message on somebody's machine, after its beep."""

    type: ClassVar[str] = "voicemail_drop"
    waits: ClassVar[bool] = True
    prompt: str
    next: str
    max_wait_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool(Step):
    """Calls a tool; `uses` are the slots it may read."""

    type: ClassVar[str] = "tool"
    call: str
    exits: Mapping[str, str]
    args: Mapping[str, str]
    uses: tuple[str, ...]
    timeout_s: int
    filler: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition(Step):
    """What became of the call; `at` is a slot with a time."""

    type: ClassVar[str] = "disposition"
    code: str
    next: str
    prompt: str | None
    at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup(Step):
    """The end."""

    type: ClassVar[str] = "hangup"
    cause: str | None


Node = (
    Say
    | Menu
    | Collect
    | Hours
    | Branch
    | Ai
    | Transfer
    | Queue
    | Voicemail
    | VoicemailDrop
    | Tool
    | Disposition
    | Hangup
)
