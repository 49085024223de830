"""The process under test: the relay or the gateway, on a core of its own, watched from outside."""

import asyncio
import os
import secrets
import socket
import sys
from asyncio.subprocess import STDOUT, Process
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import psutil

from ...embedded import await_end
from ...store import FOLDER
from .entrance import ACCOUNT_SID, HOST, PUBLIC_PLACE, Entrance, OpenDoor, SignedDoor
from .sound import Encoding

_MAIN = "from voicegate.gateway.cli import main; main()"
_RELAY = "from voicegate.gateway.sim.bench.relay import main; main()"
_START_S, _STOP_S = 20.0, 5.0
_LAST_LINES = 5


class NotRunning(Exception):
    """The process under test did not start, or ended too early; tells its last lines."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """What is measured: the plain relay, or the gateway in one of its formats."""

    name: str
    audio: Encoding
    is_relay: bool = False


RELAY = Contestant("relay", "pcmu", is_relay=True)
PCMU = Contestant("pcmu", "pcmu")
PCM24K = Contestant("24 kHz", "pcm24k")
CONTESTANTS = (RELAY, PCMU, PCM24K)


@dataclass(frozen=True, slots=True)
class Cores:
    """Where the load and the process under test run; None where they cannot be kept apart."""

    load: int | None
    subject: int | None

    @classmethod
    def apart(cls) -> "Cores":
        """The first and the last core of those we may use."""
        usable = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        return cls(usable[0], usable[-1]) if len(usable) > 1 else cls(None, None)


def pin(pid: int, core: int | None) -> None:
    """Keep a process on a core; 0 is ourselves."""
    if core is not None:
        os.sched_setaffinity(pid, {core})


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU time since its start, memory now."""

    cpu_s: float
    rss_bytes: int


class Subject:
    """One running process under test."""

    def __init__(self, process: Process, port: int, log: Path) -> None:
        self.port = port
        self._process = process
        self._log = log
        self._seen = psutil.Process(process.pid)

    def usage(self) -> Usage:
        """What it has used. Raises NotRunning."""
        try:
            times, memory = self._seen.cpu_times(), self._seen.memory_info()
        except psutil.NoSuchProcess:
            raise self.failure() from None
        return Usage(times.user + times.system, memory.rss)

    async def until_serving(self) -> None:
        """Raises NotRunning if it ends, or takes too long."""
        try:
            async with asyncio.timeout(_START_S):
                while not await _answers(self.port):
                    if self._process.returncode is not None:
                        raise self.failure()
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise self.failure() from None

    async def stop(self) -> None:
        """A signal, patience, and then no more of it."""
        if self._process.returncode is None:
            self._process.terminate()
        try:
            async with asyncio.timeout(_STOP_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    def failure(self) -> NotRunning:
        """What went wrong, in the process's own words."""
        lines = self._log.read_text("utf-8", "replace").splitlines()[-_LAST_LINES:]
        return NotRunning("\n".join(["the process under test is not running:", *lines]))


class Secrets:
    """Thrown away with the run."""

    def __init__(self) -> None:
        self.auth_token = secrets.token_hex(16)
        self.api_key = secrets.token_urlsafe(24)

    def entrance(self, contestant: Contestant) -> Entrance:
        """How calls get in there."""
        return OpenDoor() if contestant.is_relay else SignedDoor(self.auth_token)


@asynccontextmanager
async def running(
    contestant: Contestant, model_port: int, core: int | None, kept: Secrets
) -> AsyncGenerator[Subject, None]:
    """The contestant in a process of its own, until the block ends. Raises NotRunning."""
    port = _free_port()
    with TemporaryDirectory(prefix="voicegate-bench-") as folder:
        log = Path(folder, "log")
        with _created(log) as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                *_command(contestant, port, model_port),
                env=_environment(contestant, model_port, kept),
                cwd=folder,
                stdout=output,
                stderr=STDOUT,
            )
        subject = Subject(process, port, log)
        try:
            pin(process.pid, core)
            await subject.until_serving()
            yield subject
        finally:
            await subject.stop()
            await asyncio.to_thread(await_end, Path(folder, FOLDER))


def _command(contestant: Contestant, port: int, model_port: int) -> Sequence[str]:
    if contestant.is_relay:
        url = f"ws://{HOST}:{model_port}/v1/realtime"
        return (_RELAY, "--port", str(port), "--model-url", url)
    return (_MAIN, "serve", "--host", HOST, "--port", str(port))


def _environment(contestant: Contestant, model_port: int, kept: Secrets) -> Mapping[str, str]:
    """Settings of ours only, whatever this machine's are; the model begins each turn by itself."""
    inherited = {name: value for name, value in os.environ.items() if "VOICEGATE" not in name}
    if contestant.is_relay:
        return inherited
    return {
        **inherited,
        "OPENAI_API_KEY": kept.api_key,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": kept.auth_token,
        "REDIS_URL": "",
        "VOICEGATE_PUBLIC_URL": f"https://{PUBLIC_PLACE}",
        "VOICEGATE_OPENAI_URL": f"ws://{HOST}:{model_port}/v1/realtime",
        "VOICEGATE_AUDIO": contestant.audio,
        "VOICEGATE_GREETING": "none",
        "VOICEGATE_MAX_CALLS": "10000",
    }


def _created(path: Path) -> BinaryIO:
    return path.open("wb")


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as free:
        port: int = free.getsockname()[1]
    return port


async def _answers(port: int) -> bool:
    """Whether it answers HTTP, whatever it says: a port may be there long before anybody serves it."""
    try:
        reader, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.write(f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
    try:
        return (await reader.read()).startswith(b"HTTP/1.1")
    except OSError:  # it ended before it answered
        return False
    finally:
        writer.close()
