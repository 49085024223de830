"""`voicegate bench calls --quick` as a process: gateway, relay and load, each on its own."""

import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import psutil
import pytest

MAIN = "from voicegate.gateway.cli import main; main()"


@pytest.fixture
def inner() -> Generator[Path, None, None]:
    """What the bench takes for the temporary folder: short, as a socket in it has to fit."""
    with TemporaryDirectory(prefix="vb-") as folder:
        yield Path(folder)


@pytest.mark.usefixtures("redis_server")
def test_a_quick_bench_prints_its_tables_or_says_why_not(tmp_path: Path, inner: Path) -> None:
    """C186, C192: on a machine with other things to do it refuses, and then writes nothing.

    The loss of a single message, or one too many, would be a refusal of another kind.
    """
    out = tmp_path / "out"
    arguments = ["bench", "calls", "--quick", "--out", str(out)]
    ran = subprocess.run(
        [sys.executable, "-c", MAIN, *arguments],
        env={**os.environ, "TMPDIR": str(inner)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    files = {path.name for path in out.iterdir()}
    if ran.returncode:
        assert "is this machine busy?" in ran.stderr
        assert "Traceback" not in ran.stderr
        assert "not for lack of time" not in ran.stderr
        assert "out of order" not in ran.stderr
        assert (ran.stdout, files) == ("", set[str]())
    else:
        assert ran.stdout.count("Loopback without TLS") == 2
        assert files == {"calls.json", "calls.png"}
        content = orjson.loads((out / "calls.json").read_bytes())
        steps = [step for climb in content["climbs"] for step in climb["steps"]]
        assert [step["calls"] for step in steps] == 3 * [1, 8, 20]
        assert all(step["up"]["count"] > 100 * step["calls"] for step in steps)
        assert all(step["down"]["count"] and step["cut"]["count"] is not None for step in steps)
        assert not any(step["lost"] or step["misordered"] for step in steps)
    assert list(inner.iterdir()) == []
    assert not _working_in(inner)


def _working_in(folder: Path) -> list[int]:
    """Processes that the bench started there and did not end."""
    found: list[int] = []
    for process in psutil.process_iter():
        try:
            if process.cwd().startswith(str(folder)):
                found.append(process.pid)
        except psutil.Error:  # another user's, or gone meanwhile
            continue
    return found
