"""`voicegate serve` as a process: its port, its signals, its last call."""

import asyncio
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from voicegate.gateway.core.errors import ConfigError
from voicegate.gateway.embedded import await_end
from voicegate.gateway.server import listen
from voicegate.gateway.settings import load
from voicegate.gateway.store import open_store
from voicegate.numbers.model import Snapshot
from voicegate.numbers.registry import snapshot_json
from voicegate.numbers.registry.keys import Keys
from voicegate.numbers.registry.origin import Origin
from voicegate.numbers.registry.store import RedisStore

MAIN = "from voicegate.gateway.cli import main; main()"
ACCOUNT = "AC" + "a" * 32
FIRST, SECOND = "CA" + "1" * 32, "CA" + "2" * 32


async def model(connection: ServerConnection) -> None:
    """A model that accepts its settings and says nothing."""
    await connection.send('{"type":"session.created","session":{}}')
    async for text in connection:
        message = orjson.loads(text)
        if message["type"] == "session.update":
            echo = {"type": "session.updated", "session": message["session"]}
            await connection.send(orjson.dumps(echo).decode())


class Served:
    """A gateway in its own process, without signatures."""

    def __init__(self, process: Process, http: httpx.AsyncClient, port: int, folder: Path) -> None:
        self.process = process
        self.folder = folder
        self.http = http
        self.port = port

    async def post(self, path: str, call_sid: str, status: str) -> httpx.Response:
        form = {"CallSid": call_sid, "AccountSid": ACCOUNT, "CallStatus": status}
        return await self.http.post(path, data=form)

    async def call(self, call_sid: str) -> ClientConnection:
        """A call whose stream has started."""
        answer = await self.post("/twilio/voice", call_sid, "ringing")
        token = re.search('name="token" value="([^"]+)"', answer.text)
        assert token is not None
        socket = await connect(f"ws://127.0.0.1:{self.port}/twilio/media", max_queue=None)
        inner = {
            "streamSid": "MZ1",
            "accountSid": ACCOUNT,
            "callSid": call_sid,
            "customParameters": {"token": token[1]},
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        }
        start = {"event": "start", "streamSid": "MZ1", "start": inner}
        await socket.send('{"event":"connected"}')
        await socket.send(orjson.dumps(start).decode())
        while (await self.post("/twilio/voice", call_sid, "ringing")).status_code != 409:
            pass
        return socket

    async def ready(self) -> httpx.Response:
        return await self.http.get("/readyz")

    async def drains(self) -> None:
        """Signal it, and wait until it shows."""
        self.process.send_signal(signal.SIGTERM)
        while (await self.ready()).status_code != 503:
            pass


@asynccontextmanager
async def served(**settings: str) -> AsyncGenerator[Served, None]:
    with TemporaryDirectory(prefix="vg-") as folder:
        async with serve(model, "127.0.0.1", 0) as there, _served(there, folder, settings) as one:
            yield one
        await_end(Path(folder, ".voicegate"))


@asynccontextmanager
async def _served(
    there: Server, folder: str, settings: Mapping[str, str]
) -> AsyncGenerator[Served, None]:
    place = next(iter(there.sockets)).getsockname()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "OPENAI_API_KEY": "sk-of-a-test",
        "VOICEGATE_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "VOICEGATE_OPENAI_URL": f"ws://127.0.0.1:{place[1]}/v1/realtime",
        "VOICEGATE_GREETING": "none",
        **settings,
    }
    arguments = ("serve", "--insecure-no-signature", "--port", str(port))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", MAIN, *arguments, env=environment, cwd=folder, stdout=PIPE
    )
    assert process.stdout is not None
    try:
        while b"server.insecure" not in await process.stdout.readline():
            assert process.returncode is None
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            yield Served(process, http, port, Path(folder))
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def apply(folder: Path) -> None:
    """As `voicegate numbers apply` does, from another process."""
    with open_store(load({}, None), folder) as store, store.command_client() as client:
        keys = Keys(store.prefix, "insecure")
        registry = RedisStore(client, keys, snapshot_json.parse, snapshot_json.render, Origin())
        registry.commit(0, Snapshot(keys.account), "plan-1", "ann", "{}")


