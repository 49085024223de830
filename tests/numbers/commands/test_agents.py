"""`voicegate agents`: what is in force, and how a file comes into force."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result

from voicegate.numbers.desk import completion_cache
from voicegate.numbers.fakes.desk import FakeDesk
from voicegate.numbers.model import Snapshot
from voicegate.numbers.registry.keys import Keys
from voicegate.numbers.registry.lock import RedisLock

FILE = (
    "apiVersion: voicegate/v1\nkind: Agents\nagents:\n"
    "  - {name: clinic, instructions: Be brief., voice: cedar}\n"
    "  - {name: night, instructions: Take a message.}\n"
)

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def file(tmp_path: Path) -> Path:
    path = tmp_path / "agents.yaml"
    path.write_text(FILE)
    return path


def apply(run: Run, *said: str) -> Result:
    return run("agents", "apply", "-f", "agents.yaml", *said)


def test_a_file_comes_into_force_and_the_same_again_changes_nothing(
    run: Run, desk: FakeDesk, snapshot: Snapshot
) -> None:
    done = apply(run, "--yes")
    assert (done.exit_code, json.loads(done.stdout)["version"]) == (0, 2)
    current = desk.registry.store.current()
    assert current.agents["clinic"].voice == "cedar"
    assert current.agents["night"].instructions == "Take a message."
    assert (current.numbers, current.pools) == (snapshot.numbers, snapshot.pools)
    assert "agent/night" in completion_cache.load(desk.folder).routes
    again = apply(run)
    assert (again.exit_code, json.loads(again.stdout)["version"]) == (0, 2)
    assert [change.who for change in desk.registry.store.history()] == ["ada", "ada"]


@pytest.mark.usefixtures("snapshot")
def test_agents_that_a_file_does_not_name_stay(run: Run, desk: FakeDesk, file: Path) -> None:
    file.write_text(FILE.replace("name: clinic", "name: other"))
    apply(run, "--yes")
    assert [*desk.registry.store.current().agents] == ["clinic", "night", "other"]


@pytest.mark.usefixtures("snapshot")
def test_without_a_yes_nothing_changes(run: Run, desk: FakeDesk) -> None:
    done = apply(run)
    assert (done.exit_code, done.stdout) == (9, "")
    assert "night" in done.stderr
    assert desk.registry.store.version() == 1


@pytest.mark.usefixtures("snapshot")
def test_a_dry_run_tells_the_plan_and_does_nothing(run: Run, desk: FakeDesk) -> None:
    plan = json.loads(apply(run, "--dry-run", "--yes").stdout)
    assert (plan["kind"], plan["base_version"]) == ("Plan", 1)
    assert [step["agent"] for step in plan["steps"]] == ["clinic", "night"]
    assert desk.registry.store.version() == 1
    told = apply(run, "--dry-run", "-o", "table").stdout
    assert "~ update agent clinic: " in told
    assert "voice marin -> cedar" in told


@pytest.mark.usefixtures("snapshot")
def test_while_somebody_else_applies_it_is_a_conflict(run: Run, desk: FakeDesk) -> None:
    other = RedisLock(desk.client, Keys(desk.prefix, desk.account), "other")
    assert other.acquire()
    done = apply(run, "--yes")
    assert (done.exit_code, done.stdout) == (6, "")
    assert desk.registry.store.version() == 1
    other.release()
    assert apply(run, "--yes").exit_code == 0
    assert other.acquire()


def test_an_invalid_file_changes_nothing_and_names_every_line(
    run: Run, desk: FakeDesk, snapshot: Snapshot, file: Path
) -> None:
    file.write_text(FILE.replace("cedar", "nova").replace("night", "NIGHT"))
    done = apply(run, "--yes")
    assert (done.exit_code, done.stdout) == (3, "")
    assert [line.split(" ")[1].split(":")[0] for line in done.stderr.splitlines()] == ["4", "5"]
    assert desk.registry.store.current() == replace(snapshot, version=1)


@pytest.mark.usefixtures("snapshot")
def test_one_agent_is_shown_and_a_near_name_is_offered(run: Run) -> None:
    assert json.loads(run("agents", "show", "clinic").stdout)["voice"] == "marin"
    assert "voice: marin" in run("agents", "show", "clinic", "-o", "table").stdout
    done = run("agents", "show", "clinik")
    assert (done.exit_code, done.stdout) == (5, "")
    assert "did you mean clinic?" in done.stderr


@pytest.mark.usefixtures("snapshot")
def test_the_list_has_every_agent(run: Run) -> None:
    apply(run, "--yes")
    assert run("agents", "list", "-o", "ids").stdout.split() == ["clinic", "night"]
