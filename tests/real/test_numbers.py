"""A plan is applied over Redis as it is over the registry in memory."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from redis.exceptions import RedisError

from voicegate.gateway.store import OpenStore
from voicegate.numbers.fakes.provider import FakeProvider
from voicegate.numbers.model import Number, Route, RouteKind, Share, Snapshot
from voicegate.numbers.planning.apply import Account, apply
from voicegate.numbers.planning.number_step import Terms
from voicegate.numbers.planning.plan import Plan, plan
from voicegate.numbers.planning.webhook import Webhook
from voicegate.numbers.provider import Owned
from voicegate.numbers.registry.journal import RedisJournal
from voicegate.numbers.registry.keys import Keys
from voicegate.numbers.registry.lock import KeptLock, RedisLock
from voicegate.numbers.registry.origin import Origin
from voicegate.numbers.registry.protocols import Conflict, Progress
from voicegate.numbers.registry.snapshot_json import parse, render
from voicegate.numbers.registry.store import RedisStore

CLINIC = "+12125550101"
AT = datetime(2026, 11, 21, tzinfo=UTC)
TERMS = Terms(Webhook("https://voice.example.com"), (), is_pruning=False)


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider([Owned("PN101", CLINIC, fields={"VoiceUrl": "https://old"})], [])


@contextmanager
def account(store: OpenStore, provider: FakeProvider, operator: str) -> Generator[Account]:
    """As a command of this operator's would have it: with connections of its own."""
    keys = Keys(store.prefix, "main")
    with store.command_client() as client:
        yield Account(
            RedisStore(client, keys, parse, render, Origin(host=operator)),
            RedisJournal(client, keys),
            KeptLock(RedisLock(client, keys, token=operator), (RedisError,)),
            provider,
        )


def wish(store: Snapshot, provider: FakeProvider, agent: str) -> Plan:
    """A plan by which this agent answers."""
    share = Share(Route(RouteKind.AGENT, agent), 1)
    file = Snapshot("main", numbers={CLINIC: Number(CLINIC, shares=(share,))})
    return plan(file, store, provider.numbers.values(), TERMS, f"plan-{agent}")


def test_a_plan_is_performed_journalled_and_repeated_without_effect(
    store: OpenStore, provider: FakeProvider
) -> None:
    """N1, N15."""
    with account(store, provider, "ann") as ours:
        made = wish(ours.store.current(), provider, "clinic")
        assert apply(made, ours, "ann", AT).version == 1
        assert ours.journal.read(made.id) == dict.fromkeys(made.changes, Progress.DONE)
        current = ours.store.current()
        assert (current.plan_id, current.author, current.made_at) == (made.id, "ann", AT)
    with account(store, provider, "ann") as again:
        assert apply(made, again, "ann", AT).provider_writes == 0
        assert wish(again.store.current(), provider, "clinic").changes == {}


def test_of_two_operators_who_apply_at_once_one_wins(
    store: OpenStore, provider: FakeProvider
) -> None:
    """N2: the other is told to plan again, and has left no entry in the audit."""
    plans = {name: wish(Snapshot("main"), provider, name) for name in ("ann", "bob")}
    barrier, outcomes = threading.Barrier(2), dict[str, int | None]()

    def work(name: str) -> None:
        with account(store, provider, name) as ours:
            barrier.wait()
            try:
                outcomes[name] = apply(plans[name], ours, name, AT).version
            except Conflict:
                outcomes[name] = None

    threads = [threading.Thread(target=work, args=[name]) for name in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes.values(), key=str) == [1, None]
    (winner,) = (name for name, version in outcomes.items() if version)
    with store.command_client() as client:
        versions = RedisStore(client, Keys(store.prefix, "main"), parse, render, Origin())
        (entry,) = versions.history()
        assert (entry.who, entry.host, versions.current().author) == (winner, winner, winner)
