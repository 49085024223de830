"""`voicegate numbers …` as processes: real Redis, the simulated carrier's REST over sockets."""

import os
import pty
import select
import signal
import subprocess
import sys
import uuid
from collections.abc import Generator
from pathlib import Path

import orjson
import pytest
import redis

from voicegate.gateway.sim.carrier.account import AccountSettings
from voicegate.gateway.sim.carrier.number_offers import NumberOffer
from voicegate.gateway.sim.carrier.numbers_rest import NumbersRest
from voicegate.gateway.sim.carrier.server import CarrierServer
from voicegate.gateway.sim.rig.carrier_thread import carrier_in_thread

ACCOUNT = "AC00000000000000000000000000000001"
TOKEN = "planted_auth_token_0123456789abcdef"
PASSWORD = "planted-password"
VOICE_URL = "https://voice.example.com"
MAIN = "from voicegate.gateway.cli import main; main()"
AT_A_TERMINAL = f"import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); {MAIN}"
ONE, TWO, OFFER = "+12125550101", "+12125550102", "+12125550150"
OLD, NEW = "forward/+12125550198", "forward/+12125550199"


class Town:
    """A carrier with two numbers of ours and one on offer, a Redis, and commands as processes."""

    def __init__(self, server: CarrierServer, redis_url: str, folder: Path) -> None:
        self.rest = server.rest
        self.stock(NumberOffer(OFFER, "US", "Local"))
        for number in (ONE, TWO):
            self.rest.numbers.adopt(number)
        self.rest.requests.clear()
        self.folder = folder
        self.url = f"http://127.0.0.1:{server.port}"
        self.redis_url = redis_url
        self.prefix = f"{{{uuid.uuid4().hex}}}:"
        self.env = {
            "LOGNAME": "ada",
            "PATH": os.environ["PATH"],
            "PYTHONPATH": ":".join(filter(None, sys.path)),
            "REDIS_URL": redis_url,
            "TERM": "dumb",
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "VOICEGATE_PUBLIC_URL": VOICE_URL,
            "VOICEGATE_REDIS_PREFIX": self.prefix,
            "VOICEGATE_TWILIO_API_URL": self.url,
        }

    def stock(self, *offers: NumberOffer) -> None:
        """Begin anew, with these on offer."""
        self.rest.numbers = NumbersRest(ACCOUNT, offers=offers)

    @property
    def writes(self) -> list[str]:
        """What was asked of the carrier that could change something."""
        return [each.method for each in self.rest.requests if each.method != "GET"]

    def start(self, *words: str, program: str = MAIN) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-c", program, "numbers", *words],
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *words: str) -> tuple[int, bytes, bytes]:
        """Exit code, stdout, stderr."""
        process = self.start(*words)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def at_once(self, *commands: str) -> list[int]:
        """Their exit codes."""
        processes = [self.start(*command.split()) for command in commands]
        for process in processes:
            process.communicate(timeout=60)
        return [process.returncode for process in processes]

    @property
    def changes(self) -> int:
        """How many entries the history has."""
        with redis.Redis.from_url(self.redis_url, protocol=2) as client:  # pyright: ignore[reportUnknownMemberType]
            return client.xlen(f"{self.prefix}n:{ACCOUNT}:audit")

    def write(self, name: str, route: str, *numbers: str) -> None:
        """A file that leads all these numbers to one route."""
        entries = "".join(f'  - {{number: "{each}", route: {route}}}\n' for each in numbers)
        text = f"apiVersion: voicegate/v1\nkind: Numbers\nnumbers:\n{entries}"
        (self.folder / name).write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def server() -> Generator[CarrierServer]:
    """One for all tests here, with a loop and a thread of its own."""
    with carrier_in_thread(AccountSettings(ACCOUNT, TOKEN)) as server:
        yield server


@pytest.fixture
def town(server: CarrierServer, external_redis: str, tmp_path: Path) -> Town:
    return Town(server, external_redis, tmp_path)


def test_of_two_applies_at_once_one_wins_and_the_history_has_one_entry(town: Town) -> None:
    """N2: both were planned for the same version; which one comes first is open."""
    for name, route in {"a": OLD, "b": NEW}.items():
        town.write(f"{name}.yaml", route, ONE, TWO)
    planned = town.at_once(*(f"plan -f {name}.yaml --out {name}.json" for name in ("a", "b")))
    assert planned == [0, 0]
    assert sorted(town.at_once("apply a.json --yes", "apply b.json --yes")) == [0, 6]
    assert town.changes == 1
    assert len(town.writes) == 2


