"""What the store keeps: the same bytes for equal values, and nothing damaged is let in."""

import copy
import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicegate.numbers.errors import NumberError
from voicegate.numbers.fakes import snapshot as fake_snapshot
from voicegate.numbers.model import Number, Route, RouteKind, Share, Snapshot
from voicegate.numbers.registry.snapshot_json import parse, render

OURS = "+12125550142"


@settings(max_examples=300, deadline=None)
@given(st.integers())
def test_any_snapshot_comes_back(seed: int) -> None:
    drawn = fake_snapshot.snapshot(Random(seed))
    again = parse(render(drawn))
    assert again == drawn
    assert render(again) == render(drawn)


def test_equal_snapshots_have_equal_bytes_in_any_order() -> None:
    made_at = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    drawn = replace(fake_snapshot.snapshot(Random(3)), made_at=made_at)
    assert len(drawn.numbers) > 1
    turned = replace(drawn, numbers=dict(reversed(list(drawn.numbers.items()))))
    assert render(turned) == render(drawn)
    elsewhere = made_at.astimezone(timezone(timedelta(hours=9)))
    assert render(replace(drawn, made_at=elsewhere)) == render(drawn)


def test_the_bytes_are_small_and_their_form_is_kept() -> None:
    number = Number(
        OURS, shares=(Share(Route(RouteKind.FLOW, "a", 2), 1),), is_recorded=True, provider_id="PN1"
    )
    made_at = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    snapshot = Snapshot("AC1", 3, numbers={OURS: number}, plan_id="p", made_at=made_at)
    assert render(snapshot) == (
        b'{"schema":1,"account":"AC1","version":3,"numbers":{"+12125550142":'
        b'{"route":[{"to":"flow/a@2","weight":1}],"record":true,"provider_id":"PN1"}},'
        b'"pools":{},"agents":{},"plan_id":"p","made_at":"2026-11-01T06:30:00Z"}'
    )


def test_both_hours_of_the_night_when_clocks_go_back_are_kept_apart() -> None:
    for minutes in range(0, 180, 10):
        at = datetime(2026, 11, 1, 5, tzinfo=UTC) + timedelta(minutes=minutes)
        drawn = fake_snapshot.snapshot(Random(minutes))
        local = at.astimezone(fake_snapshot.ZoneInfo("America/New_York"))
        entries = tuple(
            replace(entry, at=local, until=local + timedelta(days=2))
            for number in drawn.numbers.values()
            for entry in number.schedule
        )[:1]
        again = parse(render(Snapshot("AC", numbers={OURS: Number(OURS, schedule=entries)})))
        assert [entry.at.astimezone(UTC) for entry in again.numbers[OURS].schedule] == [
            entry.at.astimezone(UTC) for entry in entries
        ]


WHOLE: dict[str, Any] = {
    "schema": 1,
    "account": "AC",
    "version": 1,
    "numbers": {
        OURS: {
            "name": "x",
            "route": [{"to": "flow/a", "weight": 1}],
            "schedule": [{"at": "2026-12-24T12:00", "tz": "UTC", "route": "flow/a"}],
        }
    },
    "pools": {"p": {"members": [OURS], "pick": "sticky-least-used"}},
    "agents": {"a": {"instructions": "Be kind."}},
}
GONE = object()


def damaged(pointer: str, value: object) -> bytes:
    """The whole with one thing in it set, or gone."""
    *way, last = [
        int(key) if len(key) == 1 and key.isdecimal() else key for key in pointer.split("/")
    ]
    whole = copy.deepcopy(WHOLE)
    inner: Any = whole
    for key in way:
        inner = inner[key]
    if value is GONE:
        del inner[last]
    else:
        inner[last] = value
    return json.dumps(whole).encode()


def test_a_snapshot_written_by_hand_is_read() -> None:
    assert parse(json.dumps(WHOLE).encode()).numbers[OURS].name == "x"


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("account", GONE),
        ("schema", GONE),
        ("schema", 0),
        ("version", -1),
        ("version", "1"),
        ("extra", 1),
        ("default_route", "flow"),
        ("made_at", "2026-12-24T12:00:00"),
        ("numbers/2125550142", {}),
        (f"numbers/{OURS}/nmae", "x"),
        (f"numbers/{OURS}/record", "no"),
        (f"numbers/{OURS}/audio", "mp3"),
        (f"numbers/{OURS}/tags", "clinic"),
        (f"numbers/{OURS}/fallback", "flw/a"),
        (f"numbers/{OURS}/route/0/weight", 0),
        (f"numbers/{OURS}/route/0/to", ""),
        (f"numbers/{OURS}/schedule/0/tz", "America/NewYork"),
        (f"numbers/{OURS}/schedule/0/at", "noon"),
        (f"numbers/{OURS}/schedule/0/until", "2026-12-24T12:00"),
        (f"numbers/{OURS}/schedule/0/route", GONE),
        ("pools/p/members", ["5"]),
        ("pools/p/daily_cap", 0),
        ("agents/a/instructions", None),
        ("agents/a/max_call_s", 1.5),
        ("agents/a/vad", {"threshold": []}),
    ],
)
def test_a_damaged_snapshot_is_refused(pointer: str, value: object) -> None:
    """N8, the half of the reader: one error, which says what to do and names no phone number."""
    with pytest.raises(NumberError) as refused:
        parse(damaged(pointer, value))
    assert "is damaged" in str(refused.value)
    assert "roll back to an earlier version" in str(refused.value)
    assert "555" not in str(refused.value)


def test_a_snapshot_cut_short_anywhere_is_refused() -> None:
    whole = render(fake_snapshot.snapshot(Random(3)))
    for length in range(len(whole)):
        with pytest.raises(NumberError, match="damaged"):
            parse(whole[:length])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'{"schema":1,"a":"\xff"}',
        b'{"schema":1,"a":' + b"[" * 100_000,
    ],
)
def test_what_is_no_snapshot_is_refused(content: bytes) -> None:
    with pytest.raises(NumberError, match="damaged"):
        parse(content)


@given(st.binary(max_size=60), st.integers(0, 2_000))
def test_a_snapshot_with_bytes_put_in_is_read_or_refused(extra: bytes, place: int) -> None:
    whole = render(fake_snapshot.snapshot(Random(3)))
    try:
        parse(whole[:place] + extra + whole[place:])
    except NumberError:
        return


def test_what_a_newer_voicegate_wrote_is_not_called_damaged() -> None:
    newer = orjson.loads(render(Snapshot("AC"))) | {"schema": 2, "flows": {}}
    with pytest.raises(NumberError, match="newer voicegate"):
        parse(orjson.dumps(newer))


def cost(work: Callable[[], object]) -> float:
    """CPU time of the best of three: other work on the machine does not lengthen it."""
    spent: list[float] = []
    for _ in range(3):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return min(spent)


def test_numbers_are_kept_about_as_fast_as_json_can_be() -> None:
    """N12, the store's part: at most ten times what the standard library's JSON needs."""
    shares = (Share(Route(RouteKind.FLOW, "clinic"), 1),)
    keys = [f"+1212{index:07}" for index in range(2_000)]
    numbers = {key: Number(key, name="Clinic", shares=shares, tags=("ny",)) for key in keys}
    snapshot = Snapshot("AC", numbers=numbers)
    content = render(snapshot)
    assert parse(content).numbers == numbers
    bare = cost(lambda: json.dumps(json.loads(content)))
    assert cost(lambda: render(parse(content))) < 10 * bare
