"""`voicegate bench codecs`: what it prints and writes, and how it exits."""

import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from voicegate.codecs.certificate import certificate
from voicegate.codecs.certificate.row import Row, exactly, needs, require
from voicegate.gateway.sim.bench.cli import bench

GREEN = exactly("R1", "what is right", 0, 0, "by hand")
RED = exactly("R2", "what is wrong", 1, 0, "by hand")


@needs("Q1")
def missing() -> Iterator[Row]:
    require("no_such_module")
    yield GREEN


@pytest.fixture(autouse=True)
def rows(monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    """What the one section measures; a test may add to it."""
    found = [GREEN]
    monkeypatch.setattr(certificate, "QUICK", {"by hand": lambda: found})
    monkeypatch.setattr(certificate, "SLOW", {})
    return found


@pytest.fixture
def pictureless(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where matplotlib is not installed; quicker."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)


def run(out: Path, *options: str) -> Result:
    return CliRunner().invoke(bench, ["codecs", "--out", str(out), *options])


def test_all_passed_is_0(tmp_path: Path) -> None:
    done = run(tmp_path, "--require-all")
    assert done.exit_code == 0
    assert "what is right" in done.stdout
    assert "what is right" not in done.stderr
    assert orjson.loads((tmp_path / "codecs.json").read_bytes())["passed"] is True
    assert (tmp_path / "codecs-response.png").stat().st_size > 10_000


@pytest.mark.usefixtures("pictureless")
def test_a_row_that_failed_is_1_and_is_still_written(tmp_path: Path, rows: list[Row]) -> None:
    rows.append(RED)
    done = run(tmp_path)
    assert done.exit_code == 1
    assert "fail" in done.stdout
    assert orjson.loads((tmp_path / "codecs.json").read_bytes())["passed"] is False


@pytest.mark.usefixtures("pictureless")
def test_a_row_that_did_not_run_is_0_unless_all_are_required(
    tmp_path: Path, rows: list[Row]
) -> None:
    rows += missing()
    done = run(tmp_path)
    assert done.exit_code == 0
    assert "no_such_module is not installed" in done.stdout
    assert run(tmp_path, "--require-all").exit_code == 2


@pytest.mark.usefixtures("pictureless")
def test_a_row_that_failed_counts_before_one_that_did_not_run(
    tmp_path: Path, rows: list[Row]
) -> None:
    rows += [*missing(), RED]
    assert run(tmp_path, "--require-all").exit_code == 1


@pytest.mark.usefixtures("pictureless")
def test_the_json_is_printed_alone_and_is_what_is_written(tmp_path: Path) -> None:
    done = run(tmp_path, "--json")
    assert orjson.loads(done.stdout) == orjson.loads((tmp_path / "codecs.json").read_bytes())


@pytest.mark.usefixtures("pictureless")
def test_the_folder_is_made(tmp_path: Path) -> None:
    assert run(tmp_path / "a" / "b").exit_code == 0
    assert (tmp_path / "a" / "b" / "codecs.json").is_file()


def test_a_place_that_is_no_folder_is_refused_before_anything_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificate, "QUICK", {"by hand": lambda: pytest.fail("measured")})
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        refused = run(out)
        assert refused.exit_code == 2
        assert "'--out'" in refused.stderr
        assert str(tmp_path / "file") in refused.stderr


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "codecs.json").mkdir()
    refused = run(tmp_path)
    assert refused.exit_code == 2
    assert "codecs.json: Is a directory" in refused.stderr


@pytest.mark.usefixtures("pictureless")
def test_without_matplotlib_there_is_no_picture_and_it_is_said(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.exit_code == 0
    assert "no picture: matplotlib is not installed" in done.stderr
    assert not (tmp_path / "codecs-response.png").exists()


@pytest.mark.usefixtures("pictureless")
def test_the_table_names_its_limits(tmp_path: Path) -> None:
    """C192"""
    assert "ratios are what counts" in " ".join(run(tmp_path).stdout.split())


@pytest.mark.usefixtures("pictureless")
def test_speed_that_is_only_shown_fails_nothing(tmp_path: Path, rows: list[Row]) -> None:
    rows.append(exactly("P1", "what was too slow", 3, 2, "by hand"))
    assert run(tmp_path).exit_code == 1
    done = run(tmp_path, "--speed-shown")
    assert done.exit_code == 0
    assert "missed" in done.stdout
    rows.append(RED)
    assert run(tmp_path, "--speed-shown").exit_code == 1