PROMPTING = {
    "release": ("release", ONE),
    "override": ("override", "--all", "closed"),
    "apply": ("apply", "-f", "new.yaml"),
    "buy": ("buy", OFFER),
}


def test_ctrl_c_at_a_prompt_changes_nothing(town: Town) -> None:
    """N13, at real terminals: the typed number, a plan, a purchase, an override."""
    town.write("old.yaml", OLD, ONE)
    assert town.run("apply", "-f", "old.yaml", "--yes")[0] == 0
    town.write("new.yaml", NEW, ONE)
    written = len(town.writes)
    asked = {name: _at_a_terminal(town, words) for name, words in PROMPTING.items()}
    for process, terminal in asked.values():
        _read_until(terminal, (b"[y/N] ", b"to go on: "))
        os.write(terminal, b"\x03")
        process.wait(30)
        os.close(terminal)
    assert {name: process.returncode for name, (process, _) in asked.items()} == dict.fromkeys(
        PROMPTING, 130
    )
    assert len(town.writes) == written
    assert town.changes == 1


def _at_a_terminal(town: Town, words: tuple[str, ...]) -> tuple["subprocess.Popen[bytes]", int]:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", AT_A_TERMINAL, "numbers", *words],
        cwd=town.folder,
        env=town.env,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    return process, ours


def _read_until(terminal: int, ends: tuple[bytes, ...]) -> None:
    told = b""
    while not told.endswith(ends):
        assert select.select([terminal], [], [], 60)[0], told
        told += os.read(terminal, 4096)


def test_no_secret_is_told_by_verbose_commands_errors_and_history(town: Town) -> None:
    """N14: neither the token nor the password of a Redis stands in any byte."""
    town.write("old.yaml", OLD, ONE)
    told = [
        town.run("apply", "-f", "old.yaml", "--yes", "-v"),
        town.run("doctor", "-v"),
        town.run("history", "-o", "json", "-v"),
        town.run("apply", "-f", TOKEN, "--yes"),
    ]
    town.rest.numbers.owned.clear()
    told.append(town.run("release", ONE, "--confirm", ONE, "-v", "-o", "json"))
    town.env["TWILIO_AUTH_TOKEN"] = f"{TOKEN}wrong"
    told.append(town.run("import", "--all", "--yes", "-v"))
    assert told[-1][0] == 4
    town.env["VOICEGATE_TWILIO_API_URL"] = "http://127.0.0.1:9"
    town.env["REDIS_URL"] = f"redis://:{PASSWORD}@127.0.0.1:9/0"
    told.append(town.run("plan", "-f", "old.yaml", "-v"))
    assert told[-1][0] == 7
    for _, out, err in told:
        assert TOKEN.encode() not in out + err
        assert PASSWORD.encode() not in out + err
        assert b"Traceback" not in err


NUMBERS = [f"+1212555{n:04d}" for n in range(50)]
TO_BUY, TO_CHANGE = NUMBERS[::25], NUMBERS[1::25]
# Reads a Redis prefix and a boundary from each line, applies in a child that dies there.
DYING = """
import os, signal, sys
from pathlib import Path
import redis
import twilio.rest
from voicegate.gateway.carriers.twilio_numbers import TwilioNumbers
from voicegate.gateway.cli import tree
from voicegate.numbers.commands import apply
from voicegate.numbers.desk.protocol import Registry
from voicegate.numbers.fakes.desk import FakeDesk, FakeOpener

account, token, carrier_url, redis_url = sys.argv[1:]
EFFECTS = ("commit", "buy", "update", "release")

class Mortal:
    passed = 0
    def __init__(self, whole, ends_at):
        self.whole, self.ends_at = whole, ends_at
    def __getattr__(self, name):
        method = getattr(self.whole, name)
        if name not in EFFECTS:
            return method
        def effect(*values):
            found = method(*values)
            self.boundary()
            return found
        return effect
    def boundary(self):
        if Mortal.passed == self.ends_at:
            os.kill(os.getpid(), signal.SIGKILL)
        Mortal.passed += 1

def live(prefix, ends_at):
    client = redis.Redis.from_url(redis_url, protocol=2)
    provider = Mortal(TwilioNumbers(account, token, carrier_url, 5.0), ends_at)
    desk = FakeDesk(client, prefix, Path(".voicegate"), provider=provider, account=account)
    whole = desk.registry
    desk.chance.seed(os.getpid())
    desk.registry = Registry(
        *(Mortal(part, ends_at) for part in (whole.store, whole.journal, whole.lock)),
        whole.overrides,
    )
    words = ["numbers", "apply", "-f", "fifty.yaml", "--allow-buy", "--yes", "-o", "json"]
    tree(words, obj=FakeOpener(desk), standalone_mode=False)

for line in sys.stdin:
    prefix, ends_at = line.split()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            live(prefix, int(ends_at))
            code = 0
        except SystemExit as error:
            code = error.code
        finally:
            os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True, file=sys.stderr)
"""


