"""Routes as values."""

from hypothesis import given
from hypothesis import strategies as st

from voicegate.numbers.model import Directory, OneRoute, Route


@given(st.text())
def test_with_one_agent_every_number_leads_to_it(called: str) -> None:
    directory: Directory = OneRoute(Route("front desk"))
    assert directory.resolve(called) == Route("front desk")
