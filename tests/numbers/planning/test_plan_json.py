"""A plan as JSON, and back."""

import json
from dataclasses import replace
from typing import Any

import pytest

from voicegate.numbers.errors import NumberError
from voicegate.numbers.planning.known import State
from voicegate.numbers.planning.plan import Plan
from voicegate.numbers.planning.plan_json import parse, render, render_steps
from voicegate.numbers.planning.step import Action, Kind, Step

ASSIGN = Step(
    Action.ASSIGN,
    Kind.NUMBER,
    "+12125550142",
    {"route": "flow/old"},
    {"route": "flow/clinic-main"},
    "route differs",
    State.MANAGED,
)
NOOP = Step(Action.NOOP, Kind.NUMBER, "+12125550143", {}, {}, "not in the file", State.UNMANAGED)
POOL = Step(Action.UPDATE, Kind.POOL, "renewals", {"members": []}, {}, "not in the file")
PLAN = Plan("01J", 41, "sha256:00", (ASSIGN, NOOP, POOL), as_wanted=18)


def as_dict() -> dict[str, Any]:
    return json.loads(render(PLAN))


def test_the_json_of_a_plan_is_this() -> None:
    assert as_dict() == {
        "schema": "numbers/v1",
        "kind": "Plan",
        "plan_id": "01J",
        "base_version": 41,
        "provider_fingerprint": "sha256:00",
        "steps": [
            {
                "n": 1,
                "action": "assign",
                "number": "+12125550142",
                "state": "managed",
                "before": {"route": "flow/old"},
                "after": {"route": "flow/clinic-main"},
                "reason": "route differs",
            },
            {
                "n": 2,
                "action": "noop",
                "number": "+12125550143",
                "state": "unmanaged",
                "before": {},
                "after": {},
                "reason": "not in the file",
            },
            {
                "n": 3,
                "action": "update",
                "pool": "renewals",
                "before": {"members": []},
                "after": {},
                "reason": "not in the file",
            },
        ],
        "summary": {
            "create": 0,
            "update": 1,
            "assign": 1,
            "unassign": 0,
            "adopt": 0,
            "noop": 18,
            "unmanaged": 1,
        },
    }


def test_a_saved_plan_is_the_plan() -> None:
    told = replace(PLAN, steps=(*PLAN.steps, replace(NOOP, state=State.MISSING)))
    assert told.summary["noop"] == 19
    for plan in (PLAN, told):
        assert parse(render(plan)) == plan


def test_a_field_that_a_later_version_added_is_passed_over() -> None:
    later = as_dict()
    later["price"] = later["steps"][0]["price"] = "1.15"
    assert parse(json.dumps(later).encode()) == PLAN


def test_the_history_is_told_what_changes_and_no_more() -> None:
    found = json.loads(render_steps(PLAN.steps))
    assert [step["n"] for step in found] == [1, 3]


def changed(**changes: object) -> bytes:
    return json.dumps(as_dict() | changes).encode()


def with_step(**changes: object) -> bytes:
    tampered = as_dict()
    tampered["steps"][0] |= changes
    return json.dumps(tampered).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[" * 100_000,
        b"apiVersion: voicegate/v1",
        changed(schema="numbers/v2"),
        changed(kind="Drift"),
        changed(steps=None),
        with_step(action="release"),
        with_step(action="replace"),
        with_step(after=None),
        with_step(n=2),
        with_step(pool="renewals"),
        with_step(number=None),
    ],
)
def test_what_is_no_plan_is_refused(content: bytes) -> None:
    """Rule b: neither a release nor a replacement can be said, not even by hand."""
    with pytest.raises(NumberError):
        parse(content)
