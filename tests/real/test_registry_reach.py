"""Three gateways as processes on one private Redis: what is changed by a command reaches all."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, cast

import aiohttp
import orjson

from voicegate.gateway.call_record import parse_facts
from voicegate.gateway.settings import load
from voicegate.gateway.sim import house
from voicegate.gateway.sim.carrier.account import AccountSettings
from voicegate.gateway.sim.carrier.caller import Caller, HearAgent, Pause, Speak, Step, loud
from voicegate.gateway.sim.carrier.media_socket import Network
from voicegate.gateway.sim.carrier.server import CarrierServer, serve_carrier
from voicegate.gateway.sim.realtime.server import RealtimeListener, serve_realtime
from voicegate.gateway.sim.realtime.settings import RealtimeSettings
from voicegate.gateway.store import FOLDER, open_store

MAIN = "from voicegate.gateway.cli import main; main()"
CALLER_NUMBER = "+15550100001"
REACH_S = 2.0  # what the requirement allows, from the end of the command
PATIENCE_S = 60.0
AGENTS = """
apiVersion: voicegate/v1
kind: Agents
agents:
  - name: day
    instructions: It is day.
  - name: night
    instructions: It is night.
"""
NUMBERS = """
apiVersion: voicegate/v1
kind: Numbers
numbers:
  - number: "{number}"
    route: agent/{agent}
"""


def free_ports(count: int) -> list[int]:
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in taken]
    for each in taken:
        each.close()
    return ports


@dataclass(frozen=True)
class Town:
    """Gateways by their ports, and both ends; calls go to the first of them."""

    folder: Path
    env: Mapping[str, str]
    ports: list[int]
    model: RealtimeListener
    carrier: CarrierServer
    web: aiohttp.ClientSession

    async def command(self, *words: str) -> None:
        """It has to succeed; what it says is for a test that fails."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", MAIN, *words), cwd=self.folder, env=self.env, stdin=DEVNULL
        )
        async with asyncio.timeout(PATIENCE_S):
            assert await process.wait() == 0

    async def until_all_answer_by(self, version: int, within_s: float) -> None:
        wanted = {"version": version, "standing": "current"}
        async with asyncio.timeout(within_s):
            for port in self.ports:
                while await self._standing(port) != wanted:
                    pass

    async def _standing(self, port: int) -> object:
        with suppress(aiohttp.ClientConnectionError):  # it is starting
            async with self.web.get(f"http://127.0.0.1:{port}/readyz") as answer:
                return orjson.loads(await answer.read())["registry"]
        return None

    def call(self, *steps: Step, seed: int) -> "asyncio.Task[object]":
        caller = Caller(steps, Random(seed))
        return asyncio.create_task(self.carrier.place_call(house.NUMBER, CALLER_NUMBER, caller))

    def told(self, session: int) -> list[str]:
        """Every instruction that a session of the model was ever given."""
        events = [orjson.loads(text) for text in self.model.connections[session].received]
        return [
            event["session"]["instructions"]
            for event in events
            if event["type"] == "session.update"
        ]


@asynccontextmanager
async def town(folder: Path) -> AsyncGenerator[Town, None]:
    """Ends only what it began."""
    ports = free_ports(3)
    account = AccountSettings(house.ACCOUNT_SID, house.AUTH_TOKEN, (house.NUMBER,))
    async with AsyncExitStack() as stack:
        model = await stack.enter_async_context(
            serve_realtime("127.0.0.1", 0, RealtimeSettings(), house.scripted_brain, is_kept=True)
        )
        network = Network(("127.0.0.1", ports[0]))
        carrier = await stack.enter_async_context(
            serve_carrier("127.0.0.1", 0, account, network=network)
        )
        env = environment(model.port, carrier.port)
        for port in ports:
            words = ("serve", "--host", "127.0.0.1", "--port", str(port))
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", MAIN, *words), cwd=folder, env=env, stdin=DEVNULL
            )
            stack.push_async_callback(end, process)
        web = await stack.enter_async_context(aiohttp.ClientSession())
        yield Town(folder, env, ports, model, carrier, web)


def environment(model_port: int, carrier_port: int) -> dict[str, str]:
    """Nothing of this machine's settings."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "OPENAI_API_KEY": "sk-test-0123456789",
        "TWILIO_ACCOUNT_SID": house.ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": house.AUTH_TOKEN,
        "VOICEGATE_PUBLIC_URL": house.PUBLIC_URL,
        "VOICEGATE_OPENAI_URL": f"ws://127.0.0.1:{model_port}/v1/realtime",
        "VOICEGATE_TWILIO_API_URL": f"http://127.0.0.1:{carrier_port}",
        "VOICEGATE_DRAIN_S": "0",
    }


async def end(process: Process) -> None:
    """Three signals are: at once."""
    for _ in range(3):
        with suppress(ProcessLookupError):
            process.terminate()
    try:
        async with asyncio.timeout(PATIENCE_S):
            await process.wait()
    finally:
        with suppress(ProcessLookupError):
            process.kill()


def test_a_change_reaches_every_gateway_and_no_call_that_is_under_way(
    redis_server: str, tmp_path: Path, redis_gone: Callable[[Path], None]
) -> None:
    """N6: by `numbers assign` and by `numbers apply`, within two seconds of the command's end."""
    assert redis_server
    (tmp_path / "agents.yaml").write_text(AGENTS, encoding="utf-8")
    for agent in ("day", "night"):
        text = NUMBERS.format(number=house.NUMBER.phone_number, agent=agent)
        (tmp_path / f"{agent}.yaml").write_text(text, encoding="utf-8")
    asyncio.run(changed_while_they_talk(tmp_path))
    redis_gone(tmp_path / FOLDER)


async def changed_while_they_talk(folder: Path) -> None:
    async with town(folder) as there:
        await there.until_all_answer_by(0, PATIENCE_S)
        await there.command("agents", "apply", "-f", "agents.yaml", "--yes")
        await there.command("numbers", "apply", "-f", "day.yaml", "--yes")
        await there.until_all_answer_by(2, REACH_S)
        talk = (HearAgent(400, patience_ms=20_000), Speak(loud(900))) * 3
        first = there.call(*talk, Pause(600_000), seed=1)
        await until(lambda: len(there.model.connections) == 1 and there.told(0))
        number = house.NUMBER.phone_number
        await there.command("numbers", "assign", number, "agent/night", "--yes")
        await there.until_all_answer_by(3, REACH_S)
        second = there.call(HearAgent(400, patience_ms=20_000), Pause(600_000), seed=2)
        await until(lambda: len(there.model.connections) == 2 and there.told(1))
        await there.command("numbers", "apply", "-f", "day.yaml", "--yes")
        await there.until_all_answer_by(4, REACH_S)
        assert (there.told(0), there.told(1)) == (["It is day."], ["It is night."])
        assert not first.done()
        assert not second.done()
        assert versions(folder) == {2, 3}
        for call in (first, second):
            call.cancel()
        await asyncio.gather(first, second, return_exceptions=True)


def versions(folder: Path) -> set[int]:
    """What the live calls are pinned to, as every process may ask."""
    with open_store(load({}, None), folder / FOLDER) as store, store.command_client() as client:
        ask = cast("Any", client)
        records = [ask.hget(key, "facts") for key in ask.scan_iter(f"{store.prefix}call:*")]
    return {parse_facts(facts).version for facts in records}


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():
            due = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_later(0.01, due.set_result, None)
            await due
