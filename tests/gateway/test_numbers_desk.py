"""The desk that settings open: the real store and provider behind the real command."""

import asyncio
import json
import os
import pty
import queue
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from types import MappingProxyType

import pytest
import redis
from click.testing import CliRunner, Result

from voicegate.gateway import numbers_desk, store
from voicegate.gateway.cli import tree
from voicegate.gateway.core.errors import ConfigError, StoreError, StoreFault
from voicegate.gateway.setting_shown import MASKED
from voicegate.gateway.sim.carrier.account import AccountSettings
from voicegate.gateway.sim.carrier.server import serve_carrier
from voicegate.gateway.store import OpenStore
from voicegate.gateway.terminal.options import Options
from voicegate.numbers import route_text
from voicegate.numbers.desk import completion_cache
from voicegate.numbers.model import Number, Snapshot
from voicegate.numbers.registry import snapshot_json
from voicegate.numbers.registry.keys import Keys

ACCOUNT = "AC" + "a" * 32
TOKEN = "planted-planted-planted-planted"
MAIN = "from voicegate.gateway.cli import main; main()"
AT_A_TERMINAL = f"import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); {MAIN}"
AGENTS = (
    "apiVersion: voicegate/v1\nkind: Agents\nagents:\n  - {name: clinic, instructions: Be brief.}\n"
)

