"""`voicegate numbers doctor`."""

from collections.abc import Callable

import orjson
import pytest
from click.testing import Result

from voicegate.gateway.terminal.examination import Finding, Health
from voicegate.numbers.fakes.desk import FakeDesk
from voicegate.numbers.fakes.provider import Fault
from voicegate.numbers.registry.keys import Keys

Run = Callable[..., Result]
CLINIC, SPLIT = "+12125550142", "+12125550143"

pytestmark = pytest.mark.usefixtures("snapshot")


def health(done: Result) -> dict[str, str]:
    return {item["check"]: item["health"] for item in orjson.loads(done.stdout)["items"]}


def test_what_fails_is_told_with_a_remedy_and_exits_with_1(run: Run) -> None:
    done = run("numbers", "doctor", "--json")
    assert done.exit_code == 1
    assert health(done)["owned"] == "fail"
    assert all(
        item["remedy"] for item in orjson.loads(done.stdout)["items"] if item["health"] != "ok"
    )


def test_all_that_can_be_looked_at_is_when_the_provider_is_away(run: Run, desk: FakeDesk) -> None:
    desk.fake_provider.fail("page", Fault.BUSY)
    done = run("numbers", "doctor")
    assert done.exit_code == 1
    assert health(done) == {"store": "ok", "provider": "fail"}


def test_a_version_that_cannot_be_read_fails(run: Run, desk: FakeDesk) -> None:
    """N8."""
    desk.client.set(Keys(desk.prefix, desk.account).document(1), b"{")
    done = run("numbers", "doctor")
    assert (done.exit_code, health(done)["store"]) == (1, "fail")


def test_what_only_the_root_sees_stands_there_too(run: Run, desk: FakeDesk) -> None:
    desk.checked = {"Redis": lambda: Finding("Redis", Health.WARN, "everysec", "set always")}
    assert health(run("numbers", "doctor"))["Redis"] == "warn"


def test_only_marked_remedies_are_done(run: Run, desk: FakeDesk) -> None:
    desk.fake_provider.edit(CLINIC, TrunkSid="TK1")
    done = run("numbers", "doctor", "--fix", "--yes")
    assert done.exit_code == 0, done.stderr
    assert desk.fake_provider.numbers[CLINIC].fields["TrunkSid"] == ""
    assert desk.fake_provider.writes == 1
    voice_url = desk.fake_provider.numbers[SPLIT].fields["VoiceUrl"]
    assert voice_url == "https://elsewhere.example.com"


@pytest.mark.parametrize(("options", "code"), [([], 9), (["--dry-run"], 0)])
def test_nothing_is_mended_without_a_yes(
    run: Run, desk: FakeDesk, options: list[str], code: int
) -> None:
    desk.fake_provider.edit(CLINIC, TrunkSid="TK1")
    assert run("numbers", "doctor", "--fix", *options).exit_code == code
    assert desk.fake_provider.writes == 0


def test_nothing_can_be_mended_while_the_provider_is_away(run: Run, desk: FakeDesk) -> None:
    desk.fake_provider.fail("page", Fault.BUSY)
    assert run("numbers", "doctor", "--fix", "--yes").exit_code == 7


def test_a_fault_of_ours_is_no_finding(run: Run, desk: FakeDesk) -> None:
    def broken() -> Finding:
        raise LookupError("ours")

    desk.checked = {"broken": broken}
    with pytest.raises(LookupError, match="ours"):
        run("numbers", "doctor")
