"""Commands of the numbers while the carrier fails: how they end, and what the same again does."""

import json
import os
from collections.abc import Generator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from voicegate.gateway.carriers import twilio_numbers
from voicegate.gateway.cli import tree
from voicegate.gateway.sim.carrier.account import AccountSettings
from voicegate.gateway.sim.carrier.number_offers import NumberOffer
from voicegate.gateway.sim.carrier.numbers_rest import NumbersRest
from voicegate.gateway.sim.carrier.rest_faults import RestFault, RestFaults
from voicegate.gateway.sim.carrier.server import CarrierServer
from voicegate.gateway.sim.rig.carrier_thread import carrier_in_thread
from voicegate.gateway.sim.rig.number_desk import NumberDesk
from voicegate.gateway.store import OpenStore

ACCOUNT, TOKEN = "AC" + "a" * 32, "planted-planted-planted-planted"
OURS, OFFER = "+12125550142", "+12125550143"
TRIES = len(twilio_numbers.PAUSES_S) + 1
FILE = f"""\
apiVersion: voicegate/v1
kind: Numbers
numbers: [{{number: "{OURS}"}}, {{number: "{OFFER}"}}]
"""


@pytest.fixture(scope="module")
def server() -> Generator[CarrierServer]:
    with carrier_in_thread(AccountSettings(ACCOUNT, TOKEN)) as server:
        yield server


@pytest.fixture
def carrier(server: CarrierServer) -> NumberDesk:
    """The account owns one number, and one is on offer."""
    desk = NumberDesk(server)
    desk.rest.numbers = NumbersRest(ACCOUNT, offers=[NumberOffer(OFFER, "US", "Local")])
    desk.numbers.adopt(OURS)
    return desk


@pytest.fixture
def env(
    carrier: NumberDesk, store: OpenStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(twilio_numbers, "PAUSES_S", (0.0,) * (TRIES - 1))
    for name in [n for n in os.environ if n.startswith(("TWILIO", "VOICE", "REDIS"))]:
        monkeypatch.delenv(name)
    (tmp_path / "numbers.yaml").write_text(FILE)
    return {
        "LOGNAME": "ada",
        "REDIS_URL": store.url,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "VOICEGATE_PUBLIC_URL": "https://voice.example.com",
        "VOICEGATE_REDIS_PREFIX": store.prefix,
        "VOICEGATE_TWILIO_API_URL": carrier.url,
    }


def apply(env: dict[str, str]) -> Result:
    words = "numbers apply -f numbers.yaml --allow-buy --yes --timeout 0.3 -o json"
    return CliRunner().invoke(tree, words.split(), env=env, catch_exceptions=False)


SILENT = RestFault("late", "POST", 600)


@pytest.mark.parametrize(
    ("faults", "code", "named"),
    [
        ([RestFault("busy", "GET")] * TRIES, 7, "RQ"),
        ([RestFault("refused", "GET")] * TRIES, 7, "RQ"),
        ([RestFault("late", "GET", 600)] * TRIES, 7, ""),
        ([RestFault("busy")] * TRIES, 8, "RQ"),
        ([RestFault("refused")] * TRIES, 8, "RQ"),
        ([SILENT], 0, ""),
        ([RestFault("lost")], 0, ""),
        ([RestFault("lost")] * TRIES, 0, ""),
        ([RestFault("empty")], 0, ""),
    ],
    ids=[
        "reads: 429",
        "reads: 500",
        "reads: silence",
        "writes: 429",
        "writes: 500",
        "a write: silence after it was done",
        "a write: 500 after it was done",
        "writes: 500 after they were done",
        "a write: nothing said after it was done",
    ],
)
def test_whatever_fails_the_same_again_goes_on_and_buys_nothing_twice(
    faults: list[RestFault],
    code: int,
    named: str,
    env: dict[str, str],
    carrier: NumberDesk,
) -> None:
    """N3 rests on it: what was done in doubt is looked up; exit 7 wrote nothing, 8 says how far."""
    carrier.rest.faults.script(*faults)
    done = apply(env)
    assert done.exit_code == code, done.output
    if code:
        error = json.loads(done.stderr.splitlines()[-1])["error"]
        assert error["code"] == {7: "unreachable", 8: "partly_applied"}[code]
        assert (error["request_id"] or "")[:2] == named
    if code == 7:
        assert not carrier.asked("POST")
    carrier.rest.faults = RestFaults()
    again = apply(env)
    assert again.exit_code == 0, again.output
    assert sorted(each.number for each in carrier.numbers.owned.values()) == [OURS, OFFER]
    urls = {each.fields["VoiceUrl"].split("#")[0] for each in carrier.numbers.owned.values()}
    assert urls == {"https://voice.example.com/twilio/voice"}
    last = json.loads(apply(env).stdout)
    assert last["provider_writes"] == 0
