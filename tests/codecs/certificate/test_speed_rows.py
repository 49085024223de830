"""Times beside those of others: which rows there are; how quick this machine is, is not asserted."""

import sys

import pytest

from voicegate.codecs.certificate import speed_rows


def test_every_size_is_compared_with_both_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """P1, P2, P3, P4, P5: for 1, 10, 100 and 300 calls."""
    monkeypatch.setattr(speed_rows, "_ROUNDS", 1)
    monkeypatch.setattr(speed_rows, "_CALL_FRAMES", 1)
    rows = list(speed_rows.rows())
    assert [row.id for row in rows].count("P4") == 4
    assert {row.id for row in rows} == {"P1", "P2", "P3", "P4", "P5"}
    assert len({row.name for row in rows}) == len(rows)
    assert all(isinstance(row.value, float) and row.value > 0 for row in rows)


def test_without_soxr_there_is_nothing_to_compare_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "soxr", None)
    rows = list(speed_rows.rows())
    assert [(row.id, row.status) for row in rows] == [(f"P{n}", "not run") for n in range(1, 6)]
    assert rows[0].why == "soxr is not installed; the extra `quality` has it"
