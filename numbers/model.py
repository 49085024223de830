"""What leads where, as frozen values: numbers, routes, pools, agents, and one version of them all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

NAME_CHARS_MAX = 64


class RouteKind(StrEnum):
    """What answers at the end of a route; the word stands before the slash or colon."""

    AGENT = "agent"
    FLOW = "flow"
    FORWARD = "forward"
    SIP = "sip"


@dataclass(frozen=True, slots=True)
class Route:
    """Where a call leads: `agent/NAME`, `flow/NAME[@VERSION]`, `forward/+1…` or `sip:user@host`.

    `target` is the name, the E.164 number, or the whole SIP address with its `sip:`.
    """

    kind: RouteKind
    target: str
    version: int | None = None

    def __str__(self) -> str:
        if self.kind is RouteKind.SIP:
            return self.target
        pinned = "" if self.version is None else f"@{self.version}"
        return f"{self.kind}/{self.target}{pinned}"


@dataclass(frozen=True, slots=True)
class Share:
    """One of the routes among which a number's callers are split, and its part of the whole."""

    route: Route
    weight: int


@dataclass(frozen=True, slots=True)
class ScheduleEntry:
    """A route in force from `at` on, until `until`; both are instants with a zone.

    Of several in force the one that began last counts; after its end the one before holds again.
    """

    at: datetime
    route: Route
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """A route set by hand that beats all others, until an instant or until it is cleared.

    None as the route: closed, the caller hears the closing document.
    """

    route: Route | None
    until: datetime | None = None


class Audio(StrEnum):
    """What is spoken with the model on this number's calls."""

    PCM24K = "pcm24k"
    PCMU = "pcmu"


@dataclass(frozen=True, slots=True)
class Number:
    """One phone number of ours, in E.164, and what is wanted for it.

    `shares` is the number's own route: one share, or several with weights; empty, it is unassigned.
    `provider_id` is the carrier's name for it (Twilio: `PN…`), None until it was adopted or bought.
    `max_calls` is how many of its calls agents take at the same time, None for any number.
    """

    number: str
    name: str = ""
    shares: tuple[Share, ...] = ()
    schedule: tuple[ScheduleEntry, ...] = ()
    fallback: Route | None = None
    is_recorded: bool = False
    audio: Audio | None = None
    emergency_address: str | None = None
    tags: tuple[str, ...] = ()
    is_protected: bool = False
    provider_id: str | None = None
    max_calls: int | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """Numbers that serve as caller IDs; `daily_cap` is the calls one of them makes a day at most."""

    name: str
    members: tuple[str, ...]
    pick: str = "sticky-least-used"
    daily_cap: int | None = None


@dataclass(frozen=True, slots=True)
class Agent:
    """Who speaks with a caller: the model, its voice and prompt, and what one call may take.

    None leaves a matter to the gateway's settings.
    """

    name: str
    instructions: str
    model: str | None = None
    voice: str | None = None
    audio: Audio | None = None
    language: str | None = None
    greeting: str | None = None
    interruption: str | None = None
    vad: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    max_call_s: int | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One version of an account's whole configuration. Version 0 is the empty one, never stored."""

    account: str
    version: int = 0
    numbers: Mapping[str, Number] = field(default_factory=lambda: MappingProxyType({}))
    pools: Mapping[str, Pool] = field(default_factory=lambda: MappingProxyType({}))
    agents: Mapping[str, Agent] = field(default_factory=lambda: MappingProxyType({}))
    default_route: Route | None = None
    plan_id: str = ""
    author: str = ""
    made_at: datetime | None = None

    def routes(self) -> Iterator[Route]:
        """Wherever callers may be led."""
        for number in self.numbers.values():
            yield from (share.route for share in number.shares)
            yield from (entry.route for entry in number.schedule)
            if number.fallback is not None:
                yield number.fallback
        if self.default_route is not None:
            yield self.default_route
