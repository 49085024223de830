"""`voicegate demo`, used wrongly: one clear error, exit code 2, and no call."""

import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile  # pyright: ignore[reportMissingTypeStubs]
from click.testing import CliRunner

from voicegate.gateway.sim.demo.cli import demo


def refused(*arguments: str) -> str:
    """The error of a call that must not begin."""
    result = CliRunner().invoke(demo, arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    return " ".join(result.output.split())


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "py_nanotts", None)
    assert "the demo needs py_nanotts: pip install 'voicegate[demo]'" in refused()


def test_a_silent_recording_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "me.wav"
    soundfile.write(path, np.zeros(8_000), 8_000)
    error = refused("--speech", str(path), "--out", str(tmp_path / "out"))
    assert "the speech file is silent" in error


@pytest.mark.parametrize("content", [b"", b"no sound"])
def test_of_a_recording_that_cannot_be_read_nothing_is_begun(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "me.wav"
    path.write_bytes(content)
    error = refused("--speech", str(path), "--out", str(tmp_path / "out"))
    assert error.count("me.wav") == 1
    assert ".." not in error
    assert "One call" not in error
    assert not (tmp_path / "out").exists()


def test_a_recording_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    assert "does not exist" in refused("--speech", str(tmp_path / "me.wav"))


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "Not a directory" in refused("--out", str(tmp_path / "file" / "demo"))


def test_the_help_tells_files_and_exit_codes() -> None:
    result = CliRunner().invoke(demo, ["--help"])
    assert "Exit codes: 0 fine" in result.output


def test_a_flow_has_a_caller_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "me.wav"
    path.write_bytes(b"")
    assert "leave out --speech and --quick" in refused("--flow", "clinic-main", "--quick")
    assert "leave out --speech" in refused("--flow", "clinic-main", "--speech", str(path))
    assert "clinic-main" in refused("--flow", "renew")
