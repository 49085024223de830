"""`voicegate numbers show`: what file, provider, calls and history say of one number."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import Result

from voicegate.numbers.fakes.desk import FakeDesk
from voicegate.numbers.model import Override
from voicegate.numbers.registry.keys import Keys

CLINIC, SPLIT, IDLE, FOREIGN = "+12125550142", "+12125550143", "+12125550144", "+12125550145"

Run = Callable[..., Result]
pytestmark = pytest.mark.usefixtures("snapshot")


def show(run: Run, *said: str) -> dict[str, Any]:
    done = run("numbers", "show", *said)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_managed_number_shows_config_provider_and_who_changed_it(run: Run) -> None:
    found = show(run, CLINIC)
    assert (found["name"], found["state"], found["version"]) == ("Clinic main", "managed", 1)
    assert found["provider"]["id"] == "PN" + "1" * 32
    assert found["drift"] == []
    assert found["answers"] == "agent/clinic"
    assert [change["who"] for change in found["changes"]] == ["ada"]
    assert found["last_call"] is None


def test_a_number_that_was_changed_by_hand_names_the_field(run: Run) -> None:
    found = show(run, SPLIT)
    (url,) = [one for one in found["drift"] if one["field"] == "VoiceUrl"]
    assert url["provider"] == "https://elsewhere.example.com"
    assert url["store"].startswith("https://voice.example.com/")
    assert found["changes"] == []


def test_a_number_that_the_provider_lacks_or_has_alone_says_so(run: Run) -> None:
    assert (show(run, IDLE)["state"], show(run, IDLE)["provider"]) == ("missing", None)
    assert show(run, FOREIGN)["state"] == "foreign"


def test_offline_nobody_is_asked(run: Run, desk: FakeDesk) -> None:
    found = show(run, CLINIC, "--offline")
    assert (found["state"], found["provider"]) == (None, None)
    assert not desk.provider.requests


def test_a_number_that_nobody_knows_is_not_found(run: Run) -> None:
    for said in ([], ["--offline"]):
        done = run("numbers", "show", "+12125550199", *said)
        assert (done.exit_code, done.stdout) == (5, "")


def test_an_override_and_the_last_call_are_told(run: Run, desk: FakeDesk) -> None:
    until = datetime(2026, 11, 22, tzinfo=UTC)
    desk.registry.overrides.put(CLINIC, Override(None, until), "bob")
    desk.client.set(Keys(desk.prefix, desk.account).last(CLINIC), "2026-11-20T08:00:00+00:00")
    found = show(run, CLINIC)
    assert found["override"] == {"route": None, "until": "2026-11-22T00:00:00+00:00"}
    assert found["answers"] is None
    assert found["last_call"] == "2026-11-20T08:00:00+00:00"
    assert [change["who"] for change in found["changes"]] == ["bob", "ada"]


def test_in_words_it_ends_every_reason_on_a_line(run: Run) -> None:
    told = run("numbers", "show", SPLIT, "-o", "table").stdout.splitlines()
    assert told[0] == f"number: {SPLIT}"
    assert any(line.startswith("answers now: ") for line in told)
    assert any(line.startswith("  - route: ") for line in told)
    assert any("VoiceUrl" in line for line in told)
