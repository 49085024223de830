"""`voicegate numbers history`: whose changes, of what, since when."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from click.testing import Result

from voicegate.numbers.fakes.desk import FakeDesk
from voicegate.numbers.model import Override, Snapshot
from voicegate.numbers.registry import store

CLINIC, SPLIT = "+12125550142", "+12125550143"

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def changes(desk: FakeDesk, snapshot: Snapshot) -> None:
    """After the first version an override and its end, and a second version."""
    desk.registry.overrides.put("*", Override(None), "bob")
    desk.registry.overrides.clear("*", "bob")
    diff = (
        f'[{{"n":1,"action":"assign","number":"{SPLIT}"}},{{"n":2,"action":"update","pool":"ny"}}]'
    )
    second = replace(snapshot, plan_id="second")
    desk.registry.store.commit(1, second, "second", "carol", diff)
    desk.at = datetime.now(desk.at.tzinfo)  # Redis' clock tells when


def told(run: Run, *said: str) -> list[str]:
    done = run("numbers", "history", *said)
    assert done.exit_code == 0, done.output
    return [item["what"] for item in json.loads(done.stdout)["items"]]


def test_the_newest_stands_first_and_says_what_it_was(run: Run) -> None:
    assert told(run) == [
        f"assign {SPLIT}, update ny",
        "override * cleared",
        "override * closed",
        f"adopt {CLINIC}",
    ]


def test_of_one_number_only_what_concerned_it(run: Run) -> None:
    assert told(run, CLINIC) == ["override * cleared", "override * closed", f"adopt {CLINIC}"]
    assert told(run, SPLIT, "--limit", "1") == [f"assign {SPLIT}, update ny"]


def test_since_is_a_time_or_how_long_ago(run: Run, desk: FakeDesk) -> None:
    assert len(told(run, "--since", "1h")) == 4
    desk.at += timedelta(days=8)
    assert told(run, "--since", "7d") == []
    assert len(told(run, "--since", "2w")) == 4
    assert len(told(run, "--since", "2020-01-01")) == 4
    assert told(run, "--since", "2999-01-01T00:00+02:00") == []


@pytest.mark.parametrize("said", ["7", "d", "0d", "yesterday", "2026-13-01", "99999999999999d"])
def test_what_is_no_time_is_wrong_use(said: str, run: Run) -> None:
    done = run("numbers", "history", "--since", said)
    assert (done.exit_code, done.stdout) == (2, "")


def test_a_long_change_is_cut_short(run: Run, desk: FakeDesk, snapshot: Snapshot) -> None:
    steps = ",".join(f'{{"n":{n},"action":"update","agent":"a{n}"}}' for n in range(1, 6))
    desk.registry.store.commit(2, replace(snapshot, plan_id="3"), "3", "dan", f"[{steps}]")
    assert told(run, "--limit", "1") == ["update a1, update a2, update a3, and 2 more"]


@pytest.mark.parametrize("page", [1, 2, 3, 4, 5])
def test_the_oldest_is_found_however_long_a_page_is(
    page: int, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "HISTORY_PAGE", page)
    assert told(run)[-1] == f"adopt {CLINIC}"
    assert len(told(run)) == 4
    assert len(told(run, "--limit", "3")) == 3
