"""`voicegate numbers override`."""

from collections.abc import Callable
from datetime import UTC, datetime

import orjson
import pytest
from click.testing import Result

from voicegate.numbers.fakes.desk import FakeDesk
from voicegate.numbers.model import Override
from voicegate.numbers.route_text import parse

Run = Callable[..., Result]
CLINIC = "+12125550142"

pytestmark = pytest.mark.usefixtures("snapshot")


def overrides(desk: FakeDesk) -> dict[str, Override]:
    return desk.registry.overrides.read()


def test_a_number_is_closed_until_an_hour_of_its_own_zone(run: Run, desk: FakeDesk) -> None:
    done = run("numbers", "override", CLINIC, "closed", "--until", "2026-12-24T18:00", "--yes")
    assert done.exit_code == 0, done.stderr
    assert overrides(desk)[CLINIC] == Override(None, datetime(2026, 12, 24, 23, tzinfo=UTC))
    assert desk.registry.store.version() == 1
    assert [change.override for change in desk.registry.store.history(1)] == [CLINIC]


def test_all_numbers_are_led_elsewhere_and_back(run: Run, desk: FakeDesk) -> None:
    run("numbers", "override", "--all", "flow/storm", "--yes")
    assert overrides(desk) == {"*": Override(parse("flow/storm"))}
    done = run("numbers", "override", "--all", "--clear", "--yes", "-o", "json")
    assert orjson.loads(done.stdout)["override"] is None
    assert overrides(desk) == {}


def test_the_same_again_changes_nothing_and_asks_nobody(run: Run, desk: FakeDesk) -> None:
    run("numbers", "override", CLINIC, "closed", "--yes")
    again = run("numbers", "override", CLINIC, "closed", "-o", "json")
    assert (again.exit_code, orjson.loads(again.stdout)["changed"]) == (0, False)
    assert len([*desk.registry.store.history()]) == 2


@pytest.mark.parametrize(
    "words",
    [
        [],
        [CLINIC],
        ["--all"],
        ["--clear"],
        ["closed"],
        [CLINIC, "shut"],
        [CLINIC, "closed", "--clear"],
        [CLINIC, "--clear", "--until", "2026-12-24T18:00"],
        [CLINIC, "closed", "--until", "2020-12-24T18:00"],
        [CLINIC, "closed", "--tz", "UTC"],
        [CLINIC, "closed", "--all"],
    ],
)
def test_what_makes_no_sense_is_wrong_use(run: Run, desk: FakeDesk, words: list[str]) -> None:
    assert run("numbers", "override", *words, "--yes").exit_code == 2
    assert overrides(desk) == {}


def test_a_number_that_is_not_managed_is_not_found(run: Run) -> None:
    assert run("numbers", "override", "+12125550145", "closed", "--yes").exit_code == 5


@pytest.mark.parametrize(("options", "code"), [([], 9), (["--dry-run"], 0)])
def test_nothing_is_set_without_a_yes(
    run: Run, desk: FakeDesk, options: list[str], code: int
) -> None:
    assert run("numbers", "override", CLINIC, "closed", *options).exit_code == code
    assert overrides(desk) == {}
