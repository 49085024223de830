"""How far a plan came is known to whoever comes after a crash."""

from collections.abc import Generator

import pytest

from voicegate.gateway.store import OpenStore
from voicegate.numbers.registry.journal import RedisJournal
from voicegate.numbers.registry.keys import Keys
from voicegate.numbers.registry.protocols import Journal, Progress


@pytest.fixture
def journal(store: OpenStore) -> Generator[Journal, None, None]:
    with store.command_client() as client:
        yield RedisJournal(client, Keys(store.prefix, "AC1"))


def test_a_plan_that_was_never_begun_has_no_steps(journal: Journal) -> None:
    journal.begin("plan-1", [])
    assert journal.read("plan-1") == {}


def test_each_step_is_where_it_was_left(journal: Journal) -> None:
    """N3: what the next process needs to go on."""
    journal.begin("plan-1", [1, 2, 3])
    journal.mark("plan-1", 1, Progress.DONE)
    journal.mark("plan-1", 2, Progress.DOING)
    expected = {1: Progress.DONE, 2: Progress.DOING, 3: Progress.PENDING}
    assert journal.read("plan-1") == expected
    assert journal.read("plan-2") == {}


def test_to_begin_again_sets_nothing_back(journal: Journal) -> None:
    """N3: a step that may have been done is not taken for one to do."""
    journal.begin("plan-1", [1, 2])
    journal.mark("plan-1", 1, Progress.DOING)
    journal.begin("plan-1", [1, 2, 3])
    expected = {1: Progress.DOING, 2: Progress.PENDING, 3: Progress.PENDING}
    assert journal.read("plan-1") == expected
