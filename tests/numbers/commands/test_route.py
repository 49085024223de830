"""`voicegate numbers route test`: who would answer when, told with every reason."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from click.testing import Result

from voicegate.numbers.fakes.desk import FakeDesk
from voicegate.numbers.model import Snapshot

CLINIC, SPLIT, IDLE = "+12125550142", "+12125550143", "+12125550144"

Run = Callable[..., Result]


def ask(run: Run, *said: str, code: int = 0) -> dict[str, Any]:
    done = run("numbers", "route", "test", *said)
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("said", "route", "at"),
    [
        ("--at 2026-12-24T11:59", "agent/clinic", "2026-12-24T11:59:00-05:00"),
        ("--at 2026-12-24T12:00", "flow/holiday", "2026-12-24T12:00:00-05:00"),
        ("--at 2026-12-24T17:00+00:00", "flow/holiday", "2026-12-24T17:00:00+00:00"),
        ("--at 2026-12-24T16:59 --tz UTC", "agent/clinic", "2026-12-24T16:59:00+00:00"),
        ("", "agent/clinic", "2026-11-21T12:00:00+00:00"),
    ],
)
@pytest.mark.usefixtures("snapshot")
def test_the_schedule_counts_in_the_zone_that_is_meant(
    said: str, route: str, at: str, run: Run
) -> None:
    found = ask(run, CLINIC, *said.split())
    assert (found["route"], found["at"]) == (route, at)


@pytest.mark.usefixtures("snapshot")
def test_a_caller_has_his_share(run: Run) -> None:
    routes = {ask(run, SPLIT, "--from", f"+1212555{n:04}")["route"] for n in range(100, 140)}
    assert routes == {"flow/a", "agent/clinic"}


@pytest.mark.usefixtures("snapshot")
def test_of_a_flow_the_node_is_told_that_a_call_would_come_to(run: Run, desk: FakeDesk) -> None:
    """At that time, for that caller; an agent has none."""
    desk.nodes = {"flow/holiday": "closed"}
    at = ("--at", "2026-12-24T12:00")
    assert ask(run, CLINIC, *at)["node"] == "closed"
    assert ask(run, CLINIC)["node"] is None
    shown = run("numbers", "route", "test", CLINIC, *at, "-o", "table").output
    assert "-> flow/holiday, which begins with closed" in shown


@pytest.mark.usefixtures("snapshot")
def test_a_number_without_a_route_goes_to_the_default_route(run: Run) -> None:
    found = ask(run, IDLE)
    assert found["route"] == "agent/clinic"
    assert [reason["step"] for reason in found["reasons"]] == ["route", "fallback", "default route"]


@pytest.mark.usefixtures("snapshot")
def test_a_flow_that_is_not_there_is_an_alarm(run: Run, desk: FakeDesk) -> None:
    desk.is_flow = lambda route: False
    found = ask(run, CLINIC, "--at", "2026-12-24T18:00")
    assert found["route"] == "forward/+12125550199"
    assert [reason["alarm"] for reason in found["reasons"]] == [True, False]


def test_nobody_who_answers_is_a_failure(run: Run, desk: FakeDesk, snapshot: Snapshot) -> None:
    without = replace(snapshot, default_route=None, plan_id="second")
    desk.registry.store.commit(1, without, "second", "ada", "[]")
    found = ask(run, IDLE, code=1)
    assert found["route"] is None
    assert found["reasons"][-1]["step"] == "nobody"


@pytest.mark.usefixtures("snapshot")
def test_in_words_each_reason_has_its_line_and_the_last_is_the_route(run: Run) -> None:
    told = run("numbers", "route", "test", CLINIC, "-o", "table").stdout.splitlines()
    assert told == ["schedule: no entry is in force", "route: agent/clinic", "-> agent/clinic"]
    assert run("numbers", "route", "test", CLINIC, "-o", "ids").stdout == "agent/clinic\n"


@pytest.mark.parametrize(
    "said",
    [
        "--at 2026-12-24T25:00",
        "--at tomorrow",
        "--at 1999-01-01T10:00",
        "--at 2026-12-24T18:00 --tz America/New_Yrok",
        "--at 2026-12-24T18:00+02:00 --tz America/New_York",
        "--tz UTC",
        "--from nobody",
        "--at 2027-03-14T02:30 --tz America/New_York",
    ],
)
@pytest.mark.usefixtures("snapshot")
def test_what_is_no_time_or_caller_is_wrong_use(said: str, run: Run) -> None:
    done = run("numbers", "route", "test", CLINIC, *said.split())
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
