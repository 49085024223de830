"""`voicegate bench calls`, on a machine where it cannot run."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from voicegate.gateway.sim.bench import cli


def test_without_a_redis_the_bench_says_what_to_install_before_it_begins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def nowhere() -> None:
        return None

    monkeypatch.setattr(cli, "find_server", nowhere)
    out = tmp_path / "out"
    done = CliRunner().invoke(cli.bench, ["calls", "--quick", "--out", str(out)])
    assert done.exit_code == 2
    assert "install redis-server" in done.stderr
    assert not out.exists()
