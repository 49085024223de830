"""The JSON Schema of the file takes what the reader takes, and refuses what it refuses."""

import copy
import json
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from voicegate.numbers.documents.numbers import NumbersDocument, parse, render
from voicegate.numbers.documents.numbers_schema import schema
from voicegate.numbers.errors import DocumentError
from voicegate.numbers.fakes.snapshot import snapshot

VALID: dict[str, Any] = {
    "apiVersion": "voicegate/v1",
    "kind": "Numbers",
    "default_route": "sip:desk@example.com",
    "defaults": {"fallback": "flow/backup", "record": False, "audio": "pcmu", "protect": True},
    "numbers": [
        {
            "number": "+12125550142",
            "name": "Clinic",
            "route": [{"to": "flow/a@2", "weight": 9}, {"to": "agent/b", "weight": 1}],
            "schedule": [
                {
                    "at": "2026-12-24T12:00",
                    "tz": "Europe/Berlin",
                    "route": "forward/+12125550143",
                    "until": "2026-12-24T18:00:30+01:00",
                }
            ],
            "tags": ["clinic"],
            "emergency_address": "AD1",
            "max_calls": 20,
        },
        {"number": "+442079460018", "route": "flow/a"},
    ],
    "pools": [{"name": "p", "members": ["+12125550142"], "pick": "sticky-least-used"}],
}


GONE = object()


def changed(pointer: str, value: object) -> Any:
    """The valid file with one thing in it set, or gone; `2` in a list of two is a new one."""
    *way, last = [int(key) if key.isdecimal() else key for key in pointer.split("/")]
    whole = copy.deepcopy(VALID)
    inner: Any = whole
    for key in way:
        inner = inner[key]
    if value is GONE:
        del inner[last]
    elif last == 2:
        inner.append(value)
    else:
        inner[last] = value
    return whole


def takes(document: Any) -> tuple[bool, bool]:
    """Whether the schema takes a file, and whether the reader does. JSON is YAML as well."""
    validator: Any = Draft202012Validator(schema())
    try:
        parse(json.dumps(document, ensure_ascii=False).encode())
    except DocumentError:
        return validator.is_valid(document), False
    return validator.is_valid(document), True


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())
    assert json.loads(json.dumps(schema())) == schema()


def test_both_take_a_file_with_every_field() -> None:
    assert takes(VALID) == (True, True)


@settings(max_examples=100, deadline=None)
@given(st.integers())
def test_both_take_what_is_exported(seed: int) -> None:
    drawn = snapshot(Random(seed))
    text = render(NumbersDocument(drawn.numbers, drawn.pools, drawn.default_route))
    assert takes(yaml.safe_load(text)) == (True, True)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("apiVersion", GONE),
        ("kind", GONE),
        ("numbers", GONE),
        ("kind", "Number"),
        ("extra", 1),
        ("numbers", {}),
        ("default_route", "flow"),
        ("defaults/route", "flow/a"),
        ("defaults/record", "yes"),
        ("numbers/2", {}),
        ("numbers/2", "+12125550142"),
        ("numbers/0/number", "+1212555014"),
        ("numbers/0/name", "x" * 65),
        ("numbers/0/nmae", "x"),
        ("numbers/0/route", []),
        ("numbers/0/route", "flow/A"),
        ("numbers/0/route", "flow/a@0"),
        ("numbers/0/route", {"to": "flow/a"}),
        ("numbers/0/fallback", "forward/2125550142"),
        ("numbers/0/audio", "mp3"),
        ("numbers/0/protect", "yes"),
        ("numbers/0/max_calls", 0),
        ("numbers/0/max_calls", 10_001),
        ("numbers/0/tags", ["a", "a"]),
        ("numbers/0/tags", ["a b"]),
        ("numbers/0/emergency_address", "AD 1"),
        ("numbers/0/route/0/weight", 0),
        ("numbers/0/route/0/weight", 10_001),
        ("numbers/0/route/0/weight", 1.5),
        ("numbers/0/route/0/to", GONE),
        ("numbers/0/schedule/0/tz", GONE),
        ("numbers/0/schedule/0/at", GONE),
        ("numbers/0/schedule/0/at", "2026-12-24"),
        ("numbers/0/schedule/0/until", "noon"),
        ("pools/0/members", GONE),
        ("pools/0/members", []),
        ("pools/0/members", ["5"]),
        ("pools/0/name", "P"),
        ("pools/0/pick", "random"),
        ("pools/0/daily_cap", 0),
    ],
)
def test_both_refuse_what_is_wrong(pointer: str, value: object) -> None:
    assert takes(changed(pointer, value)) == (False, False)
