"""Where a call would enter a flow."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from voicegate.ivr.entrance import first_node
from voicegate.ivr.finding import Findings
from voicegate.ivr.machine.facts import Facts
from voicegate.ivr.read import read


@pytest.mark.parametrize(
    ("at", "node"),
    [
        (datetime(2026, 11, 30, 15, tzinfo=UTC), "lang"),  # ten in the morning in New York
        (datetime(2026, 11, 30, 10, tzinfo=UTC), "closed"),
        (datetime(2026, 11, 28, 15, tzinfo=UTC), "closed"),  # a Saturday
    ],
)
def test_a_call_enters_where_the_hours_lead_it(
    example: Callable[[str], str], at: datetime, node: str
) -> None:
    flow = read(example("clinic-main").encode(), Findings())
    assert flow is not None
    assert first_node(flow, Facts(), at, {}) == node
