"""`voicegate numbers drift`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
from click.testing import Result

from voicegate.gateway.terminal.answer import Answer
from voicegate.numbers.commands.drift import watched
from voicegate.numbers.fakes.desk import FakeDesk
from voicegate.numbers.fakes.provider import FakeProvider
from voicegate.numbers.provider import Owned

Run = Callable[..., Result]
CLINIC, SPLIT, IDLE, FOREIGN = "+12125550142", "+12125550143", "+12125550144", "+12125550145"
BAD = "https://elsewhere.example.com"

pytestmark = pytest.mark.usefixtures("snapshot")


def found(run: Run, *options: str) -> dict[str, list[str]]:
    """The fields that drifted, by number."""
    told = orjson.loads(run("numbers", "drift", *options, "-o", "json").stdout)
    return {item["number"]: [field["field"] for field in item["fields"]] for item in told["items"]}


def test_a_number_that_was_edited_by_hand_is_told_with_the_field(run: Run, desk: FakeDesk) -> None:
    """N10."""
    desk.fake_provider.edit(CLINIC, VoiceUrl=BAD)
    assert found(run)[CLINIC] == ["VoiceUrl"]
    done = run("numbers", "drift", "--exit-code", "-o", "table")
    assert done.exit_code == 11
    assert f"VoiceUrl: store has {desk.webhook.public_url}/twilio/voice" in done.stdout


def test_one_that_nobody_owns_has_drifted_and_a_foreign_one_has_not(run: Run) -> None:
    told = found(run)
    assert told[IDLE] == []
    assert FOREIGN not in told


def test_the_provider_is_set_right(run: Run, desk: FakeDesk) -> None:
    done = run("numbers", "drift", "--fix", "provider", "--yes")
    assert done.exit_code == 0, done.stderr
    assert found(run) == {IDLE: []}
    assert FOREIGN in desk.fake_provider.numbers
    assert not desk.fake_provider.numbers[FOREIGN].fields


def test_the_store_takes_over_what_it_has_a_place_for_and_writes_nowhere_else(
    run: Run, desk: FakeDesk
) -> None:
    desk.fake_provider.edit(CLINIC, EmergencyAddressSid="AD1", VoiceUrl=BAD)
    done = run("numbers", "drift", "--fix", "store", "--yes")
    assert done.exit_code == 0, done.stderr
    assert desk.registry.store.current().numbers[CLINIC].emergency_address == "AD1"
    assert desk.fake_provider.writes == 0
    assert found(run)[CLINIC] == ["VoiceUrl"]


def test_a_file_is_the_third_to_be_compared(run: Run) -> None:
    Path("numbers.yaml").write_text(
        "apiVersion: voicegate/v1\nkind: Numbers\nnumbers:\n"
        f'  - {{number: "{CLINIC}", name: Another, route: agent/clinic}}\n',
        encoding="utf-8",
    )
    assert "name" in found(run, "-f", "numbers.yaml")[CLINIC]


@pytest.mark.parametrize("options", [["--exit-code"], ["--watch"], ["-f", "numbers.yaml"]])
def test_a_remedy_goes_alone(run: Run, options: list[str]) -> None:
    assert run("numbers", "drift", "--fix", "provider", *options, "--yes").exit_code == 2


@pytest.mark.parametrize("fixed", ["store", "provider"])
@pytest.mark.parametrize("options", [["--dry-run"], []])
def test_nothing_is_mended_without_a_yes(
    run: Run, desk: FakeDesk, fixed: str, options: list[str]
) -> None:
    done = run("numbers", "drift", "--fix", fixed, *options)
    assert done.exit_code == (0 if options else 9)
    assert (desk.registry.store.version(), desk.fake_provider.writes) == (1, 0)


def test_who_watches_is_told_what_is_new_and_nothing_twice() -> None:
    one, other = Answer("Drift", {"items": []}), Answer("Drift", {"items": [{"number": CLINIC}]})
    assert [*watched(iter([one, one, other, other, one]))] == [one, other, one]


class Patience(FakeProvider):
    """Its numbers are edited before the second look; at the third somebody presses Ctrl-C."""

    looks = 0

    def owned(self) -> Iterator[Owned]:
        self.looks += 1
        if self.looks == 2:
            self.edit(CLINIC, VoiceUrl=BAD)
        if self.looks == 3:
            raise KeyboardInterrupt
        return super().owned()


def test_watching_ends_with_ctrl_c(run: Run, desk: FakeDesk) -> None:
    desk.provider = Patience(desk.fake_provider.numbers.values())
    done = run("numbers", "drift", "--watch", "--every", "0.1", "-o", "json")
    assert done.exit_code == 130
    first, second = (orjson.loads(line)["items"] for line in done.stdout.splitlines())
    assert len(first) + 1 == len(second)
