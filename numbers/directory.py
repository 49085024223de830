"""Who answers a call, as far as a gateway has to know: decided from the view in memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from .model import Agent, Audio, Route, RouteKind
from .resolve import Step, resolve
from .serving.view import View


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers one call, pinned: what is changed meanwhile changes nothing for it.

    Without an agent of its own an agent route leads to the one whom the gateway's settings
    describe. No route: the number is closed by hand. `alarms` are for the operator. A flow gets
    all `agents` that there are. `max_calls` of the number may be answered at the same time.
    """

    route: Route | None
    agent: Agent | None = None
    audio: Audio | None = None
    version: int = 0
    alarms: tuple[str, ...] = ()
    agents: Mapping[str, Agent] = field(default_factory=dict[str, Agent])
    max_calls: int | None = None


class Directory(Protocol):
    """Knows who answers. The answer is at hand: nothing is asked over a network."""

    def resolve(self, called: str, caller: str) -> Answering:
        """Who answers a call between these two, as the carrier wrote them."""
        ...


class OneRoute:
    """Every number leads to the same agent."""

    def __init__(self, route: Route) -> None:
        self._answering = Answering(route)

    def resolve(self, called: str, caller: str) -> Answering:
        """The one route."""
        return self._answering


class RegistryDirectory:
    """Answers by the registry's view, and where that leads to nobody by the `house` route.

    A registry in which nothing was ever applied is no reason for an alarm. `has_flow` says
    whether a flow can answer here.
    """

    def __init__(
        self,
        view: Callable[[], View],
        now: Callable[[], datetime],
        house: Route,
        has_flow: Callable[[Route], bool],
    ) -> None:
        self._view = view
        self._now = now
        self._house = house
        self._has_flow = has_flow

    def resolve(self, called: str, caller: str) -> Answering:
        """See Directory."""
        view = self._view()
        snapshot = view.snapshot
        found = resolve(
            snapshot, called, caller, self._now(), view.overrides, has_flow=self._has_flow
        )
        is_nobody = found.route is None and found.reasons[-1].step is Step.NOBODY
        route = self._house if is_nobody else found.route
        number = snapshot.numbers.get(called)
        is_flow = route is not None and route.kind is RouteKind.FLOW
        is_agent = route is not None and route.kind is RouteKind.AGENT and not is_nobody
        alarms = [str(reason) for reason in found.reasons if reason.is_alarm]
        return Answering(
            route,
            agent=snapshot.agents[route.target] if is_agent and route is not None else None,
            audio=None if number is None else number.audio,
            version=snapshot.version,
            alarms=tuple(alarms) if snapshot.version else (),
            agents=snapshot.agents if is_flow else {},
            max_calls=None if number is None else number.max_calls,
        )
