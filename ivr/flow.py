"""A flow as frozen values: its nodes, and what they refer to by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ..numbers.yaml.tree import MappingNode
from .hours import Calendar
from .nodes import Node, OptOut

CALLEE = "callee"  # the zone of whoever is called
LANGUAGE = "language"  # the slot that every flow has


class Direction(StrEnum):
    """Who calls whom."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Ring(StrEnum):
    """Which members of a queue ring first."""

    LONGEST_IDLE = "longest_idle"
    ALL = "all"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Said:
    """A prompt in one language: a text to be spoken, or a WAV file."""

    text: str | None = None
    file: str | None = None


Prompt = Mapping[str, Said]  # language -> what is said


@dataclass(frozen=True, slots=True)
class PhoneDestination:
    """A telephone number; `digits` are sent once somebody answers."""

    number: str
    ring_s: int
    digits: str | None


@dataclass(frozen=True, slots=True)
class SipDestination:
    """A SIP address."""

    uri: str
    ring_s: int


@dataclass(frozen=True, slots=True)
class QueueDestination:
    """People who share the callers that wait for them."""

    queue: str
    members: tuple[str, ...]
    ring: Ring
    ring_s: int
    max_wait_s: int
    max_len: int


Destination = PhoneDestination | SipDestination | QueueDestination


@dataclass(frozen=True, slots=True)
class Limits:
    """What no call may exceed: its seconds, and how many nodes it enters."""

    call_s: int = 1800
    steps: int = 200


@dataclass(frozen=True, slots=True)
class Emergency:
    """Heard when the caller speaks of one; without `next` the call stays where it is."""

    prompt: str
    number: str
    phrases: tuple[str, ...] = ()
    keys: str | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Handlers:
    """Where a call goes when something happens to it; each is entered at most once."""

    error: str = ""
    ai_unavailable: str = ""
    limit: str = ""
    machine: str | None = None

    def named(self) -> Mapping[str, str]:
        """Those that are set, by the name of their field."""
        names = ("error", "ai_unavailable", "limit", "machine")
        return {name: target for name in names if (target := getattr(self, name))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """All of a flow file. `spec` is its text as a tree, which knows where everything stands."""

    name: str
    description: str
    direction: Direction
    start: str
    timezone: str
    languages: tuple[str, ...]
    limits: Limits
    calendars: Mapping[str, Calendar]
    prompts: Mapping[str, Prompt]
    destinations: Mapping[str, Destination]
    emergency: Emergency | None
    optout: OptOut | None
    handlers: Handlers
    nodes: Mapping[str, Node]
    spec: MappingNode = field(compare=False, repr=False)

    def written(self, section: str) -> list[str]:
        """The names that stand in a section of the file, readable or not."""
        node = self.spec.values.get(section)
        return list(node.keys) if isinstance(node, MappingNode) else []
