"""Routes set by hand: at once, for one number or all, and audited."""

from collections.abc import Generator
from datetime import datetime, timedelta, timezone

import pytest
import redis

from voicegate.gateway.store import OpenStore
from voicegate.numbers.model import Override, Route, RouteKind
from voicegate.numbers.registry.keys import Keys
from voicegate.numbers.registry.origin import Origin
from voicegate.numbers.registry.overrides import RedisOverrides, parse_overrides, render_override
from voicegate.numbers.registry.snapshot_json import parse, render
from voicegate.numbers.registry.store import RedisStore
from voicegate.numbers.resolve import ALL_NUMBERS

CLINIC = "+12125550142"
ORIGIN = Origin("desk", "sha256:beef")
CLOSED = Override(None)
UNTIL = Override(
    Route(RouteKind.FLOW, "holiday", 3),
    datetime(2026, 12, 24, 18, 0, tzinfo=timezone(timedelta(hours=-5))),
)


@pytest.fixture
def keys(store: OpenStore) -> Keys:
    return Keys(store.prefix, "AC1")


@pytest.fixture
def client(store: OpenStore) -> Generator[redis.Redis, None, None]:
    with store.command_client() as client:
        yield client


@pytest.fixture
def overrides(client: redis.Redis, keys: Keys) -> RedisOverrides:
    return RedisOverrides(client, keys, ORIGIN)


@pytest.mark.parametrize(
    "override", [CLOSED, UNTIL, Override(Route(RouteKind.FORWARD, "+12125550199"))]
)
def test_what_was_set_is_read_as_it_was_set(override: Override) -> None:
    assert parse_overrides({CLINIC.encode(): render_override(override)}) == {CLINIC: override}


@pytest.mark.parametrize(
    "text", [b"", b"{}", b"[]", b"7", b'{"route": 7, "until": null}', b'{"route": "x", "until": 0}']
)
def test_what_cannot_be_read_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_overrides({CLINIC.encode(): text})


def test_they_are_set_changed_and_cleared(overrides: RedisOverrides) -> None:
    assert overrides.read() == {}
    assert overrides.put(CLINIC, CLOSED, "ann")
    assert overrides.put(ALL_NUMBERS, UNTIL, "ann")
    assert overrides.read() == {CLINIC: CLOSED, ALL_NUMBERS: UNTIL}
    assert overrides.put(CLINIC, UNTIL, "bob")
    assert overrides.clear(ALL_NUMBERS, "bob")
    assert overrides.read() == {CLINIC: UNTIL}


def test_each_change_is_audited_once(
    overrides: RedisOverrides, client: redis.Redis, keys: Keys
) -> None:
    """What is so already is no change, so a repeated command leaves no second entry."""
    for _ in range(2):
        overrides.put(CLINIC, CLOSED, "ann")
    for _ in range(2):
        overrides.clear(CLINIC, "bob")
    cleared, put = RedisStore(client, keys, parse, render, ORIGIN).history()
    assert (put.who, put.host, put.override, put.before) == ("ann", "desk", CLINIC, "")
    assert (cleared.who, cleared.before, cleared.after) == ("bob", put.after, "")
    assert put.version is None
    assert put.at <= cleared.at
