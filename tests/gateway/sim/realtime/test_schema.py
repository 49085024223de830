"""Checks refuse with the code, the path and the words of the Realtime server."""

from typing import Any

import pytest

from voicegate.gateway.sim.realtime.refusals import Refused
from voicegate.gateway.sim.realtime.schema import (
    Cases,
    Decimal,
    Flag,
    Free,
    Many,
    Members,
    Nullable,
    OneOf,
    Pairs,
    Rule,
    Text,
    Whole,
)

POINT = Members({"x": Whole(0, 9), "name": Text(longest=3)}, required=("x",))
SHAPE = Cases(
    "type", {"dot": Members({"type": Text(), "at": POINT}), "none": Members({"type": Text()})}
)


@pytest.mark.parametrize(
    ("rule", "value", "code", "path"),
    [
        (Text(), 1, "invalid_type", "p"),
        (Text(("a", "b")), "c", "invalid_value", "p"),
        (Text(longest=2), "abc", "string_above_max_length", "p"),
        (Whole(0), True, "invalid_type", "p"),
        (Whole(0), 1.5, "invalid_type", "p"),
        (Whole(5), 4, "integer_below_min_value", "p"),
        (Whole(0, 5), 6, "integer_above_max_value", "p"),
        (Decimal(0.0, 1.0), -0.1, "decimal_below_min_value", "p"),
        (Decimal(0.0, 1.0), 1.1, "decimal_above_max_value", "p"),
        (Decimal(0.0, 1.0), "1", "invalid_type", "p"),
        (Flag(), 1, "invalid_type", "p"),
        (Free(), [], "invalid_type", "p"),
        (Many(Text()), {}, "invalid_type", "p"),
        (Many(Text()), ["a", 2], "invalid_type", "p[1]"),
        (Many(Text(), most=1), ["a", "b"], "array_above_max_length", "p"),
        (Many(Text(), least=1), [], "array_below_min_length", "p"),
        (POINT, {}, "missing_required_parameter", "p.x"),
        (POINT, {"x": 1, "y": 2}, "unknown_parameter", "p.y"),
        (POINT, {"x": 10}, "integer_above_max_value", "p.x"),
        (SHAPE, {}, "missing_required_parameter", "p.type"),
        (SHAPE, {"type": "cube"}, "invalid_value", "p.type"),
        (
            SHAPE,
            {"type": "dot", "at": {"x": 1, "name": "long"}},
            "string_above_max_length",
            "p.at.name",
        ),
        (Nullable(Flag()), 0, "invalid_type", "p"),
        (OneOf("a string", {str: Text()}), None, "invalid_type", "p"),
        (Pairs(1, 2, 3), {"a": "b", "c": "d"}, "object_above_max_properties", "p"),
        (Pairs(1, 2, 3), {"abc": "b"}, "string_above_max_length", "p"),
        (Pairs(1, 2, 3), {"ab": "bcde"}, "string_above_max_length", "p.ab"),
    ],
)
def test_each_breach_has_its_code_and_its_path(rule: Rule, value: Any, code: str, path: str):
    with pytest.raises(Refused) as caught:
        rule.check(value, "p")
    assert (caught.value.code, caught.value.param) == (code, path)
    assert caught.value.kind == "invalid_request_error"


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        (Text(("a",)), "a"),
        (Whole(0, 0), 0),
        (Decimal(0.0, 1.0), 1),
        (Nullable(Flag()), None),
        (Many(Whole(0), most=2), [1, 2]),
        (SHAPE, {"type": "dot", "at": {"x": 0}}),
        (OneOf("a number", {int: Whole(0), str: Text(("inf",))}), "inf"),
        (Pairs(1, 2, 3), {"ab": "cde"}),
    ],
)
def test_what_is_right_passes(rule: Rule, value: Any):
    rule.check(value, "p")


@pytest.mark.parametrize(
    ("rule", "value", "message"),
    [
        (Members({}), {"bogus_field": 1}, "Unknown parameter: 'session.bogus_field'."),
        (Members({}, ("type",)), {}, "Missing required parameter: 'session.type'."),
        (
            Text(("a", "b", "c")),
            "nope",
            "Invalid value: 'nope'. Supported values are: 'a', 'b', and 'c'.",
        ),
    ],
)
def test_the_recorded_messages_are_word_for_word(rule: Rule, value: Any, message: str):
    with pytest.raises(Refused) as caught:
        rule.check(value, "session")
    assert caught.value.message == message


def test_a_range_names_the_least_value_as_recorded():
    with pytest.raises(Refused, match="Expected a value >= 24000"):
        Whole(24000, 24000).check(16000, "session.audio.input.format.rate")
