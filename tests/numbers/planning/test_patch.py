"""The version that steps make of another."""

import pytest

from voicegate.numbers.errors import NumberError
from voicegate.numbers.model import Agent, Number, Pool, Route, RouteKind, Share, Snapshot
from voicegate.numbers.planning.fields import Fields
from voicegate.numbers.planning.patch import patched
from voicegate.numbers.planning.step import Action, Kind, Step

NUMBER = "+12125550142"
CLINIC = Number(NUMBER, name="Main", shares=(Share(Route(RouteKind.FLOW, "clinic"), 1),))
BASE = Snapshot(
    "main", 7, {NUMBER: CLINIC}, {"p": Pool("p", (NUMBER,))}, {"emma": Agent("emma", "Be brief.")}
)


def step(after: Fields, *, kind: Kind = Kind.NUMBER, subject: str = NUMBER) -> Step:
    return Step(Action.UPDATE, kind, subject, {"any": 1}, after, "")


def test_no_steps_change_nothing() -> None:
    assert patched(BASE, []) == BASE


def test_only_the_fields_that_are_named_change_and_none_clears() -> None:
    made = patched(BASE, [step({"name": None, "tags": ["ny"]})])
    assert made.numbers[NUMBER] == Number(NUMBER, shares=CLINIC.shares, tags=("ny",))


def test_what_is_the_providers_is_not_the_stores() -> None:
    assert patched(BASE, [step({"VoiceUrl": "https://voice.example.com"})]) == BASE


def test_a_split_is_understood_as_well_as_a_single_route() -> None:
    split: Fields = {"route": [{"to": "flow/a", "weight": 9}, {"to": "agent/emma", "weight": 1}]}
    made = patched(BASE, [step(split)])
    shares = made.numbers[NUMBER].shares
    assert [(str(share.route), share.weight) for share in shares] == [
        ("flow/a", 9),
        ("agent/emma", 1),
    ]


def test_a_number_that_is_new_is_there_even_without_a_field() -> None:
    made = patched(BASE, [step({}, subject="+12125550143")])
    assert made.numbers["+12125550143"] == Number("+12125550143")


def test_pools_agents_and_the_default_route_change_too() -> None:
    made = patched(
        BASE,
        [
            step({}, kind=Kind.POOL, subject="p"),
            step({"members": [], "pick": "x"}, kind=Kind.POOL, subject="q"),
            step({"voice": "marin"}, kind=Kind.AGENT, subject="emma"),
            step({"default_route": "agent/emma"}, kind=Kind.ACCOUNT, subject="main"),
        ],
    )
    assert made.pools == {"q": Pool("q", (), "x")}
    assert made.agents == {"emma": Agent("emma", "Be brief.", voice="marin")}
    assert made.default_route == Route(RouteKind.AGENT, "emma")


def test_a_noop_does_nothing() -> None:
    noop = Step(Action.NOOP, Kind.NUMBER, "+12125550143", {}, {}, "not in the file")
    assert patched(BASE, [noop]) == BASE


@pytest.mark.parametrize(
    "wrong",
    [
        step({"route": "nowhere"}),
        step({"colour": "blue"}),
        step({"name": 7}),
        step({}, subject="12125550142"),
    ],
    ids=lambda step: str(step.after),
)
def test_steps_to_what_cannot_be_are_refused_with_advice(wrong: Step) -> None:
    with pytest.raises(NumberError, match="this plan cannot be applied, make it anew"):
        patched(BASE, [wrong])
