"""`voicegate numbers list`: which numbers, in which form, and what it leaves for TAB."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result

from voicegate.numbers.desk import completion_cache
from voicegate.numbers.fakes.desk import FakeDesk
from voicegate.numbers.model import Snapshot

CLINIC, SPLIT, IDLE, FOREIGN = "+12125550142", "+12125550143", "+12125550144", "+12125550145"

Run = Callable[..., Result]


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("", [CLINIC, SPLIT, IDLE]),
        ("--route agent/clinic", [CLINIC, SPLIT]),
        ("--route flow/*", [SPLIT]),
        ("--route flow/none", []),
        ("--unassigned", [IDLE]),
        ("--state managed", [CLINIC, SPLIT]),
        ("--state missing", [IDLE]),
        ("--state foreign", [FOREIGN]),
        ("--state drift", [SPLIT, IDLE]),
    ],
)
@pytest.mark.usefixtures("snapshot")
def test_the_numbers_are_those_that_were_asked_for(said: str, numbers: list[str], run: Run) -> None:
    done = run("numbers", "list", *said.split(), "-o", "ids")
    assert done.exit_code == 0, done.output
    assert done.stdout.split() == numbers


@pytest.mark.usefixtures("snapshot")
def test_a_number_has_all_its_fields(run: Run) -> None:
    items = json.loads(run("numbers", "list").stdout)["items"]
    assert items[0] == {
        "number": CLINIC,
        "name": "Clinic main",
        "route": "agent/clinic",
        "shares": [{"route": "agent/clinic", "weight": 1}],
        "schedule": [
            {
                "at": "2026-12-24T12:00:00-05:00",
                "tz": "America/New_York",
                "route": "flow/holiday",
                "until": None,
            }
        ],
        "fallback": "forward/+12125550199",
        "record": False,
        "audio": None,
        "emergency_address": None,
        "tags": ["clinic", "ny"],
        "protect": True,
        "max_calls": None,
        "provider_id": "PN" + "1" * 32,
        "state": None,
    }
    assert items[1]["route"] == "flow/a 90, agent/clinic 10"
    assert items[2]["route"] is None


@pytest.mark.usefixtures("snapshot")
def test_the_provider_is_asked_only_for_a_state(run: Run, desk: FakeDesk) -> None:
    run("numbers", "list")
    assert not desk.provider.requests
    run("numbers", "list", "--state", "drift")
    assert desk.provider.requests == {"page": 1}


def test_what_was_listed_is_what_tab_offers(run: Run, desk: FakeDesk, snapshot: Snapshot) -> None:
    run("numbers", "list", "--unassigned")
    known = completion_cache.load(desk.folder)
    assert known.numbers == {number: each.name for number, each in snapshot.numbers.items()}
    assert known.routes == ("agent/clinic", "flow/a")


def test_route_and_unassigned_together_are_wrong_use(run: Run) -> None:
    done = run("numbers", "list", "--route", "flow/a", "--unassigned")
    assert done.exit_code == 2
    assert "exclude each other" in done.stderr


@pytest.mark.parametrize(("form", "told"), [("ids", ""), ("csv", "number,name,route,tags\n")])
def test_an_account_without_numbers_has_an_empty_list(form: str, told: str, run: Run) -> None:
    done = run("numbers", "list", "-o", form)
    assert (done.exit_code, done.stdout) == (0, told)
