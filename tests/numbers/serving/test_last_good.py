"""The copy on disk: whole or not at all, and never the cause of a failed start."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from voicegate.numbers.model import Number, Override, Route, RouteKind, Share, Snapshot
from voicegate.numbers.registry.snapshot_json import parse, render
from voicegate.numbers.serving.last_good import LastGood
from voicegate.numbers.serving.view import View

CLINIC = "+12125550142"
ROUTE = Route(RouteKind.AGENT, "clinic")
VIEW = View(
    Snapshot("AC1", 7, {CLINIC: Number(CLINIC, shares=(Share(ROUTE, 1),))}, default_route=ROUTE),
    {CLINIC: Override(None, datetime(2026, 12, 24, tzinfo=UTC)), "*": Override(ROUTE)},
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "voicegate" / "numbers.json"


@pytest.fixture
def copy(path: Path) -> LastGood:
    return LastGood(path, parse, render)


def test_what_was_saved_is_loaded(copy: LastGood) -> None:
    """N7: numbers, overrides, all of it."""
    copy.save(VIEW)
    assert copy.load() == VIEW
    copy.save(View(Snapshot("AC1", 8)))
    assert copy.load() == View(Snapshot("AC1", 8))


def test_where_there_is_none_there_is_none(copy: LastGood) -> None:
    assert copy.load() is None


def test_a_damaged_copy_is_none(copy: LastGood, path: Path) -> None:
    """N7: cut off or altered anywhere, a start does not fail over it."""
    copy.save(VIEW)
    whole = path.read_bytes()
    for end in (*range(0, len(whole), 7), len(whole) - 1):
        path.write_bytes(whole[:end])
        assert copy.load() is None
    for other in (b"[]", b"7", b'{"document": 7, "overrides": 7}', b"\xff"):
        path.write_bytes(other)
        assert copy.load() is None


def test_one_that_cannot_be_written_leaves_the_one_before(copy: LastGood, path: Path) -> None:
    copy.save(VIEW)
    assert list(path.parent.iterdir()) == [path]
    path.with_name(f"{path.name}.{os.getpid()}.new").mkdir()  # in the way of the draft
    with pytest.raises(IsADirectoryError):
        copy.save(View(Snapshot("AC1", 8)))
    assert copy.load() == VIEW
