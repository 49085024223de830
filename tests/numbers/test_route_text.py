"""Routes as people and files write them."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.numbers.errors import NumberError
from voicegate.numbers.fakes.snapshot import route
from voicegate.numbers.model import Route, RouteKind
from voicegate.numbers.route_text import parse


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("agent/front-desk", Route(RouteKind.AGENT, "front-desk")),
        ("flow/clinic-main", Route(RouteKind.FLOW, "clinic-main")),
        ("flow/clinic-main@3", Route(RouteKind.FLOW, "clinic-main", 3)),
        ("forward/+12125550142", Route(RouteKind.FORWARD, "+12125550142")),
        ("sip:desk@pbx.example.com", Route(RouteKind.SIP, "sip:desk@pbx.example.com")),
        (
            "sip:+1212@[2001:db8::1]:5061;x=y",
            Route(RouteKind.SIP, "sip:+1212@[2001:db8::1]:5061;x=y"),
        ),
    ],
)
def test_a_route_is_read_and_written(text: str, wanted: Route) -> None:
    assert parse(text) == wanted
    assert str(wanted) == text


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("clinic-main", "write agent/NAME"),
        ("", "write agent/NAME"),
        ("flwo/clinic", "did you mean flow?"),
        ("queue/clinic", "known are agent, flow, forward, sip"),
        ("flow/Clinic", "small letters"),
        ("flow/", "small letters"),
        ("agent/" + "a" * 65, "64 at most"),
        ("agent/front@3", "small letters"),
        ("flow/clinic@0", "version"),
        ("flow/clinic@", "version"),
        ("flow/clinic@latest", "version"),
        ("forward/2125550142", "forward/+12125550142"),
        ("sip:desk", "sip:desk@example.com"),
        ("sip:desk@", "sip:desk@example.com"),
        ("sip:a b@example.com", "sip:desk@example.com"),
        ("sip:u:secret@example.com", "sip:desk@example.com"),
    ],
)
def test_what_leads_nowhere_is_refused_with_advice(text: str, advice: str) -> None:
    with pytest.raises(NumberError) as refused:
        parse(text)
    assert advice in str(refused.value)


@given(st.integers())
def test_any_route_comes_back(seed: int) -> None:
    drawn = route(Random(seed))
    assert parse(str(drawn)) == drawn
