"""Where a call would enter a flow, without a call."""

from datetime import datetime
from zoneinfo import ZoneInfo

from .flow import Flow
from .machine.facts import Facts, PublicHolidays
from .machine.machine import Machine


def first_node(flow: Flow, facts: Facts, at: datetime, public: PublicHolidays) -> str:
    """The first node that says something or waits for somebody, at an instant with a zone."""
    local = at.astimezone(ZoneInfo(flow.timezone))
    machine = Machine(flow, facts, lambda _now_ms: local, public)
    machine.begin(0)
    return machine.node
