"""The bench of the registry: real commands over real sockets, and figures that mean something."""

import pytest
from click.testing import CliRunner

from voicegate.gateway.sim.bench import registry, registry_cli
from voicegate.gateway.sim.bench.cli import bench
from voicegate.gateway.sim.bench.registry import BARE, Spent, Trial, is_within, ratios


def test_every_command_is_run_and_printed(redis_server: str) -> None:
    """N12: what is claimed of many numbers is what this prints."""
    assert redis_server
    done = CliRunner().invoke(bench, ["numbers", "--count", "30", "--rounds", "1"])
    assert done.exit_code == 0, done.stderr
    for trial in registry.TRIALS:
        assert trial.name in done.stdout
    assert "simulated" in done.stdout
    assert "1. round of 1" in done.stderr


def test_a_command_that_fails_is_told_and_nothing_is_printed(
    redis_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert redis_server
    broken = Trial("broken", "raise SystemExit('it is broken')")
    monkeypatch.setattr(registry, "TRIALS", (broken,))
    done = CliRunner().invoke(bench, ["numbers", "--count", "1", "--rounds", "1"])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "broken failed: it is broken" in done.stderr


def test_without_a_server_the_bench_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_cli, "find_server", lambda: None)
    done = CliRunner().invoke(bench, ["numbers"])
    assert done.exit_code == 2
    assert "install redis-server" in done.stderr


def test_goals_are_multiples_of_the_bare_interpreter() -> None:
    """N12: a slow machine misses none, and one round that was disturbed decides nothing."""
    listed = Trial("list", "", ratio_max=10)
    quick = {BARE: [Spent(9, 0.01)] * 3, listed: [Spent(9, 0.1), Spent(9, 0.1), Spent(9, 5)]}
    assert ratios(quick) == {BARE: 1, listed: pytest.approx(10)}
    slow = {BARE: [Spent(9, 0.01)], listed: [Spent(0, 0.11)]}
    assert (is_within(slow), is_within({**slow, BARE: [Spent(9, 0.02)]})) == (False, True)
