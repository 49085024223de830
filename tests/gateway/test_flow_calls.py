"""Calls that a flow answers: which version, which agents, by which clock."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from voicegate.gateway.call_record import CallFacts
from voicegate.gateway.core.actions import EndReason, OpenModel, Role
from voicegate.gateway.core.breaker import Breaker
from voicegate.gateway.core.events import CallRang
from voicegate.gateway.core.terms import CallLimits
from voicegate.gateway.flow_calls import (
    Casting,
    NoFlows,
    OneFlow,
    agents_of,
    find,
    flow_call,
    longest_ms,
    wall_clock,
)
from voicegate.gateway.messages import Messages
from voicegate.gateway.metrics import Metrics
from voicegate.gateway.sessions import Sessions
from voicegate.gateway.settings import Settings, load
from voicegate.gateway.sim.rig.flows import HELLO, MemoryShelf, silent_flow
from voicegate.gateway.sim.rig.loops import at_once, run
from voicegate.ivr.call.roles import first_role
from voicegate.numbers.directory import Answering
from voicegate.numbers.model import Agent, Route, RouteKind

FIRST, SECOND = silent_flow(), silent_flow(version=2)
SHELF = MemoryShelf(FIRST, SECOND)
FACTS = CallFacts("one", "CA" + "1" * 32, "+12125550142", caller="+15550100001")
AMY = Agent("amy", "You are Amy.", voice="cedar", greeting="none")


@pytest.fixture
def settings() -> Settings:
    environ = {
        "VOICEGATE_PUBLIC_URL": "https://voice.example.com",
        "OPENAI_API_KEY": "sk-test-0123456789",
    }
    return load(environ, None)


@pytest.mark.parametrize(
    ("version", "found"), [(None, SECOND), (1, FIRST), (2, SECOND), (3, SECOND)]
)
def test_a_route_leads_to_its_version_or_to_the_one_in_force(
    version: int | None, found: object
) -> None:
    """F9: a call keeps the version that it is in; one that cannot be had keeps no caller out."""
    assert at_once(find(SHELF, Route(RouteKind.FLOW, "hello", version))) is found


def test_without_flows_none_is_found() -> None:
    assert at_once(find(NoFlows(), Route(RouteKind.FLOW, "hello", 1))) is None
    assert at_once(find(SHELF, Route(RouteKind.FLOW, "other"))) is None


def test_one_flow_answers_by_its_name_alone() -> None:
    only = OneFlow(FIRST)
    assert at_once(find(only, only.route)) is FIRST
    assert at_once(find(only, Route(RouteKind.FLOW, "hello", 7))) is FIRST
    assert only.current("other") is None


def test_a_flows_agents_are_those_of_the_registry_or_as_the_settings_say(
    settings: Settings,
) -> None:
    given = flow_call(settings, Casting(FIRST, {"amy": AMY}), FACTS)
    assert given.plans["amy"].greeting is None
    assert flow_call(settings, Casting(FIRST, {}), FACTS).plans["amy"].greeting
    assert agents_of(FIRST.flow) == {"amy"}
    assert given.facts.caller_number == "+15550100001"
    assert given.facts.call_number == "+12125550142"


def test_a_flow_goes_by_the_clock_of_its_zone(settings: Settings) -> None:
    flow = silent_flow(HELLO.replace("UTC", "America/New_York"))
    noon = datetime(2026, 11, 30, 12, tzinfo=UTC)
    given = flow_call(settings, Casting(flow, {}), FACTS, lambda: noon)
    assert given.wall(0).isoformat() == "2026-11-30T07:00:00-05:00"


def test_a_flow_keeps_the_public_holidays_of_each_calendar(settings: Settings) -> None:
    """F6: of the year that its zone has, and its neighbours; a calendar without a country none."""
    calendars = "  calendars: {desk: {holidays: {country: US}}, own: {weekly: {}}}\n  prompts:\n"
    text = HELLO.replace("UTC", "America/New_York").replace("  prompts:\n", calendars)
    midnight = datetime(2027, 1, 1, 4, 59, tzinfo=UTC)  # a minute to go in New York
    given = flow_call(settings, Casting(silent_flow(text), {}), FACTS, lambda: midnight)
    assert given.public is not None
    assert [*given.public] == ["desk"]
    kept = given.public["desk"]
    assert {date(2025, 12, 25), date(2026, 11, 26), date(2027, 1, 1)} <= set(kept)
    assert max(kept).year == 2027


def test_a_call_in_a_flow_is_cut_off_when_even_its_last_words_are_over() -> None:
    assert longest_ms(FIRST.flow) == (1_800 + 60) * 1_000


def test_the_session_of_a_flow_opens_the_model_of_its_agent(
    settings: Settings, tmp_path: Path
) -> None:
    """And offers it the ways out of its part; an agent's session offers none."""

    async def main() -> None:
        ends: list[EndReason] = []
        messages = Messages(tmp_path)
        sessions = Sessions(settings, CallLimits(), Metrics(), Breaker(), messages, wall_clock)
        roles: list[Role | None] = []
        for answerer in (Casting(FIRST, {"amy": AMY}), Answering(None, AMY)):
            call = sessions.open(FACTS, answerer, ends.append).call
            roles += [a.role for a in call.handle(CallRang(), 0) if isinstance(a, OpenModel)]
        assert roles == [first_role(FIRST.flow), None]
        assert ends == []

    run(main())
