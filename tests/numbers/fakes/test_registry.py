"""The registry in memory keeps what its protocols promise."""

from dataclasses import replace

import pytest

from voicegate.numbers.fakes.registry import FakeRegistry
from voicegate.numbers.model import Snapshot
from voicegate.numbers.registry.protocols import Conflict, Journal, Lock, Progress, Store

FIRST = Snapshot("main", 7)


def test_it_is_store_journal_and_lock() -> None:
    registry = FakeRegistry(FIRST)
    store: Store = registry
    journal: Journal = registry
    lock: Lock = registry
    assert store.current() is FIRST
    assert journal.read("p") == {}
    assert lock.acquire()


def test_a_version_follows_the_one_that_was_expected() -> None:
    registry = FakeRegistry(FIRST)
    assert registry.commit(7, FIRST, "p", "ann", "[]") == 8
    assert registry.current() == replace(FIRST, version=8, plan_id="p", author="ann")
    with pytest.raises(Conflict):
        registry.commit(7, FIRST, "q", "bob", "[]")
    assert registry.diffs == ["[]"]


def test_a_plan_that_was_committed_gives_its_version_again() -> None:
    registry = FakeRegistry(FIRST)
    registry.commit(7, FIRST, "p", "ann", "[]")
    registry.commit(8, FIRST, "q", "ann", "[]")
    assert registry.commit(7, FIRST, "p", "ann", "[]") == 8
    assert len(registry.versions) == 3


def test_a_step_that_is_known_keeps_its_progress() -> None:
    registry = FakeRegistry(FIRST)
    registry.begin("p", [1, 2])
    registry.mark("p", 1, Progress.DONE)
    registry.begin("p", [1, 2, 3])
    assert registry.read("p") == {1: Progress.DONE, 2: Progress.PENDING, 3: Progress.PENDING}


def test_one_has_the_lock_at_a_time() -> None:
    registry = FakeRegistry(FIRST)
    assert registry.acquire()
    assert not registry.acquire()
    assert registry.renew()
    registry.release()
    assert not registry.renew()
    assert registry.acquire()
    registry.is_lock_lost = True
    assert not registry.renew()