def test_killed_after_any_step_the_same_again_ends_as_wanted_and_buys_nothing_twice(
    town: Town,
) -> None:
    """N3: SIGKILL after each version and each request, of a process that applies 50 numbers."""
    town.write("fifty.yaml", NEW, *NUMBERS)
    words = [sys.executable, "-c", DYING, ACCOUNT, TOKEN, town.url, town.redis_url]
    pipe = subprocess.PIPE
    with (
        redis.Redis.from_url(town.redis_url, protocol=2) as client,  # pyright: ignore[reportUnknownMemberType]
        subprocess.Popen(
            words, cwd=town.folder, env=town.env, stdin=pipe, stdout=pipe, stderr=pipe, text=True
        ) as process,
    ):
        nursery = Nursery(process)
        ends_at = 0
        while nursery.live(prefix := _anew(town), ends_at) == -signal.SIGKILL:
            client.delete(f"{prefix}n:{ACCOUNT}:lock")  # it runs out
            assert nursery.live(prefix, -1) == 0, ends_at
            _assert_as_wanted(town, client, prefix, ends_at)
            ends_at += 1
        assert ends_at == 9  # two versions, two numbers bought, four written to, the lock
        process.stdin.close()  # pyright: ignore[reportOptionalMemberAccess]


class Nursery:
    """Where children are begun, each to die at its boundary."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin
        assert process.stderr
        self._orders, self._told = process.stdin, process.stderr

    def live(self, prefix: str, ends_at: int) -> int:
        """How one ended: its exit code, or the signal, negative."""
        self._orders.write(f"{prefix} {ends_at}\n")
        self._orders.flush()
        return int(self._told.readline())


def _anew(town: Town) -> str:
    """All 50 owned but those to buy, all right but those to change; nothing in the store."""
    town.stock(*(NumberOffer(number, "US", "Local") for number in TO_BUY))
    right = {
        "VoiceUrl": f"{VOICE_URL}/twilio/voice#ct=2000&rt=5000&rc=2&rp=ct,5xx",
        "StatusCallback": f"{VOICE_URL}/twilio/status",
        "VoiceMethod": "POST",
        "VoiceReceiveMode": "voice",
    }
    for number in NUMBERS:
        if number not in TO_BUY:
            town.rest.numbers.adopt(number, {} if number in TO_CHANGE else right)
    town.rest.requests.clear()
    return f"{{{uuid.uuid4().hex}}}:"


def _assert_as_wanted(town: Town, client: "redis.Redis", prefix: str, ends_at: int) -> None:
    owned = [each.number for each in town.rest.numbers.owned.values()]
    assert sorted(owned) == NUMBERS, ends_at
    assert "DELETE" not in town.writes
    urls = {each.fields["VoiceUrl"].split("#")[0] for each in town.rest.numbers.owned.values()}
    assert urls == {f"{VOICE_URL}/twilio/voice"}, ends_at
    version = int(client.get(f"{prefix}n:{ACCOUNT}:cur") or 0)
    document = orjson.loads(client.get(f"{prefix}n:{ACCOUNT}:doc:{version}") or b"{}")
    assert sorted(document["numbers"]) == NUMBERS, ends_at
    ids = {each.number: each.sid for each in town.rest.numbers.owned.values()}
    told = {text: fields["provider_id"] for text, fields in document["numbers"].items()}
    assert told == ids, ends_at
