"""Who answers a called number."""

from hypothesis import given
from hypothesis import strategies as st

from voicegate.numbers.directory import Directory, OneRoute
from voicegate.numbers.model import Route, RouteKind


@given(st.text())
def test_with_one_agent_every_number_leads_to_it(called: str) -> None:
    directory: Directory = OneRoute(Route(RouteKind.AGENT, "front-desk"))
    assert directory.resolve(called) == Route(RouteKind.AGENT, "front-desk")
