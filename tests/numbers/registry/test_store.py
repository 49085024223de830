"""The versions in Redis: one writer wins, a repeated one changes nothing, old ones go."""

import threading
from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest
import redis

from voicegate.gateway.store import OpenStore
from voicegate.numbers.model import Number, Route, RouteKind, Share, Snapshot
from voicegate.numbers.registry import scripts
from voicegate.numbers.registry.keys import Keys
from voicegate.numbers.registry.origin import Origin
from voicegate.numbers.registry.overrides import RedisOverrides
from voicegate.numbers.registry.protocols import Conflict, Store
from voicegate.numbers.registry.snapshot_json import parse, render
from voicegate.numbers.registry.store import KEEP_VERSIONS, Change, RedisStore

CLINIC, SHOP = "+12125550142", "+12125550143"
ORIGIN = Origin(host="desk", argv_hash="sha256:beef")


def agent(name: str) -> Route:
    return Route(RouteKind.AGENT, name)


def number(e164: str, *shares: tuple[str, int]) -> Number:
    return Number(e164, shares=tuple(Share(agent(name), weight) for name, weight in shares))


def snapshot(*numbers: Number) -> Snapshot:
    return Snapshot("AC1", numbers={each.number: each for each in numbers}, author="ann")


@pytest.fixture
def keys(store: OpenStore) -> Keys:
    return Keys(store.prefix, "AC1")


@pytest.fixture
def client(store: OpenStore) -> Generator[redis.Redis, None, None]:
    with store.command_client() as client:
        yield client


@pytest.fixture
def versions(client: redis.Redis, keys: Keys) -> RedisStore:
    return RedisStore(client, keys, parse, render, ORIGIN)


def test_before_the_first_version_there_is_an_empty_one(versions: RedisStore) -> None:
    as_asked: Store = versions
    assert as_asked.current() == Snapshot("AC1")
    assert versions.at(0) is None
    assert not list(versions.history())


def test_what_is_committed_is_in_force_and_in_the_audit(versions: RedisStore) -> None:
    """N15: on the private Redis and on one that REDIS_URL names."""
    wanted = snapshot(number(CLINIC, ("clinic", 1)))
    assert versions.commit(0, wanted, "plan-1", "ann", '{"why": "opening"}') == 1
    assert versions.current() == replace(wanted, version=1) == versions.at(1)
    (entry,) = versions.history()
    assert entry == Change(
        at=entry.at,
        who="ann",
        host="desk",
        argv_hash="sha256:beef",
        version=1,
        plan_id="plan-1",
        diff='{"why": "opening"}',
    )
    assert entry.at.tzinfo is UTC


def contents(client: redis.Redis, keys: Keys) -> dict[bytes, bytes]:
    """All that the account has in Redis."""
    found = cast("Any", client).keys(f"{keys.root}:*")
    return {key: cast("bytes", client.dump(key)) for key in found}


def test_a_change_made_from_an_old_version_is_refused_whole(
    versions: RedisStore, client: redis.Redis, keys: Keys
) -> None:
    """N2: nothing of the refused one is written, the current version is named."""
    versions.commit(0, snapshot(number(CLINIC, ("clinic", 1))), "plan-1", "ann", "{}")
    before = contents(client, keys)
    with pytest.raises(Conflict, match="version 1 is in force, not 0"):
        versions.commit(0, snapshot(number(CLINIC, ("shop", 1))), "plan-2", "bob", "{}")
    assert contents(client, keys) == before


