"""`voicegate numbers rollback`."""

from collections.abc import Callable

import pytest
from click.testing import Result

from voicegate.numbers.fakes.desk import FakeDesk
from voicegate.numbers.model import Snapshot
from voicegate.numbers.registry.keys import Keys

Run = Callable[..., Result]
CLINIC, SPLIT, FOREIGN = "+12125550142", "+12125550143", "+12125550145"


@pytest.fixture(autouse=True)
def changed(run: Run, snapshot: Snapshot) -> None:
    """Version 2 leads a number elsewhere, 3 knows one more."""
    assert snapshot.version == 1
    assert run("numbers", "assign", SPLIT, "flow/new", "--yes").exit_code == 0
    assert run("numbers", "import", FOREIGN, "--yes").exit_code == 0


def test_an_older_version_comes_back_as_a_new_one(
    run: Run, desk: FakeDesk, snapshot: Snapshot
) -> None:
    done = run("numbers", "rollback", "1", "--yes", "-o", "table")
    assert done.exit_code == 0, done.stderr
    current = desk.registry.store.current()
    assert current.version == 4
    assert current.numbers[SPLIT].shares == snapshot.numbers[SPLIT].shares
    assert FOREIGN in current.numbers
    assert f"{FOREIGN} stays as it is" in done.stderr
    assert desk.fake_provider.requests["release"] == 0


def test_to_go_back_twice_changes_nothing_more(run: Run, desk: FakeDesk) -> None:
    for _ in range(2):
        assert run("numbers", "rollback", "1", "--yes").exit_code == 0
    assert desk.registry.store.version() == 4


@pytest.mark.parametrize(("version", "code"), [("3", 2), ("4", 5), ("0", 2), ("x", 2)])
def test_a_version_that_is_in_force_or_is_none_cannot_come_back(
    run: Run, desk: FakeDesk, version: str, code: int
) -> None:
    assert run("numbers", "rollback", version, "--yes").exit_code == code
    assert desk.registry.store.version() == 3


@pytest.mark.parametrize("document", [b"{", None])
def test_a_version_that_cannot_be_read_is_no_obstacle(
    run: Run, desk: FakeDesk, snapshot: Snapshot, document: bytes | None
) -> None:
    """N8: whoever rolls back from a corrupt version has a good one."""
    key = Keys(desk.prefix, desk.account).document(3)
    if document is None:
        desk.client.delete(key)
    else:
        desk.client.set(key, document)
    assert run("numbers", "list").exit_code == 3
    assert run("numbers", "rollback", "1", "--dry-run").exit_code == 0
    assert desk.registry.store.version() == 3
    done = run("numbers", "rollback", "1", "--yes")
    assert done.exit_code == 0, done.stderr
    assert desk.registry.store.current().numbers[CLINIC] == snapshot.numbers[CLINIC]


@pytest.mark.parametrize("options", [["--dry-run"], []])
def test_nothing_comes_back_without_a_yes(run: Run, desk: FakeDesk, options: list[str]) -> None:
    assert run("numbers", "rollback", "1", *options).exit_code == (0 if options else 9)
    assert desk.registry.store.version() == 3


def test_over_a_version_that_cannot_be_read_nothing_comes_back_without_yes_and_lock(
    run: Run, desk: FakeDesk
) -> None:
    desk.client.delete(Keys(desk.prefix, desk.account).document(3))
    assert run("numbers", "rollback", "1").exit_code == 9
    assert desk.registry.store.version() == 3
    other = FakeDesk(desk.client, desk.prefix, desk.folder)
    assert other.registry.lock.acquire()
    assert run("numbers", "rollback", "1", "--yes").exit_code == 6
    assert desk.registry.store.version() == 3
