"""`voicegate numbers release`."""

from collections.abc import Callable
from datetime import timedelta

import orjson
import pytest
from click.testing import Result

from voicegate.numbers.fakes.desk import AT, FakeDesk
from voicegate.numbers.registry.keys import Keys

Run = Callable[..., Result]
CLINIC, SPLIT, IDLE, FOREIGN = "+12125550142", "+12125550143", "+12125550144", "+12125550145"

pytestmark = pytest.mark.usefixtures("snapshot")


def owns(desk: FakeDesk, number: str) -> bool:
    return any(each.number == number for each in desk.provider.owned())


def requests(desk: FakeDesk) -> int:
    return sum(desk.fake_provider.requests.values())


def test_the_typed_number_and_no_other_is_given_back(run: Run, desk: FakeDesk) -> None:
    done = run("numbers", "release", SPLIT, "--confirm", SPLIT)
    assert done.exit_code == 0, done.stderr
    assert orjson.loads(done.stdout)["summary"]["release"] == 1
    assert not owns(desk, SPLIT)
    assert owns(desk, CLINIC)
    assert SPLIT not in desk.registry.store.current().numbers
    assert "pool ny" in done.stderr


@pytest.mark.parametrize("options", [[], ["--yes"], ["--no-input"], ["--yes", "--no-input"]])
def test_without_the_number_again_nothing_is_asked_of_the_provider(
    run: Run, desk: FakeDesk, options: list[str]
) -> None:
    """N5: not even --yes is enough."""
    assert run("numbers", "release", SPLIT, *options).exit_code == 9
    assert requests(desk) == 0


def test_another_number_is_a_mistake(run: Run, desk: FakeDesk) -> None:
    assert run("numbers", "release", SPLIT, "--confirm", IDLE).exit_code == 2
    assert requests(desk) == 0


def test_a_protected_number_is_refused(run: Run, desk: FakeDesk) -> None:
    """Rule f."""
    words = ["numbers", "release", CLINIC, "--confirm", CLINIC, "--even-if-used"]
    assert run(*words).exit_code == 6
    assert requests(desk) == 0


def test_a_number_that_was_called_lately_goes_only_if_that_is_said(
    run: Run, desk: FakeDesk
) -> None:
    called_at = (AT - timedelta(days=29)).isoformat()
    desk.client.set(Keys(desk.prefix, desk.account).last(SPLIT), called_at)
    assert run("numbers", "release", SPLIT, "--confirm", SPLIT).exit_code == 1
    assert requests(desk) == 0
    assert run("numbers", "release", SPLIT, "--confirm", SPLIT, "--even-if-used").exit_code == 0


def test_a_dry_run_asks_nobody(run: Run, desk: FakeDesk) -> None:
    done = run("numbers", "release", SPLIT, "--dry-run", "-o", "json")
    assert (done.exit_code, orjson.loads(done.stdout)["summary"]["release"]) == (0, 0)
    assert requests(desk) == 0


def test_one_that_is_not_managed_can_go_too_and_a_strangers_cannot(
    run: Run, desk: FakeDesk
) -> None:
    assert run("numbers", "release", FOREIGN, "--confirm", FOREIGN).exit_code == 0
    assert not owns(desk, FOREIGN)
    assert run("numbers", "release", FOREIGN, "--confirm", FOREIGN).exit_code == 5
