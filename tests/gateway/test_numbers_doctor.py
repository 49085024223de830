"""`voicegate numbers doctor` as it is run: a real Redis, the simulated carrier's account."""

import json
import os
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from voicegate.gateway.cli import tree
from voicegate.gateway.numbers_untold import UNTOLD
from voicegate.gateway.sim.carrier.account import AccountSettings
from voicegate.gateway.sim.carrier.server import CarrierServer
from voicegate.gateway.sim.rig.carrier_thread import carrier_in_thread
from voicegate.gateway.store import OpenStore

ACCOUNT = "AC" + "a" * 32
TOKEN = "planted-planted-planted-planted"
NUMBER, ADDRESS = "+12125550142", "AD" + "1" * 32
FALLBACK = "https://other.example.org/sorry"
FILE = f"""\
apiVersion: voicegate/v1
kind: Numbers
numbers:
  - {{number: "{NUMBER}", emergency_address: {ADDRESS}}}
"""
SETTINGS = AccountSettings(ACCOUNT, TOKEN)

Doctor = Callable[..., Result]


@pytest.fixture
def home(store: OpenStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What is set, but for the carrier: nobody answers at the public URL."""
    monkeypatch.chdir(tmp_path)
    names = [n for n in os.environ if n.startswith(("TWILIO", "VOICE", "REDIS", "OPENAI"))]
    for name in names:
        monkeypatch.delenv(name)
    return {
        "LOGNAME": "ada",
        "REDIS_URL": store.url,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "VOICEGATE_PUBLIC_URL": "http://127.0.0.1:9",
        "VOICEGATE_REDIS_PREFIX": store.prefix,
    }


@pytest.fixture
def carrier() -> Generator[CarrierServer]:
    with carrier_in_thread(SETTINGS) as server:
        server.rest.numbers.adopt(NUMBER)
        yield server


def run(home: dict[str, str], server: CarrierServer, *words: str, **extra: str) -> Result:
    env = {**home, "VOICEGATE_TWILIO_API_URL": f"http://127.0.0.1:{server.port}", **extra}
    return CliRunner().invoke(tree, ["numbers", *words], env=env, catch_exceptions=False)


def examined(done: Result) -> dict[str, dict[str, str]]:
    return {item["check"]: item for item in json.loads(done.stdout)["items"]}


def test_a_number_is_examined_from_its_purchase_papers_to_its_fallback(
    home: dict[str, str], carrier: CarrierServer, tmp_path: Path
) -> None:
    (tmp_path / "numbers.yaml").write_text(FILE)
    assert run(home, carrier, "apply", "-f", "numbers.yaml", "--yes").exit_code == 0
    (owned,) = carrier.rest.numbers.owned.values()
    assert owned.fields["EmergencyAddressSid"] == ADDRESS
    found = examined(run(home, carrier, "doctor"))
    assert found["emergency address"]["health"] == "ok"
    assert found["fallback URL"]["health"] == "warn"
    owned.address_status = "registration-failure"
    found = examined(run(home, carrier, "doctor", VOICEGATE_FALLBACK_URL=FALLBACK))
    assert (found["emergency address"]["health"], found["fallback URL"]["health"]) == (
        "fail",
        "fail",
    )
    mended = run(home, carrier, "doctor", "--fix", "--yes", VOICEGATE_FALLBACK_URL=FALLBACK)
    assert mended.exit_code == 0, mended.stderr
    assert owned.fields["VoiceFallbackUrl"] == FALLBACK
    found = examined(run(home, carrier, "doctor", VOICEGATE_FALLBACK_URL=FALLBACK))
    assert found["fallback URL"]["health"] == "ok"
    assert found["drift"]["health"] == "ok"


def test_a_fallback_url_is_planned_applied_and_kept_where_it_is_unset(
    home: dict[str, str], carrier: CarrierServer, tmp_path: Path
) -> None:
    (tmp_path / "numbers.yaml").write_text(FILE)
    apply = ("apply", "-f", "numbers.yaml", "--yes")
    assert run(home, carrier, *apply).exit_code == 0
    (owned,) = carrier.rest.numbers.owned.values()
    assert owned.fields["VoiceFallbackUrl"] == ""
    there = {"VOICEGATE_FALLBACK_URL": FALLBACK}
    drift = json.loads(run(home, carrier, "drift", **there).stdout)
    assert "VoiceFallbackUrl" in json.dumps(drift)
    plan = json.loads(run(home, carrier, "plan", "-f", "numbers.yaml", **there).stdout)
    assert plan["steps"][0]["after"] == {"VoiceFallbackUrl": FALLBACK}
    assert run(home, carrier, *apply, **there).exit_code == 0
    assert owned.fields["VoiceFallbackUrl"] == FALLBACK
    for extra in (there, {}):
        again = json.loads(run(home, carrier, *apply, **extra).stdout)
        assert again["provider_writes"] == 0
    assert owned.fields["VoiceFallbackUrl"] == FALLBACK


@pytest.mark.parametrize(
    ("status", "kind", "health"),
    [("active", "Trial", "warn"), ("suspended", "Full", "fail"), ("closed", "Full", "fail")],
)
def test_an_account_that_may_not_do_all_is_named(
    status: str, kind: str, health: str, home: dict[str, str]
) -> None:
    with carrier_in_thread(replace(SETTINGS, status=status, kind=kind)) as server:
        found = examined(run(home, server, "doctor"))
    assert found["account"]["health"] == health


def test_what_twilio_does_not_tell_is_said_and_fails_nothing(
    home: dict[str, str], carrier: CarrierServer
) -> None:
    found = examined(run(home, carrier, "doctor", TWILIO_REGION="ie1"))
    untold = {name for name, item in found.items() if item["health"] == "skip"}
    assert untold == {one.check for one in UNTOLD}
    assert all("because" in found[name]["value"] and found[name]["remedy"] for name in untold)
    assert (found["region"]["health"], found["model"]["health"]) == ("warn", "warn")
    failing = {name for name, item in found.items() if item["health"] == "fail"}
    assert failing <= {"public URL", "snapshot", "Redis"}


def test_a_refused_request_is_named_as_the_carrier_names_it(
    home: dict[str, str], carrier: CarrierServer
) -> None:
    """N14 too: what Twilio's support asks for, and no credentials."""
    wrong = "wrong-wrong-wrong"
    done = run(home, carrier, "import", "--all", "-o", "json", TWILIO_AUTH_TOKEN=wrong)
    assert done.exit_code == 4
    error = json.loads(done.stderr)["error"]
    assert error["request_id"].startswith("RQ")
    assert wrong not in done.stderr