@pytest.mark.usefixtures("redis_server")
def test_a_gateway_joins_the_store_of_its_folder_and_follows_it() -> None:
    """N6: without a setting, and without a new start."""

    async def main() -> None:
        async with served() as there:
            told = (await there.ready()).json()["registry"]
            assert told == {"version": 0, "standing": "current"}
            await asyncio.to_thread(apply, there.folder / ".voicegate")
            while (await there.ready()).json()["registry"]["version"] == 0:
                pass

    asyncio.run(main())


def test_a_store_that_is_away_keeps_no_gateway_from_its_calls() -> None:
    """N7, C156."""

    async def main() -> None:
        async with served(REDIS_URL="redis://127.0.0.1:1/0") as there:
            ready = await there.ready()
            assert (ready.status_code, ready.json()["registry"]["standing"]) == (200, "away")
            await there.call(FIRST)

    asyncio.run(main())


async def echo_marks(socket: ClientConnection) -> tuple[int, list[dict[str, Any]]]:
    """Be a carrier whose caller hears everything at once; the close code, and what was sent."""
    got: list[dict[str, Any]] = []
    try:
        async for text in socket:
            got.append(orjson.loads(text))
            if got[-1]["event"] == "mark":
                await socket.send(text, text=True)
    except ConnectionClosed:
        pass
    assert socket.close_code is not None
    return socket.close_code, got


@pytest.mark.usefixtures("redis_server")
def test_a_signal_lets_the_live_call_finish_and_takes_no_other() -> None:
    """C157, C160: exit 0 when the last call has ended."""

    async def main() -> None:
        async with served() as there:
            stream = await there.call(FIRST)
            await there.drains()
            assert (await there.ready()).json()["failing"] == ["draining"]
            answer = await there.post("/twilio/voice", SECOND, "ringing")
            assert "<Say>" in answer.text
            await stream.send('{"event":"stop","streamSid":"MZ1","stop":{}}')
            assert await there.process.wait() == 0

    asyncio.run(asyncio.wait_for(main(), 30))


@pytest.mark.usefixtures("redis_server")
def test_a_second_signal_ends_the_call_with_words_and_the_carrier_is_told_what_next() -> None:
    """C158."""

    async def main() -> None:
        async with served() as there:
            stream = await there.call(FIRST)
            await there.drains()
            there.process.send_signal(signal.SIGTERM)
            code, got = await echo_marks(stream)
            assert code == 1000
            assert sum(message["event"] == "media" for message in got) > 0
            answer = await there.post("/twilio/after", FIRST, "in-progress")
            assert "<Hangup" in answer.text
            assert "<Say>" not in answer.text
            assert await there.process.wait() == 0

    asyncio.run(asyncio.wait_for(main(), 30))


@pytest.mark.usefixtures("redis_server")
def test_a_third_signal_waits_for_nobody() -> None:
    """Signals of one kind that come together count once, hence two kinds."""

    async def main() -> None:
        async with served() as there:
            stream = await there.call(FIRST)
            await there.drains()
            there.process.send_signal(signal.SIGINT)
            there.process.send_signal(signal.SIGTERM)
            await stream.wait_closed()
            assert stream.close_code == 1001
            assert await there.process.wait() == 0

    asyncio.run(asyncio.wait_for(main(), 30))


@pytest.mark.usefixtures("redis_server")
def test_readiness_and_every_start_tell_that_signatures_are_not_checked() -> None:
    """C141: `served` waits for the line in the log."""

    async def main() -> None:
        async with served() as there:
            answer = await there.ready()
            assert (answer.status_code, answer.json()["insecure"]) == (200, True)
            there.process.send_signal(signal.SIGINT)
            assert await there.process.wait() == 0

    asyncio.run(asyncio.wait_for(main(), 30))


# -- where it listens ----------------------------------------------------------------------------


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"--port {port}: cannot listen"):
            listen("127.0.0.1", port, is_insecure=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_without_signatures_only_this_machine_may_call(host: str) -> None:
    """C141."""
    with pytest.raises(ConfigError, match="loopback"):
        listen(host, 0, is_insecure=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.9.9.9"])
def test_this_machine_has_many_names(host: str) -> None:
    with listen(host, 0, is_insecure=True) as listener:
        assert listener.getsockname()[0].startswith("127.")


def test_a_host_that_does_not_exist_is_named() -> None:
    with pytest.raises(ConfigError, match="no such host"):
        listen("nowhere.invalid", 0, is_insecure=False)
