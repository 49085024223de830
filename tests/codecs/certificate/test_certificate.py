"""The audio certificate as a whole: that this build passes, and what is written of it."""

import os
import platform
from pathlib import Path
from typing import Any

import orjson
import pytest

from voicegate.codecs.certificate import certificate
from voicegate.codecs.certificate.certificate import Certificate, measure
from voicegate.codecs.certificate.row import Row, exactly


@pytest.fixture(scope="module")
def quick() -> Certificate:
    return measure(lambda _: None, is_quick=True)


def not_run() -> Row:
    return Row("R1", "", None, "", "", "", "not run", "because")


def test_every_quick_row_passes(quick: Certificate) -> None:
    """G1, G2, G3, G4, R1, R2, R3, R4, R5, R6, R7, R8, R9, R10, R11, R12, R13, M1: each within its
    gate."""
    assert [row for row in quick.rows if row.status != "pass"] == []
    assert quick.passed
    assert quick.is_complete


@pytest.mark.parametrize(
    "row_id",
    ["G1", "G2", "G3", "G4", *(f"R{n}" for n in range(1, 14)), "D1", "D2", "W1", "W2", "M1"],
)
def test_the_quick_certificate_has_this_row(quick: Certificate, row_id: str) -> None:
    assert row_id in {row.id for row in quick.rows}


def test_a_row_says_what_it_is_and_what_it_was_measured_by(quick: Certificate) -> None:
    for row in quick.rows:
        assert row.name
        assert row.gate
        assert row.method
    assert len({(row.id, row.name) for row in quick.rows}) == len(quick.rows)


def test_the_json_has_the_documented_members(quick: Certificate) -> None:
    content: dict[str, Any] = orjson.loads(orjson.dumps(quick.content()))
    assert list(content) == [
        "version",
        "python",
        "numpy",
        "blas_threads",
        "cpu",
        "commit",
        "passed",
        "rows",
        "response",
    ]
    assert content["version"] == 1
    assert content["passed"] is True
    assert len(content["rows"]) == len(quick.rows)
    for row in content["rows"]:
        assert list(row) == ["id", "name", "value", "unit", "gate", "method", "status", "why"]
    assert len(content["response"]["hz"]) == len(content["response"]["db"])


def test_the_json_names_neither_host_nor_user(quick: Certificate) -> None:
    private = {platform.node(), *map(os.environ.get, ("USER", "LOGNAME", "HOSTNAME"))}
    content = quick.content()
    for shown in ("python", "numpy", "blas_threads", "cpu", "commit"):
        assert private.isdisjoint(str(content[shown]).split())


def test_the_response_is_flat_where_speech_is_and_down_where_images_are(quick: Certificate) -> None:
    response: Any = quick.content()["response"]
    gain = dict(zip(response["hz"], response["db"], strict=True))
    assert (min(gain), max(gain)) == (0, 12_000)
    assert all(abs(db) < 0.03 for hz, db in gain.items() if 300 <= hz <= 3400)
    assert all(db < -66.5 for hz, db in gain.items() if hz >= 4200)


def test_the_readme_quotes_rows_of_it(quick: Certificate) -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    found = {row.name: row.value for row in quick.rows}
    images_db, delay = found["images down by"], found["delay up, samples at 24 kHz"]
    assert isinstance(delay, int)
    assert f"images {images_db:.1f} dB down" in readme
    assert f"{delay / 24:.1f} ms each way" in readme
    assert f"{found['samples unlike whole numbers']} samples unlike whole-number" in readme


def test_one_red_row_fails_it() -> None:
    red = exactly("R1", "wrong", 1, 0, "by hand")
    assert not Certificate((red, exactly("R2", "right", 0, 0, "by hand"))).passed


def test_a_row_that_did_not_run_leaves_it_passed_and_incomplete() -> None:
    found = Certificate((not_run(),))
    assert found.passed
    assert not found.is_complete


def test_the_slow_sections_are_left_out_when_it_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificate, "QUICK", {"codes": lambda: [not_run()]})
    monkeypatch.setattr(certificate, "SLOW", {"speed": lambda: [not_run(), not_run()]})
    told: list[str] = []
    assert len(measure(told.append, is_quick=True).rows) == 1
    assert len(measure(told.append, is_quick=False).rows) == 3
    assert told == ["measuring: codes", "measuring: codes", "measuring: speed"]


def test_an_installed_package_has_no_commit(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    place = tmp_path / "codecs" / "certificate" / "certificate.py"
    monkeypatch.setattr(certificate, "__file__", str(place))
    assert Certificate(()).content()["commit"] is None