SET = {
    "LOGNAME": "ada",
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_AUTH_TOKEN": TOKEN,
    "VOICEGATE_TWILIO_API_URL": "http://127.0.0.1:9",  # where nobody listens
}

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, redis_server: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command in a folder with a private Redis, and nothing set but what is said here."""
    assert redis_server
    monkeypatch.chdir(tmp_path)
    for name in ("REDIS_URL", "OPENAI_API_KEY", *(n for n in os.environ if n.startswith("VOICE"))):
        monkeypatch.delenv(name, raising=False)

    def invoke(*arguments: str, **extra: str) -> Result:
        return CliRunner().invoke(tree, arguments, env={**SET, **extra}, catch_exceptions=False)

    return invoke


def test_what_one_command_writes_the_next_one_reads(
    run: Run, tmp_path: Path, redis_gone: Callable[[Path], None]
) -> None:
    """N14 too: no secret in --verbose and history."""
    (tmp_path / "agents.yaml").write_text(AGENTS)
    applied = run("agents", "apply", "-f", "agents.yaml", "--yes", "-v")
    assert applied.exit_code == 0, applied.stderr
    assert "private Redis" in applied.stderr
    listed = run("agents", "list", "-o", "ids")
    assert (listed.stdout, listed.stderr) == ("clinic\n", "")
    history = json.loads(run("numbers", "history", "-v", "-o", "json").stdout)
    assert [item["who"] for item in history["items"]] == ["ada"]
    config = run("numbers", "config", "-o", "json")
    shown = {item["name"]: item["value"] for item in json.loads(config.stdout)["items"]}
    assert shown["TWILIO_ACCOUNT_SID"] == ACCOUNT
    assert shown["TWILIO_AUTH_TOKEN"] == MASKED
    assert not any(TOKEN in one.stdout + one.stderr for one in (applied, listed, config))
    assert TOKEN not in str(history)
    redis_gone(tmp_path / store.FOLDER)


@pytest.fixture
def carrier_url() -> Iterator[str]:
    """A simulated carrier, whose account has one number; its loop has a thread of its own."""
    stop, ports = threading.Event(), queue.Queue[int]()

    async def serve() -> None:
        async with serve_carrier("127.0.0.1", 0, AccountSettings(ACCOUNT, TOKEN)) as server:
            server.rest.numbers.adopt("+12125550142")
            ports.put(server.port)
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        yield f"http://127.0.0.1:{ports.get(timeout=30)}"
    finally:
        stop.set()
        thread.join()


def test_the_carrier_is_asked_with_the_accounts_own_token(
    run: Run, carrier_url: str, tmp_path: Path, redis_gone: Callable[[Path], None]
) -> None:
    """N14 too: a token that is wrong is not told either."""
    there = {
        "VOICEGATE_TWILIO_API_URL": carrier_url,
        "VOICEGATE_PUBLIC_URL": "https://voice.example.com",
    }
    listed = run("numbers", "list", "--state", "foreign", "-o", "ids", **there)
    assert listed.exit_code == 0, listed.stderr
    assert "+12125550142" in listed.stdout.split()
    wrong = "wrong-token-wrong-token"
    said = ("numbers", "list", "--state", "foreign", "-v", "-o", "json")
    refused = run(*said, **there, TWILIO_AUTH_TOKEN=wrong)
    assert (refused.exit_code, refused.stdout) == (4, "")
    assert json.loads(refused.stderr.splitlines()[-1])["error"]["code"] == "auth"
    assert wrong not in refused.stderr
    redis_gone(tmp_path / store.FOLDER)


def test_a_store_that_goes_away_meanwhile_is_told_by_its_place() -> None:
    failure = numbers_desk.failure_of(redis.ConnectionError("secret"), "db.example.com:6379")
    assert failure is not None
    assert failure.exit_code == 7
    assert "db.example.com:6379" in failure.message
    assert "secret" not in failure.message


def test_a_flow_is_there_once_it_is_published(
    run: Run, tmp_path: Path, redis_gone: Callable[[Path], None]
) -> None:
    """F9: by its name, and by a version that is kept; routes to it lead somewhere then."""
    desk = numbers_desk.open_desk(Options(), SET, None)
    assert not desk.has_flow(route_text.parse("flow/a"))
    desk.flows.publish("a", 0, b"text", {}, push_id="1", who="ada")
    there = {"flow/a": True, "flow/a@1": True, "flow/a@2": False, "flow/b": False}
    assert {text: desk.has_flow(route_text.parse(text)) for text in there} == there
    desk.close()
    redis_gone(tmp_path / store.FOLDER)


def test_flows_can_name_the_agents_of_the_registry_where_there_are_any(
    run: Run, tmp_path: Path, redis_gone: Callable[[Path], None]
) -> None:
    desk = numbers_desk.open_desk(Options(), SET, None)
    assert desk.installation().agents is None
    (tmp_path / "agents.yaml").write_text(AGENTS)
    assert run("agents", "apply", "-f", "agents.yaml", "--yes").exit_code == 0
    assert desk.installation().agents == {"clinic": None}
    nameless = numbers_desk.open_desk(Options(), {"PORT": "1"}, None)
    assert nameless.installation().agents is None
    desk.close()
    redis_gone(tmp_path / store.FOLDER)


def test_only_loopback_is_a_trial() -> None:
    assert numbers_desk.open_desk(Options(), SET, None).is_trial
    assert not numbers_desk.open_desk(Options(), {"PORT": "1"}, None).is_trial


def test_a_store_that_cannot_be_reached_is_told_without_its_password(run: Run) -> None:
    """N14."""
    url = "redis://:planted@127.0.0.1:9/0"
    for said in (["--redis-url", url, "-v"], ["-o", "json", "--redis-url", url]):
        done = run("numbers", "list", *said)
        assert (done.exit_code, done.stdout) == (7, "")
        assert "127.0.0.1:9" in done.stderr
        assert "planted" not in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("said", "extra", "named"),
    [
        ("numbers list", {"TWILIO_ACCOUNT_SID": ""}, "TWILIO_ACCOUNT_SID"),
        ("numbers list --state drift", {"TWILIO_AUTH_TOKEN": ""}, "TWILIO_AUTH_TOKEN"),
        ("numbers list", {"VOICEGATE_VOCE": "x"}, "VOICEGATE_VOICE"),
        ("numbers list --redis-url ftp://h", {}, "REDIS_URL"),
        ("numbers config -p none", {}, "none.env"),
    ],
)
def test_wrong_settings_are_wrong_use(
    said: str, extra: dict[str, str], named: str, run: Run, tmp_path: Path
) -> None:
    done = run(*said.split(), HOME=str(tmp_path), XDG_CONFIG_HOME="", **extra)
    assert (done.exit_code, done.stdout) == (2, "")
    assert named in done.stderr
    assert "Traceback" not in done.stderr


def test_the_settings_are_shown_even_where_some_are_missing(run: Run) -> None:
    done = run("numbers", "config", "-o", "json", TWILIO_ACCOUNT_SID="", TWILIO_AUTH_TOKEN="")
    assert done.exit_code == 0, done.stderr
    origins = {item["name"]: item["origin"] for item in json.loads(done.stdout)["items"]}
    assert origins["TWILIO_AUTH_TOKEN"] == "unset"
    assert origins["VOICEGATE_REDIS_PREFIX"] == "default"
    assert origins["VOICEGATE_TWILIO_API_URL"] == "environment"


def test_ctrl_c_at_a_prompt_changes_nothing(
    run: Run, tmp_path: Path, redis_gone: Callable[[Path], None]
) -> None:
    """N13, at a real terminal."""
    (tmp_path / "agents.yaml").write_text(AGENTS)
    ours, theirs = pty.openpty()
    path = ":".join(filter(None, sys.path))
    done = subprocess.Popen(
        [sys.executable, "-c", AT_A_TERMINAL, "agents", "apply", "-f", "agents.yaml"],
        cwd=tmp_path,
        env={**SET, "PYTHONPATH": path, "PATH": os.environ["PATH"], "TERM": "dumb"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    told = _read_until(ours, b"[y/N] ")
    os.write(ours, b"\x03")
    assert done.wait(30) == 130
    os.close(ours)
    assert b"update agent clinic" in told
    assert run("agents", "list", "-o", "ids").stdout == ""
    redis_gone(tmp_path / store.FOLDER)


def _read_until(terminal: int, end: bytes) -> bytes:
    told = b""
    while not told.endswith(end):
        assert select.select([terminal], [], [], 30)[0], told
        told += os.read(terminal, 4096)
    return told


def test_ten_thousand_numbers_are_listed_within_their_budget(
    store: OpenStore, tmp_path: Path
) -> None:
    """N12: a second where the bare interpreter takes 14 ms. CPU time, as a ratio to it."""
    numbers = {text: Number(text, name=text) for text in (f"+1212555{n:04}" for n in range(10_000))}
    made = Snapshot(ACCOUNT, version=1, numbers=MappingProxyType(numbers))
    with store.command_client() as client:
        keys = Keys(store.prefix, ACCOUNT)
        client.set(keys.document(1), snapshot_json.render(made))
        client.set(keys.current, 1)
    there = {**SET, "REDIS_URL": store.url, "VOICEGATE_REDIS_PREFIX": store.prefix}
    bare = min(_cpu_s("pass", {}, tmp_path)[0] for _ in range(3))
    listed_s, told = _cpu_s(MAIN, there, tmp_path, "numbers", "list", "-o", "ids")
    assert told.split() == sorted(numbers)
    assert listed_s <= bare * 1_000 / 14


def _cpu_s(code: str, extra: dict[str, str], folder: Path, *arguments: str) -> tuple[float, str]:
    path = ":".join(filter(None, sys.path))
    before = getrusage(RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env={"PYTHONPATH": path, "PATH": os.environ["PATH"], **extra},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def test_what_is_kept_for_tab_is_looked_for_where_it_is_written() -> None:
    assert store.FOLDER == completion_cache.FOLDER


def test_a_desk_connects_to_nothing_before_it_is_asked(tmp_path: Path) -> None:
    desk = numbers_desk.open_desk(Options(), {"TWILIO_ACCOUNT_SID": ACCOUNT}, None)
    desk.close()
    assert desk.account == ACCOUNT
    assert not [*tmp_path.iterdir()]
    with pytest.raises(ConfigError, match="VOICEGATE_PUBLIC_URL"):
        assert desk.webhook


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (StoreFault.UNREACHABLE, 7),
        (StoreFault.MISSING, 7),
        (StoreFault.REFUSED, 1),
        (StoreFault.READ_ONLY, 1),
        (StoreFault.UNSUITABLE, 1),
    ],
)
def test_only_a_store_that_is_away_is_worth_another_try(fault: StoreFault, code: int) -> None:
    failure = numbers_desk.failure_of(StoreError(fault, "it"), "")
    assert failure is not None
    assert (failure.exit_code, failure.message) == (code, "it")
    assert numbers_desk.failure_of(ZeroDivisionError(), "") is None
