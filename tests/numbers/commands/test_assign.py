"""`voicegate numbers assign` and `unassign`."""

from collections.abc import Callable
from datetime import UTC, datetime

import orjson
import pytest
from click.testing import Result

from voicegate.numbers.fakes.desk import FakeDesk
from voicegate.numbers.model import Snapshot
from voicegate.numbers.planning.webhook import Webhook

Run = Callable[..., Result]
CLINIC, SPLIT, IDLE = "+12125550142", "+12125550143", "+12125550144"

pytestmark = pytest.mark.usefixtures("snapshot")


def routes(desk: FakeDesk, number: str) -> list[tuple[str, int]]:
    shares = desk.registry.store.current().numbers[number].shares
    return [(str(share.route), share.weight) for share in shares]


def test_a_number_leads_where_it_is_assigned(run: Run, desk: FakeDesk) -> None:
    done = run("numbers", "assign", SPLIT, "flow/new", "--yes")
    assert done.exit_code == 0, done.stderr
    told = orjson.loads(done.stdout)
    assert (told["kind"], told["version"], told["provider_writes"]) == ("ApplyResult", 2, 1)
    assert routes(desk, SPLIT) == [("flow/new", 1)]
    assert "would answer now: flow/new" in done.stderr


def test_no_other_number_is_looked_at(run: Run, desk: FakeDesk, snapshot: Snapshot) -> None:
    run("numbers", "assign", CLINIC, "flow/new", "--yes")
    assert desk.registry.store.current().numbers[SPLIT] == snapshot.numbers[SPLIT]
    assert desk.fake_provider.writes == 0  # every number points at the same webhook


def test_a_tenth_of_the_callers(run: Run, desk: FakeDesk) -> None:
    run("numbers", "assign", CLINIC, "flow/new", "--weight", "10", "--yes")
    assert routes(desk, CLINIC) == [("agent/clinic", 90), ("flow/new", 10)]


def test_from_some_day_on_in_the_zone_of_the_numbers_schedule(run: Run, desk: FakeDesk) -> None:
    done = run("numbers", "assign", CLINIC, "flow/x", "--from", "2026-12-27T09:00", "--yes")
    assert done.exit_code == 0, done.stderr
    _, entry = desk.registry.store.current().numbers[CLINIC].schedule
    assert (entry.at, str(entry.route)) == (datetime(2026, 12, 27, 14, tzinfo=UTC), "flow/x")
    assert routes(desk, CLINIC) == [("agent/clinic", 1)]


@pytest.mark.parametrize(
    "more",
    [
        [],
        ["flow/new", "--weight", "0"],
        ["flow/new", "--weight", "10", "--from", "2026-12-27T09:00"],
        ["flow/new", "--from", "2020-01-01T09:00"],
        ["flow/new", "--from", "2027-03-14T02:30"],
        ["flow/new", "--tz", "UTC"],
        ["flow/new", "--from", "2026-12-27T09:00", "--tz", "Nowhere"],
        ["floww/new"],
    ],
)
def test_what_makes_no_sense_is_wrong_use_and_changes_nothing(
    run: Run, desk: FakeDesk, more: list[str]
) -> None:
    done = run("numbers", "assign", CLINIC, *more, "--yes")
    assert done.exit_code == 2
    assert desk.registry.store.version() == 1


def test_a_number_that_is_not_managed_is_not_found(run: Run) -> None:
    assert run("numbers", "assign", "+12125550145", "flow/a", "--yes").exit_code == 5


def test_an_agent_that_is_not_there_is_an_alarm(run: Run) -> None:
    done = run("numbers", "assign", SPLIT, "agent/nobody", "--dry-run")
    assert "! route: agent/nobody, but there is no such agent" in done.stderr


def test_a_dry_run_shows_the_plan_and_changes_nothing(run: Run, desk: FakeDesk) -> None:
    done = run("numbers", "assign", SPLIT, "flow/new", "--dry-run", "-o", "json")
    assert (done.exit_code, orjson.loads(done.stdout)["kind"]) == (0, "Plan")
    assert desk.registry.store.version() == 1


def test_without_a_terminal_a_change_needs_yes(run: Run, desk: FakeDesk) -> None:
    assert run("numbers", "assign", SPLIT, "flow/new").exit_code == 9
    assert desk.registry.store.version() == 1


def test_an_unassigned_number_leads_to_the_default_route(run: Run, desk: FakeDesk) -> None:
    done = run("numbers", "unassign", SPLIT, "--yes")
    assert done.exit_code == 0, done.stderr
    assert routes(desk, SPLIT) == []
    assert "would answer now: agent/clinic" in done.stderr


def test_a_protected_number_is_not_unassigned(run: Run, desk: FakeDesk) -> None:
    """Rule f."""
    assert run("numbers", "unassign", CLINIC, "--yes").exit_code == 6
    assert desk.registry.store.version() == 1


@pytest.mark.parametrize(
    ("webhook", "named"),
    [
        (Webhook("http://localhost:8084"), "VOICEGATE_PUBLIC_URL"),
        (Webhook("https://10.0.0.7"), "VOICEGATE_PUBLIC_URL"),
        (Webhook("https://voice.example.com", "https://10.0.0.7/x"), "VOICEGATE_FALLBACK_URL"),
    ],
)
def test_the_provider_is_not_sent_to_an_address_of_this_house(
    run: Run, desk: FakeDesk, webhook: Webhook, named: str
) -> None:
    desk.webhook = webhook
    done = run("numbers", "assign", SPLIT, "flow/new", "--yes", "-o", "json")
    assert (done.exit_code, desk.registry.store.version()) == (2, 1)
    assert named in orjson.loads(done.stderr.splitlines()[-1])["error"]["hint"]


def test_a_simulated_provider_on_this_machine_is(run: Run, desk: FakeDesk) -> None:
    desk.webhook = Webhook("http://localhost:8084")
    desk.is_trial = True
    assert run("numbers", "assign", SPLIT, "flow/new", "--yes").exit_code == 0
