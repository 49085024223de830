"""What is missing or wrong on this machine, in words, each with the next step."""

import platform
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from http.client import HTTPException
from importlib import metadata
from pathlib import Path
from urllib.request import BaseHandler, ProxyHandler, build_opener

from .core.errors import ConfigError
from .embedded import find_server
from .settings import SERVE_NEEDS, Settings, load

PICOWS = "2.3.1"  # its protocol class is not among its public names: another version may differ
LIBRARIES = (
    "aiohttp",
    "click",
    "fastapi",
    "holidays",
    "httptools",
    "msgspec",
    "numpy",
    "orjson",
    "phonenumbers",
    "picows",
    "prometheus-client",
    "pydantic-settings",
    "python-dotenv",
    "pyyaml",
    "redis",
    "requests",
    "rich",
    "structlog",
    "twilio",
    "tzdata",
    "uvicorn",
)
ONLINE_TIMEOUT_S = 5.0


class Weight(IntEnum):
    """How bad a finding is; also the exit code of a run in which it is the worst."""

    FINE = 0
    ADVICE = 1
    PROBLEM = 2


_MARKS = {Weight.FINE: "ok", Weight.ADVICE: "advice", Weight.PROBLEM: "wrong"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `next_step` says what to do where it is not fine."""

    weight: Weight
    what: str
    next_step: str = ""

    def line(self) -> str:
        """For a terminal."""
        told = f"{self.what}: {self.next_step}" if self.next_step else self.what
        return f"{_MARKS[self.weight]:<7} {told}"


def worst(findings: Iterable[Finding]) -> int:
    """The exit code."""
    return max((finding.weight for finding in findings), default=Weight.FINE).value


def examine(*, is_online: bool) -> list[Finding]:
    """Look at everything; the network is asked only when `is_online`.

    Without the libraries nothing else can be looked at.
    """
    findings = [Finding(Weight.FINE, f"Python {platform.python_version()}"), *_libraries()]
    if worst(findings):
        return findings
    findings.append(_blas())
    try:
        settings = load(need=SERVE_NEEDS)
    except ConfigError as error:
        return findings + [Finding(Weight.PROBLEM, problem) for problem in error.problems]
    findings += [Finding(Weight.FINE, f"settings: {settings.model}, voice {settings.voice}")]
    return [
        *findings,
        _store(settings),
        _port(settings, is_online=is_online),
        _files(settings),
        _public_url(settings, is_online=is_online),
    ]


def _store(settings: Settings) -> Finding:
    if settings.redis_url is not None:
        return Finding(Weight.FINE, "REDIS_URL has the form of an address of Redis")
    if find_server() is not None:
        return Finding(Weight.FINE, "a private Redis can be started, as REDIS_URL is not set")
    return Finding(
        Weight.PROBLEM,
        "REDIS_URL is not set, and there is no redis-server that could be started",
        "install redis-server (Debian: apt install redis-server), or set REDIS_URL",
    )


def libraries() -> list[str]:
    """What has to be installed on this machine, as pyproject.toml says."""
    wanted = [*LIBRARIES]
    if sys.version_info >= (3, 13):
        wanted.append("audioop-lts")
    if sys.platform != "win32":
        wanted.append("uvloop")
    return wanted


def _libraries() -> Iterator[Finding]:
    found: list[str] = []
    for name in libraries():
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            yield Finding(Weight.PROBLEM, f"{name} is missing", f"pip install {name}")
    yield Finding(Weight.FINE, "libraries: " + ", ".join(found))
    if not any(one == f"picows {PICOWS}" for one in found):
        yield Finding(Weight.PROBLEM, f"picows is not {PICOWS}", f"pip install picows=={PICOWS}")


def _blas() -> Finding:
    """Counts the threads that arithmetic started; /proc is where Linux shows them."""
    import numpy as np  # last, so that the threads counted are its own

    tasks = Path("/proc/self/task")
    square = np.ones((256, 256))
    _ = square @ square
    threads = sum(1 for _ in tasks.iterdir()) if tasks.is_dir() else 1
    if threads > 1:
        advice = "set OPENBLAS_NUM_THREADS=1: threads make small products many times dearer"
        return Finding(Weight.ADVICE, f"BLAS computes with {threads} threads", advice)
    return Finding(Weight.FINE, "BLAS computes with one thread")


def _port(settings: Settings, *, is_online: bool) -> Finding:
    from .server import listen  # with all of the gateway behind it

    try:
        listen("0.0.0.0", settings.port, is_insecure=False).close()
    except ConfigError:
        return _taken(settings.port, is_online=is_online)
    return Finding(Weight.FINE, f"port {settings.port} is free")


def _taken(port: int, *, is_online: bool) -> Finding:
    """A gateway there is what `--online` needs, and no proxy stands before this machine."""
    if is_online and not _failure(f"http://127.0.0.1:{port}", ProxyHandler({})):
        return Finding(Weight.FINE, f"port {port}: a gateway answers there")
    advice = "stop what listens there, or set PORT to another one"
    if not is_online:
        advice += "; a gateway that runs is asked with --online"
    return Finding(Weight.PROBLEM, f"port {port} is taken", advice)


def _files(settings: Settings) -> Finding:
    """Each call holds two sockets; the rest is for webhooks and sockets that are still proving."""
    needed = 2 * settings.max_calls + 256
    if sys.platform == "win32":
        return Finding(Weight.FINE, "open files: not limited")
    import resource  # there is none on Windows

    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= limit < needed:
        advice = f"raise it (ulimit -n {needed}), or lower VOICEGATE_MAX_CALLS"
        return Finding(Weight.ADVICE, f"{limit} open files are allowed", advice)
    return Finding(Weight.FINE, f"open files: enough for {settings.max_calls} calls")


def _public_url(settings: Settings, *, is_online: bool) -> Finding:
    url = settings.public_url or ""
    if is_online and (failure := _failure(url)):
        advice = f"start `voicegate serve` and lead the URL to port {settings.port} here"
        return Finding(Weight.PROBLEM, f"asked {url}/healthz: {failure}", advice)
    came = "asked, a gateway answers" if is_online else "not asked, see --online"
    told = f"the public URL is {url} ({came})"
    if url.startswith("https:"):
        return Finding(Weight.FINE, told)
    advice = "Twilio needs https, this is good for trials on this machine only"
    return Finding(Weight.ADVICE, told, advice)


def _failure(url: str, *handlers: BaseHandler) -> str:
    """What comes instead of a gateway's answer; "" where that comes."""
    try:
        with build_opener(*handlers).open(f"{url}/healthz", timeout=ONLINE_TIMEOUT_S) as answer:
            return "" if answer.read(3) == b"ok" else "something else answers"
    except (OSError, HTTPException) as error:  # a bad HTTP status is an OSError, too
        return str(error)
