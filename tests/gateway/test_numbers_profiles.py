"""Credentials of several accounts by the real command: asked at the simulated carrier, then kept."""

import json
import os
import pty
import select
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from voicegate.gateway.cli import tree
from voicegate.gateway.sim.carrier.account import AccountSettings
from voicegate.gateway.sim.carrier.server import CarrierServer
from voicegate.gateway.sim.rig.carrier_thread import carrier_in_thread
from voicegate.gateway.store import OpenStore

ACCOUNT, OTHER = "AC" + "a" * 32, "AC" + "b" * 32
TOKEN = "planted-planted-planted-planted"
AT_A_TERMINAL = (
    "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "from voicegate.gateway.cli import main; main()"
)
LOGIN = ("numbers", "login", "eu", "--account", ACCOUNT, "--with-token")

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def carrier() -> Generator[CarrierServer]:
    """It has one account."""
    with carrier_in_thread(AccountSettings(ACCOUNT, TOKEN)) as server:
        yield server


@pytest.fixture
def env(carrier: CarrierServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A home of its own, in a folder where nothing is set."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("TWILIO", "VOICE", "REDIS"))]:
        monkeypatch.delenv(name)
    return {
        "XDG_CONFIG_HOME": str(tmp_path),
        "VOICEGATE_TWILIO_API_URL": f"http://127.0.0.1:{carrier.port}",
    }


@pytest.fixture
def run(env: dict[str, str]) -> Run:
    def invoke(*arguments: str, said: str = "", **extra: str) -> Result:
        environ = {**env, **extra}
        return CliRunner().invoke(tree, arguments, input=said, env=environ, catch_exceptions=False)

    return invoke


def test_who_logged_in_works_at_that_account_by_its_name(
    run: Run, store: OpenStore, tmp_path: Path
) -> None:
    """N14 too: the token stands in the profile, and nowhere else."""
    kept = run(*LOGIN, "-v", said=f"{TOKEN}\n")
    assert kept.exit_code == 0, kept.stderr
    there = {
        "REDIS_URL": store.url,
        "VOICEGATE_REDIS_PREFIX": store.prefix,
        "VOICEGATE_PUBLIC_URL": "https://voice.example.com",
    }
    listed = run("numbers", "list", "-p", "eu", "--state", "foreign", "-v", **there)
    assert listed.exit_code == 0, listed.stderr
    shown = run("numbers", "config", "-p", "eu")
    origins = {item["name"]: item["origin"] for item in json.loads(shown.stdout)["items"]}
    assert origins["TWILIO_AUTH_TOKEN"] == "profile eu"
    assert json.loads(run("numbers", "profile").stdout)["items"] == [
        {
            "name": "eu",
            "account": ACCOUNT,
            "file": str(tmp_path / "voicegate/eu.env"),
            "problem": "",
        }
    ]
    assert TOKEN not in kept.output + listed.output + shown.output
    assert TOKEN in (tmp_path / "voicegate/eu.env").read_text()


def test_a_profile_is_never_worked_at_with_other_credentials(run: Run) -> None:
    """What the environment or .env says comes first, so a name that it belies is refused."""
    assert run(*LOGIN, said=f"{TOKEN}\n").exit_code == 0
    for said in (["list"], ["list", "--state", "foreign"]):
        done = run("numbers", *said, "-p", "eu", TWILIO_ACCOUNT_SID=OTHER, TWILIO_AUTH_TOKEN=TOKEN)
        assert (done.exit_code, done.stdout) == (2, "")
        assert "TWILIO_ACCOUNT_SID of profile eu is hidden" in done.stderr
        assert "environment" in done.stderr
    shown = run("numbers", "config", "-p", "eu", TWILIO_ACCOUNT_SID=OTHER)
    assert shown.exit_code == 0  # it is what tells who says what


@pytest.mark.parametrize(
    ("arguments", "said", "code", "told"),
    [
        (LOGIN, "wrong-wrong-wrong\n", 4, "credentials"),
        (LOGIN, "", 2, "shorter than 8"),
        (LOGIN, "s3cret\n", 2, "auth token: copy"),
        (LOGIN, "blank in the middle\n", 2, "what no key does"),
        ((*LOGIN[:4], "AC12", "--with-token"), f"{TOKEN}\n", 2, "32 hexadecimal"),
        ((*LOGIN[:4], OTHER, "--with-token"), f"{TOKEN}\n", 4, "credentials"),
        (("numbers", "login", "../eu"), "", 2, "write letters"),
        (("numbers", "login"), "", 2, "NAME"),
    ],
)
def test_what_cannot_be_credentials_is_told_and_not_kept(
    arguments: tuple[str, ...], said: str, code: int, told: str, run: Run, tmp_path: Path
) -> None:
    done = run(*arguments, said=said)
    assert (done.exit_code, done.stdout) == (code, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert said.strip() not in done.stderr or not said.strip()
    assert not (tmp_path / "voicegate").exists()


def test_a_carrier_that_is_away_is_worth_another_try(run: Run, tmp_path: Path) -> None:
    done = run(*LOGIN, said=f"{TOKEN}\n", VOICEGATE_TWILIO_API_URL="http://127.0.0.1:9")
    assert done.exit_code == 7
    assert not (tmp_path / "voicegate").exists()


def test_profiles_that_are_of_no_use_are_listed_with_why(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "voicegate"
    folder.mkdir()
    for name, text, mode in (
        ("half", f"TWILIO_ACCOUNT_SID={ACCOUNT}\n", 0o600),
        ("open", "", 0o644),
    ):
        (folder / f"{name}.env").write_text(text)
        (folder / f"{name}.env").chmod(mode)
    problems = {
        item["name"]: item["problem"]
        for item in json.loads(run("numbers", "profile").stdout)["items"]
    }
    assert problems["half"] == "without TWILIO_AUTH_TOKEN"
    assert "chmod 600" in problems["open"]


def test_at_a_terminal_both_are_asked_for_and_the_token_is_not_shown(
    env: dict[str, str], tmp_path: Path
) -> None:
    """N14."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", AT_A_TERMINAL, "numbers", "login", "eu"],
        cwd=tmp_path,
        env={**env, "PYTHONPATH": ":".join(filter(None, sys.path)), "PATH": "", "TERM": "dumb"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    told = _read_until(ours, b"Account SID: ")
    os.write(ours, f"{ACCOUNT}\n".encode())
    told += _read_until(ours, b"Auth token: ")
    os.write(ours, f"{TOKEN}\n".encode())
    told += _read_until(ours, b"--profile eu\r\n")
    assert process.wait(30) == 0
    os.close(ours)
    assert ACCOUNT.encode() in told
    assert TOKEN.encode() not in told
    assert TOKEN in (tmp_path / "voicegate/eu.env").read_text()


def _read_until(terminal: int, end: bytes) -> bytes:
    told = b""
    while not told.endswith(end):
        assert select.select([terminal], [], [], 60)[0], told
        told += os.read(terminal, 4096)
    return told
