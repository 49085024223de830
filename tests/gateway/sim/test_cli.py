"""`voicegate sim`: what it refuses, how it stops, and what the carrier's call proves."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from multiprocessing import active_children
from pathlib import Path
from random import Random
from threading import Thread
from typing import ClassVar
from urllib.parse import parse_qsl

import pytest
from click.testing import CliRunner

from voicegate.gateway.carriers.twilio_numbers import TwilioNumbers
from voicegate.gateway.core.errors import ConfigError
from voicegate.gateway.sim.carrier.call_report import CallReport
from voicegate.gateway.sim.carrier.caller import Caller, HangUp
from voicegate.gateway.sim.carrier.number_catalogue import OWNED
from voicegate.gateway.sim.carrier.playback import SILENCE
from voicegate.gateway.sim.carrier.webhooks import signature
from voicegate.gateway.sim.cli import sim, verdict
from voicegate.gateway.sim.world.runs import run_seeds
from voicegate.gateway.sim.world.terminal import STOPPED

LOCAL = "http://127.0.0.1:9/twilio/voice"  # where nobody listens
TOKEN = "0123456789abcdef0123456789abcdef"
MAIN = "from voicegate.gateway.cli import main; main()"


@pytest.fixture(autouse=True)
def empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither .env nor a setting of this machine."""
    monkeypatch.chdir(tmp_path)
    for name in ("TWILIO_AUTH_TOKEN", "TWILIO_ACCOUNT_SID"):
        monkeypatch.delenv(name, raising=False)


def refused(*arguments: str) -> str:
    """The error of a command that must not begin."""
    done = CliRunner().invoke(sim, arguments)
    assert done.exit_code == 2, done.output
    assert "Traceback" not in done.output
    return done.output.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ("--seed 1 --seeds 5", "--seed plays one call, --seeds plays many"),
        ("--as-test --seeds 3", "say which one with --seed"),
        ("--seed 3 --report heard", "--report"),
        ("--seed 3 --first 9", "--first"),
        ("--seed 3 --workers 2", "--workers"),
        ("--seeds 3 model", "--seeds is not for `sim model`"),
        ("--as-test assumptions", "--as-test is not for `sim assumptions`"),
        ("", "how many calls"),
    ],
)
def test_options_that_contradict_each_other_are_refused(arguments: str, named: str) -> None:
    assert named in refused(*arguments.split())


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["model", "--round-trip-ms", "nan"], "--round-trip-ms"),
        (["carrier", "--voice-url", "garbage"], "whole URL"),
        (["carrier", "--voice-url", "http://example.com/twilio/voice"], "this machine only"),
        (["carrier", "--voice-url", LOCAL, "--caller", "bob"], "'--caller': write it in E.164"),
        (["carrier", "--voice-url", LOCAL, "--number", "bob"], "'--number': write it in E.164"),
        (["carrier", "--voice-url", LOCAL, "--account-sid", "x"], "32 hexadecimal digits"),
        (["carrier", "--voice-url", LOCAL, "--connect-to", "here"], "host and port"),
        (["carrier", "--voice-url", LOCAL, "--connect-to", "here:70000"], "host and port"),
    ],
)
def test_a_bad_value_is_refused_by_its_option(arguments: list[str], named: str) -> None:
    assert named in refused(*arguments)


def test_a_url_may_have_a_query_and_overrides_of_the_webhook() -> None:
    """Twilio "Webhooks: Connection Overrides"."""
    done = CliRunner().invoke(
        sim, ["carrier", "--voice-url", LOCAL + "?a=b#rc=0", "--auth-token", TOKEN]
    )
    assert "calls +15550100002: http://127.0.0.1:9/twilio/voice?a=b#rc=0\n" in done.output


def test_a_carrier_that_nobody_calls_from_connects_nowhere() -> None:
    assert "say --voice-url too" in refused(
        "carrier", "--auth-token", TOKEN, "--connect-to", "127.0.0.1:9"
    )


def test_a_carrier_that_nobody_calls_from_owns_what_is_on_show_and_no_more() -> None:
    """As docs/numbers.md has it: none of the numbers is that of a call."""
    words = ["-c", MAIN, "sim", "carrier", "--auth-token", TOKEN]
    with subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().split()[0].partition("=")[2]
            with closing(TwilioNumbers("AC" + "0" * 32, TOKEN, url)) as numbers:
                assert {each.number for each in numbers.owned()} == OWNED.keys()
        finally:
            process.terminate()


@pytest.mark.parametrize("call", [[], ["--voice-url", LOCAL]])
def test_a_port_that_is_taken_is_named(call: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = refused("carrier", "--auth-token", TOKEN, "--port", port, *call)
    assert f"cannot listen on 127.0.0.1:{port}" in said


def test_without_a_token_the_variable_is_named() -> None:
    assert "TWILIO_AUTH_TOKEN" in refused("carrier", "--voice-url", LOCAL)


def test_the_token_may_stand_in_the_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"TWILIO_AUTH_TOKEN={TOKEN}\n")
    done = CliRunner().invoke(sim, ["carrier", "--voice-url", LOCAL])
    assert done.exit_code == 1
    assert "ended: failed" in done.output


