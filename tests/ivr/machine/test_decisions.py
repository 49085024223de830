"""Hours and branches: asked once, by the wall's clock and by what the call knows."""

from collections.abc import Callable
from datetime import datetime

import pytest

from voicegate.ivr.expr import Scalar
from voicegate.ivr.flow import Flow
from voicegate.ivr.machine.events import AiDown, AiExit, AiUp
from voicegate.ivr.machine.facts import Facts
from voicegate.ivr.machine.machine import Machine
from voicegate.ivr.machine.memory import Memory

FlowOf = Callable[..., Flow]

HOURS = """
first: {type: hours, calendar: desk, open: open, closed: closed, holiday: holiday}
open: {type: voicemail, box: b, exits: {saved: end, empty: end}}
closed: {type: voicemail, box: b, exits: {saved: end, empty: end}}
holiday: {type: voicemail, box: b, exits: {saved: end, empty: end}}
"""
BRANCH = """
first:
  type: branch
  cases:
    - {when: 'caller.region == "NY" and call.attempt > 1', next: again}
    - {when: 'caller.known', next: known}
  default: other
again: {type: voicemail, box: b, exits: {saved: end, empty: end}}
known: {type: voicemail, box: b, exits: {saved: end, empty: end}}
other: {type: voicemail, box: b, exits: {saved: end, empty: end}}
"""


def wall(now_ms: int) -> datetime:
    return datetime(2026, 11, 30, 16, 59, 30)


@pytest.mark.parametrize(
    ("at", "node"),
    [
        (datetime(2026, 11, 30, 16, 59), "open"),
        (datetime(2026, 11, 30, 17), "closed"),
        (datetime(2026, 12, 1, 12), "holiday"),
        (datetime(2026, 12, 25, 12), "holiday"),
    ],
)
def test_hours_ask_the_calendar(at: datetime, node: str, flow_of: FlowOf) -> None:
    public = {"desk": [datetime(2026, 12, 25).date()]}
    machine = Machine(flow_of(HOURS), Facts(), lambda now_ms: at, public)
    machine.begin(0)
    assert machine.node == node


@pytest.mark.parametrize(
    ("facts", "node"),
    [
        (Facts(caller_region="NY", attempt=2, is_caller_known=True), "again"),
        (Facts(caller_region="NY", is_caller_known=True), "known"),
        (Facts(attempt=2), "other"),
    ],
)
def test_a_branch_takes_the_first_case_that_is_true(
    facts: Facts, node: str, flow_of: FlowOf
) -> None:
    machine = Machine(flow_of(BRANCH), facts, wall)
    machine.begin(0)
    assert machine.node == node


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("caller.number", "+12125550199"),
        ("caller.country", "US"),
        ("caller.region", "NY"),
        ("caller.known", True),
        ("call.number", "+12125550100"),
        ("call.direction", "inbound"),
        ("call.attempt", 3),
        ("lead.name", "Ann"),
        ("lead.age", None),
        ("vars.order", "12"),
        ("vars.other", None),
        ("pay.pan", None),
        ("language", "es-US"),
        ("now.hour", 16),
        ("now.minute", 59),
        ("now.weekday", "mon"),
        ("now.date", "2026-11-30"),
        ("handler.reason", None),
        ("ai.exit", None),
    ],
)
def test_a_condition_may_ask_for(name: str, value: Scalar, flow_of: FlowOf) -> None:
    facts = Facts(
        caller_number="+12125550199",
        caller_country="US",
        caller_region="NY",
        is_caller_known=True,
        call_number="+12125550100",
        attempt=3,
        language="es-US",
        lead={"name": "Ann"},
    )
    call = Memory(flow_of(HOURS), facts, wall, {})
    call.set_slot("vars.order", "12")
    assert call.look_up(name) == value


def test_a_branch_knows_how_the_agent_left(flow_of: FlowOf) -> None:
    nodes = """
first: {type: ai, agent: a, disclose: true, exits: {pay: which}, unavailable: end, timeout: end}
which: {type: branch, cases: [{when: 'ai.exit == "pay"', next: box}], default: end}
box: {type: voicemail, box: b, exits: {saved: end, empty: end}}
"""
    machine = Machine(flow_of(nodes), Facts(), wall)
    machine.begin(0)
    machine.handle(AiUp(), 1)
    machine.handle(AiExit("pay"), 2)
    assert machine.node == "box"


def test_a_branch_knows_why_a_handler_was_entered(flow_of: FlowOf) -> None:
    nodes = """
first: {type: ai, agent: a, disclose: true, exits: {pay: end}, unavailable: which, timeout: end}
which: {type: branch, cases: [{when: 'handler.reason == "closed"', next: box}], default: end}
box: {type: voicemail, box: b, exits: {saved: end, empty: end}}
"""
    machine = Machine(flow_of(nodes), Facts(), wall)
    machine.begin(0)
    machine.handle(AiDown("closed"), 1)
    assert machine.node == "box"


def test_a_language_that_the_flow_does_not_speak_is_not_spoken(flow_of: FlowOf) -> None:
    assert Machine(flow_of(HOURS), Facts(language="fr-FR"), wall).language == "en-US"
