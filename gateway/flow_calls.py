"""Calls that a flow answers: which version, with which agents, for whom, by which clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from ..ivr.call.script import FlowCall
from ..ivr.flow import Flow
from ..ivr.machine.facts import Facts
from ..ivr.nodes import Ai
from ..ivr.public_holidays import public_holidays
from ..ivr.publishing.ready import ReadyFlow
from ..numbers.model import Agent, Route, RouteKind
from .call_record import CallFacts
from .plans import agent_plan
from .settings import Settings

LAST_WORDS_S = 60  # beyond its own limit: the flow's handler for that, and a little more

_LOG = structlog.stdlib.get_logger("voicegate.flow_calls")


class Shelf(Protocol):
    """The flows that can answer, in memory."""

    def current(self, name: str) -> ReadyFlow | None:
        """The version in force."""
        ...

    async def pinned(self, name: str, version: int) -> ReadyFlow | None:
        """One version."""
        ...


class NoFlows:
    """See Shelf. Without a store there are none."""

    def current(self, name: str) -> ReadyFlow | None:
        """See Shelf."""

    async def pinned(self, name: str, version: int) -> ReadyFlow | None:
        """See Shelf."""


Now = Callable[[], datetime]


def wall_clock() -> datetime:
    """Now, as this machine's clock shows it."""
    return datetime.now().astimezone()


@dataclass(frozen=True, slots=True)
class OneFlow:
    """See Shelf. There is one, which every number leads to, and its clock; for trials."""

    ready: ReadyFlow
    now: Now = wall_clock

    @property
    def route(self) -> Route:
        """Where every number leads."""
        return Route(RouteKind.FLOW, self.ready.flow.name)

    def current(self, name: str) -> ReadyFlow | None:
        """See Shelf."""
        return self.ready if name == self.ready.flow.name else None

    async def pinned(self, name: str, version: int) -> ReadyFlow | None:
        """See Shelf."""
        return self.current(name) if version == self.ready.version else None


@dataclass(frozen=True, slots=True)
class Casting:
    """A flow for a call, and who its agents are; one without an entry is as the settings say."""

    ready: ReadyFlow
    agents: Mapping[str, Agent]


async def find(shelf: Shelf, route: Route) -> ReadyFlow | None:
    """The flow of a route: its version if it names one that can be had, else the one in force."""
    if route.version is not None:
        ready = await shelf.pinned(route.target, route.version)
        if ready is not None:
            return ready
        _LOG.warning("flow.unpinned", flow=route.target, version=route.version)
    return shelf.current(route.target)


def flow_call(
    settings: Settings, casting: Casting, facts: CallFacts, now: Now = wall_clock
) -> FlowCall:
    """What a call in this flow is given."""
    flow = casting.ready.flow
    zone = ZoneInfo(flow.timezone)
    plans = {name: agent_plan(settings, casting.agents.get(name)) for name in agents_of(flow)}
    return FlowCall(
        flow,
        casting.ready.sounds,
        plans,
        Facts(
            caller_number=facts.caller,
            caller_country=facts.caller_country or None,
            caller_region=facts.caller_region or None,
            call_number=facts.called,
        ),
        lambda _now_ms: now().astimezone(zone),
        public_holidays(flow, now().astimezone(zone)),
    )


def longest_ms(flow: Flow) -> int:
    """For how long a call in this flow may go on, whatever happens."""
    return (flow.limits.call_s + LAST_WORDS_S) * 1_000


def agents_of(flow: Flow) -> set[str]:
    """Every agent that has a part in it."""
    return {node.agent for node in flow.nodes.values() if isinstance(node, Ai)}