class Refusing(BaseHTTPRequestHandler):
    """A gateway that refuses whatever it is asked, and keeps form and signature."""

    asked: ClassVar[list[tuple[str, str]]] = []

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.asked.append((form, self.headers["X-Twilio-Signature"]))
        self.send_error(403)

    def log_message(self, *_: object, **__: object) -> None:
        """Nothing."""


@pytest.fixture
def refusing_url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        serving = Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}/twilio/voice"
        server.shutdown()
        serving.join()
    Refusing.asked.clear()


@pytest.mark.parametrize("way", ["option", "variable", "file"])
def test_while_tokens_rotate_the_first_one_signs(
    way: str, refusing_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = f"{TOKEN}, the-token-to-come"
    arguments = ["carrier", "--voice-url", refusing_url]
    if way == "option":
        arguments += ["--auth-token", both]
    elif way == "variable":
        monkeypatch.setenv("TWILIO_AUTH_TOKEN", both)
    else:
        (tmp_path / ".env").write_text(f"TWILIO_AUTH_TOKEN={both}\n")
    assert CliRunner().invoke(sim, arguments).exit_code == 1
    ((form, signed),) = Refusing.asked
    assert signed == signature(TOKEN, refusing_url, tuple(parse_qsl(form, keep_blank_values=True)))


def test_a_setting_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TWILIO_AUTH_TOKEN=short\n")
    done = CliRunner().invoke(sim, ["carrier", "--voice-url", LOCAL])
    assert isinstance(done.exception, ConfigError)
    assert done.exception.problems[0].startswith("TWILIO_AUTH_TOKEN=(hidden)")


def test_a_call_that_failed_is_no_success() -> None:
    """C179: nothing listens there."""
    done = CliRunner().invoke(sim, ["carrier", "--voice-url", LOCAL, "--auth-token", TOKEN])
    assert "ended: failed" in done.output
    assert done.exit_code == 1


@pytest.mark.parametrize(
    ("steps", "heard", "code"),
    [
        ((), [(0, b"\x80" * 160)], 0),
        ((), [(0, SILENCE)], 1),
        ((HangUp(),), [(0, b"\x80" * 160)], 1),
    ],
)
def test_a_call_is_good_if_the_caller_heard_something_and_came_to_the_end(
    steps: tuple[HangUp, ...], heard: list[tuple[int, bytes]], code: int
) -> None:
    """C179: a gateway that apologises and hangs up leaves a caller who was not done."""
    assert verdict(Caller(steps, Random(0)), CallReport("CA1", heard=heard)) == code


# -- how it stops ----------------------------------------------------------------------------------


@contextmanager
def interrupted_after(seconds: float) -> Generator[None, None, None]:
    """Ctrl-C, by a timer of the system."""
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_ctrl_c_stops_a_run_and_says_how_far_it_came() -> None:
    with interrupted_after(0.5):
        done = CliRunner().invoke(sim, ["--seeds", "1000000", "--workers", "1"])
    assert re.search(r"^stopped after \d+ calls$", done.output, re.MULTILINE)
    assert done.exit_code == STOPPED


def test_ctrl_c_stops_the_carriers_call() -> None:
    """The gateway takes the connection, and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent, interrupted_after(1.0):
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/twilio/voice"
        done = CliRunner().invoke(sim, ["carrier", "--voice-url", url, "--auth-token", TOKEN])
    assert done.output.endswith("stopped\n")
    assert done.exit_code == STOPPED


def test_without_a_call_the_carrier_serves_until_ctrl_c() -> None:
    with interrupted_after(1.0):
        done = CliRunner().invoke(sim, ["carrier", "--auth-token", TOKEN])
    said = r"VOICEGATE_TWILIO_API_URL=http://127\.0\.0\.1:\d+  \(Ctrl-C ends it\)\nstopped\n"
    assert re.fullmatch(said, done.output)
    assert done.exit_code == 0


def test_a_run_that_is_closed_leaves_no_process_at_work() -> None:
    with closing(run_seeds(range(20), workers=2)) as outcomes:
        next(outcomes)
        workers = active_children()
    assert {worker.exitcode for worker in workers} == {-signal.SIGTERM}


# -- what it prints --------------------------------------------------------------------------------


def test_nothing_but_results_is_written_where_nobody_looks() -> None:
    done = CliRunner().invoke(sim, ["--seeds", "1", "--workers", "1"])
    assert done.exit_code == 0
    assert not done.stderr


def test_of_a_call_in_which_nothing_breaks_no_test_is_printed() -> None:
    done = CliRunner().invoke(sim, ["--seed", "3", "--as-test"])
    assert done.exit_code == 0
    assert not done.stdout
    assert "nothing breaks" in done.stderr


def test_assumptions_are_put_under_each_other_in_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(os.environ, "COLUMNS", "40")
    monkeypatch.setitem(os.environ, "FORCE_COLOR", "1")
    monkeypatch.setitem(os.environ, "TERM", "xterm")
    done = CliRunner().invoke(sim, ["assumptions"])
    assert done.exit_code == 0
    assert "│" not in done.output
    assert "documented" in done.output
