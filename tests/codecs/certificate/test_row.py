"""Rows of the certificate: what passes, what is tried again, and what could not run."""

import sys
from collections.abc import Iterator

import numpy as np
import orjson
import pytest

from voicegate.codecs.certificate.row import (
    NotRun,
    Row,
    at_least,
    at_most,
    exactly,
    near,
    needs,
    printed,
    require,
    tried,
)


@pytest.mark.parametrize(
    ("row", "gate", "status"),
    [
        (exactly("R1", "name", 508, 508, "method"), "= 508", "pass"),
        (exactly("R1", "name", 507, 508, "method"), "= 508", "fail"),
        (exactly("R1", "name", "abc", "abd", "method"), "= abd", "fail"),
        (at_most("R1", "name", 2.2, 2.2, "method"), "≤ 2.2", "pass"),
        (at_most("R1", "name", 2.21, 2.2, "method"), "≤ 2.2", "fail"),
        (at_least("R1", "name", 66.0, 66, "method"), "≥ 66", "pass"),
        (at_least("R1", "name", 65.9, 66, "method"), "≥ 66", "fail"),
        (near("R1", "name", 37.35, 37.4, 0.1, "method", unit="dB"), "37.4 ± 0.1", "pass"),
        (near("R1", "name", 37.6, 37.4, 0.1, "method", unit="dB"), "37.4 ± 0.1", "fail"),
        (printed("R1", "name", 12.0, "method"), "printed", "pass"),
    ],
)
def test_a_row_has_its_gate_in_words_and_is_judged_by_it(row: Row, gate: str, status: str) -> None:
    assert (row.gate, row.status) == (gate, status)


@pytest.mark.parametrize("value", [float("nan"), np.float64("nan")])
def test_what_is_no_number_does_not_pass(value: float) -> None:
    rows = (
        at_most("R1", "name", value, 1, "method"),
        at_least("R1", "name", value, 1, "method"),
        near("R1", "name", value, 1, 1, "method", unit="dB"),
    )
    assert {row.status for row in rows} == {"fail"}


def test_values_are_plain_whatever_numpy_measured() -> None:
    row = at_most("R1", "name", np.float64(0.5), 1, "method")
    assert type(row.value) is float
    assert orjson.dumps(row.value) == b"0.5"


def test_each_row_that_needs_what_is_missing_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "soxr", None)

    @needs("Q1", "Q2")
    def rows() -> Iterator[Row]:
        yield printed("Q1", "name", 1.0, "method")
        require("numpy", "soxr")

    found = list(rows())
    assert [(row.id, row.status) for row in found] == [("Q1", "not run"), ("Q2", "not run")]
    assert {row.why for row in found} == {"soxr is not installed; the extra `quality` has it"}


def test_what_is_there_is_not_missed() -> None:
    require("numpy", "sys")
    with pytest.raises(NotRun):
        require("no_such_module")


@pytest.mark.parametrize(("needed", "taken"), [(1, 1), (2, 2), (3, 3), (4, 3)])
def test_a_time_is_taken_three_times_at_most(needed: int, taken: int) -> None:
    times: list[int] = []

    def rows() -> Iterator[Row]:
        times.append(1)
        yield at_least("P1", "name", len(times), needed, "method")
        yield printed("P1", "name", len(times), "method")

    found = tried(rows)
    assert len(times) == taken
    assert [row.value for row in found] == [taken, taken]
    assert found[0].status == ("pass" if needed <= taken else "fail")