def test_of_two_who_apply_at_once_one_wins_and_the_audit_has_one_entry(
    store: OpenStore, keys: Keys, versions: RedisStore
) -> None:
    """N2: both planned from version 0."""
    barrier, outcomes = threading.Barrier(2), list[int | str]()

    def apply(name: str) -> None:
        with store.command_client() as client:
            own = RedisStore(client, keys, parse, render, ORIGIN)
            barrier.wait()
            try:
                wanted = snapshot(number(CLINIC, (name, 1)))
                outcomes.append(own.commit(0, wanted, f"plan-{name}", name, "{}"))
            except Conflict:
                outcomes.append("conflict")

    threads = [threading.Thread(target=apply, args=[name]) for name in ("ann", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes, key=str) == [1, "conflict"]
    (entry,) = versions.history()
    assert str(versions.current().numbers[CLINIC].shares[0].route) == f"agent/{entry.who}"


def test_a_plan_that_was_committed_is_not_committed_again(versions: RedisStore) -> None:
    """N1: its version is told, also when others came after it."""
    first, second = snapshot(number(CLINIC, ("a", 1))), snapshot(number(CLINIC, ("b", 1)))
    assert versions.commit(0, first, "plan-1", "ann", "{}") == 1
    assert versions.commit(0, first, "plan-1", "ann", "{}") == 1
    assert versions.commit(1, second, "plan-2", "bob", "{}") == 2
    assert versions.commit(0, first, "plan-1", "ann", "{}") == 1
    assert versions.current() == replace(second, version=2)
    assert [entry.version for entry in versions.history()] == [2, 1]


def test_people_can_read_each_numbers_route_in_redis(
    versions: RedisStore, client: redis.Redis, keys: Keys
) -> None:
    """Only what changed is written; a number without a route, or that is gone, has none."""
    shop = number(SHOP, ("shop", 1))
    versions.commit(0, snapshot(number(CLINIC, ("a", 90), ("b", 10)), shop), "1", "ann", "{}")
    clinic, there = keys.route(CLINIC), keys.route(SHOP)
    assert client.hgetall(clinic) == {b"route": b"agent/a 90, agent/b 10", b"v": b"1"}
    versions.commit(1, snapshot(number(CLINIC, ("a", 1)), shop), "2", "ann", "{}")
    assert client.hgetall(clinic) == {b"route": b"agent/a", b"v": b"2"}
    assert client.hgetall(there) == {b"route": b"agent/shop", b"v": b"1"}
    versions.commit(2, snapshot(number(CLINIC)), "3", "ann", "{}")
    assert client.exists(clinic, there) == 0


def test_ten_thousand_numbers_are_one_commit(versions: RedisStore) -> None:
    """N12: far beyond what one call of a Lua function takes."""
    numbers = [number(f"+1212{5_550_000 + each}", ("a", 1)) for each in range(10_000)]
    assert versions.commit(0, snapshot(*numbers), "plan", "ann", "{}") == 1
    assert len(versions.current().numbers) == 10_000


def test_the_last_versions_are_kept_and_those_that_live_calls_need(
    versions: RedisStore, client: redis.Redis, keys: Keys
) -> None:
    """A version that a call holds outlasts its turn; when it is let go, the next commit drops it."""
    hold = client.register_script(scripts.HOLD)
    for version in range(KEEP_VERSIONS + 2):
        versions.commit(version, snapshot(), f"plan-{version}", "ann", "{}")
        hold(keys=[keys.held], args=[60_000, 2])
    assert [versions.at(version) is None for version in (1, 2, 3)] == [True, False, False]
    versions.commit(KEEP_VERSIONS + 2, snapshot(), "plan-a", "ann", "{}")
    assert versions.at(2) is not None
    client.delete(keys.held)
    versions.commit(KEEP_VERSIONS + 3, snapshot(), "plan-b", "ann", "{}")
    assert [versions.at(version) is None for version in (2, 3, 4, 5)] == [True, True, True, False]
    assert client.zcard(keys.documents) == KEEP_VERSIONS


def test_a_hold_is_never_made_shorter(client: redis.Redis, keys: Keys) -> None:
    hold = client.register_script(scripts.HOLD)
    hold(keys=[keys.held], args=[60_000, 7])
    until = client.zscore(keys.held, "7")
    hold(keys=[keys.held], args=[1, 7])
    assert client.zscore(keys.held, "7") == until


def test_gateways_are_told_of_each_version(
    versions: RedisStore, client: redis.Redis, keys: Keys
) -> None:
    with client.pubsub() as channel:  # pyright: ignore[reportUnknownMemberType]
        channel.subscribe(keys.changes)
        versions.commit(0, snapshot(), "plan-1", "ann", "{}")
        versions.commit(0, snapshot(), "plan-1", "ann", "{}")
        RedisOverrides(client, keys, ORIGIN).clear(CLINIC, "ann")
        versions.commit(1, snapshot(), "plan-2", "ann", "{}")
        heard = [next(cast("Any", channel).listen())["data"] for _ in range(3)]
    assert heard == [1, b"1", b"2"]  # the first is the subscription


def test_a_script_that_redis_has_forgotten_is_loaded_again(
    versions: RedisStore, client: redis.Redis
) -> None:
    """As after a restart of the server."""
    versions.commit(0, snapshot(), "plan-1", "ann", "{}")
    client.script_flush()
    assert versions.commit(1, snapshot(), "plan-2", "ann", "{}") == 2


def test_a_version_without_its_document_is_told_and_not_taken_for_an_empty_one(
    versions: RedisStore, client: redis.Redis, keys: Keys
) -> None:
    """N4: a plan against nothing would take every number for new."""
    versions.commit(0, snapshot(), "plan-1", "ann", "{}")
    client.delete(keys.document(1))
    with pytest.raises(ValueError, match="version 1 is in force, but its document is gone"):
        versions.current()


@pytest.mark.parametrize("damage", [b"", b"{}", None])
def test_a_damaged_version_can_be_replaced_by_a_good_one(
    versions: RedisStore, client: redis.Redis, keys: Keys, damage: bytes | None
) -> None:
    """N8: the way out is a rollback."""
    good = snapshot(number(CLINIC, ("clinic", 1)))
    versions.commit(0, good, "plan-1", "ann", "{}")
    versions.commit(1, good, "plan-2", "ann", "{}")
    if damage is None:
        client.delete(keys.document(2))
    else:
        client.set(keys.document(2), damage)
    assert versions.version() == 2
    assert versions.commit(2, good, "plan-3", "ann", "{}") == 3
    assert versions.current() == replace(good, version=3)


def test_the_last_call_of_a_number_is_known(
    versions: RedisStore, client: redis.Redis, keys: Keys
) -> None:
    assert versions.last_call(CLINIC) is None
    ended_at = datetime(2026, 12, 24, 18, 0, tzinfo=UTC)
    client.set(keys.last(CLINIC), ended_at.isoformat())
    assert versions.last_call(CLINIC) == ended_at


def test_accounts_and_prefixes_are_apart(client: redis.Redis, store: OpenStore) -> None:
    for place in (Keys(store.prefix, "AC2"), Keys(store.prefix + "x", "AC1")):
        other = RedisStore(client, place, parse, render, ORIGIN)
        assert other.commit(0, Snapshot(place.account), "plan-1", "ann", "{}") == 1
    assert (
        RedisStore(client, Keys(store.prefix, "AC1"), parse, render, ORIGIN).current().version == 0
    )
