"""Several gateways behind one public URL: any of them serves any request of any call."""

import asyncio
import signal
import subprocess
import uuid
from collections import Counter
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from random import Random

import orjson
import pytest
import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from voicegate.gateway.call_record import CallRecord
from voicegate.gateway.core.actions import EndReason
from voicegate.gateway.core.errors import StoreError
from voicegate.gateway.redis_calls import RedisCalls
from voicegate.gateway.server import listen
from voicegate.gateway.sim import house
from voicegate.gateway.sim.carrier.account import AccountSettings
from voicegate.gateway.sim.carrier.call_report import CallReport
from voicegate.gateway.sim.carrier.caller import Caller, HangUp, HearAgent, Pause, Speak, Step, loud
from voicegate.gateway.sim.carrier.documents import Target
from voicegate.gateway.sim.carrier.media_socket import Network
from voicegate.gateway.sim.carrier.orders import WebAnswer
from voicegate.gateway.sim.carrier.server import CarrierServer, serve_carrier
from voicegate.gateway.sim.realtime.faults import Fault
from voicegate.gateway.sim.realtime.server import RealtimeListener, serve_realtime
from voicegate.gateway.sim.realtime.settings import RealtimeSettings
from voicegate.gateway.store import OpenStore
from voicegate.gateway.wiring import Gateway, build

CALLER_NUMBER, FALLBACK = "+15550100001", "+15550100099"
NUMBER = replace(house.NUMBER, status=Target(f"{house.PUBLIC_URL}/twilio/status"))
TALK = (
    HearAgent(400, patience_ms=20_000),
    Speak(loud(900)),
    HearAgent(400, patience_ms=20_000),
    HangUp(),
)


class Server:
    """A Redis that can be killed, and comes back with nothing, or held up."""

    def __init__(self, program: str, folder: Path) -> None:
        self._command = [program, "--port", "0", "--save", "", "--dir", str(folder)]
        self._command += ["--unixsocket", str(folder / "redis.sock")]
        self.url = f"unix://{folder}/redis.sock"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        retry = Retry(ConstantBackoff(0.02), 500)
        with redis.Redis.from_url(self.url, retry=retry) as client:  # pyright: ignore[reportUnknownMemberType]
            client.get("is it up?")

    def hold(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def release(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def server(redis_server: str, tmp_path: Path) -> Generator[Server, None, None]:
    opened = Server(redis_server, tmp_path)
    opened.start()
    yield opened
    opened.stop()


class Balancer:
    """A proxy that knows no call: each request goes where chance will have it."""

    def __init__(self, ports: list[int], rng: Random) -> None:
        self._ports = ports
        self._rng = rng
        self.served: Counter[int] = Counter()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            writer.close()
            return
        if b"upgrade: websocket" not in head.lower():  # one request a connection
            head = head.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        port = self._rng.choice(self._ports)
        self.served[port] += 1
        inward, outward = await asyncio.open_connection("127.0.0.1", port)
        outward.write(head)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_pass_on(reader, outward))
            tasks.create_task(_pass_on(inward, writer))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(65_536):
            writer.write(piece)
    except ConnectionError:
        pass
    finally:
        writer.close()


@dataclass(frozen=True)
class Row:
    """Gateways, the proxy before them, and both ends."""

    gateways: list[Gateway]
    balancer: Balancer
    model: RealtimeListener
    carrier: CarrierServer

    async def place(self, *steps: Step, seed: int = 0) -> CallReport:
        async with asyncio.timeout(90):
            return await self.carrier.place_call(NUMBER, CALLER_NUMBER, Caller(steps, Random(seed)))

    def ends(self) -> dict[str, int]:
        """How many calls ended for which reason, in all processes together."""
        found: Counter[str] = Counter()
        for gateway in self.gateways:
            for reason in EndReason:
                labels = {"reason": reason.value}
                name = "voicegate_calls_ended_total"
                count = gateway.metrics.registry.get_sample_value(name, labels)
                found[reason.value] += int(count or 0)
        return {reason: count for reason, count in found.items() if count}


@asynccontextmanager
async def row(
    url: str, *, count: int = 3, model: RealtimeSettings | None = None, **environ: str
) -> AsyncGenerator[Row, None]:
    store = OpenStore("", f"{{{uuid.uuid4().hex}}}:", url)
    account = AccountSettings(house.ACCOUNT_SID, house.AUTH_TOKEN, (NUMBER,), calls_per_second=100)
    async with AsyncExitStack() as stack:
        far_end = await stack.enter_async_context(
            serve_realtime(
                "127.0.0.1", 0, model or RealtimeSettings(), house.scripted_brain, is_kept=True
            )
        )
        listeners = [listen("127.0.0.1", 0, is_insecure=False) for _ in range(count)]
        balancer = Balancer([each.getsockname()[1] for each in listeners], Random(f"row {count}"))
        proxy = await stack.enter_async_context(
            await asyncio.start_server(balancer.serve, "127.0.0.1", 0)
        )
        network = Network(("127.0.0.1", proxy.sockets[0].getsockname()[1]))
        carrier = await stack.enter_async_context(
            serve_carrier(
                "127.0.0.1", 0, account, network=network, callees=lambda _number: house.BUSY
            )
        )
        settings = house.house_settings(far_end.port, carrier.port, **environ)
        gateways = [build(settings, is_insecure=False, store=store) for _ in listeners]
        for gateway, listener in zip(gateways, listeners, strict=True):
            await stack.enter_async_context(house.running(gateway, listener))
        yield Row(gateways, balancer, far_end, carrier)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the last good configuration may be kept."""
    monkeypatch.chdir(tmp_path)


def test_calls_whose_requests_go_anywhere_end_as_with_one_process(server: Server) -> None:
    """C155, C6, C22: nobody is lost, nobody is greeted twice, nothing is left anywhere."""

    async def main() -> None:
        async with row(server.url) as there:
            count = 9
            reports = await asyncio.gather(*(there.place(*TALK, seed=s) for s in range(count)))
            for report in reports:
                assert len(report.streams) == 1
                assert report.end is not None
                assert report.end.cause == "caller"
                assert not [note for note in report.notes if note.kind.startswith("319")]
            assert there.ends() == {"caller_hung_up": count}
            assert [len(gateway.calls) for gateway in there.gateways] == [0, 0, 0]
            assert all(there.balancer.served.values())
            greeted = [
                [orjson.loads(text)["type"] for text in each.received].count("response.create")
                for each in there.model.connections
            ]
            assert sum(each > 0 for each in greeted) == count
            assert len(greeted) > count  # some were prepared where the media did not come

    asyncio.run(main())


def test_after_a_failed_model_every_process_leads_to_the_fallback(server: Server) -> None:
    """C18, C155: the apology is heard, then the fallback number is dialled, and nothing cuts it."""

    async def main() -> None:
        faults = RealtimeSettings(faults=(Fault("close", at=12, value=1011),))
        async with row(server.url, model=faults, VOICEGATE_FALLBACK_NUMBER=FALLBACK) as there:
            count = 4
            steps = (Pause(12_000), HangUp())
            reports = await asyncio.gather(*(there.place(*steps, seed=s) for s in range(count)))
            for report in reports:
                afters = [each for each in report.requests if each.path == "/twilio/after"]
                assert isinstance(afters[0].result, WebAnswer)
                assert f"<Number>{FALLBACK}".encode() in afters[0].result.body
                assert len(report.heard_audio) > 8_000
            assert there.ends() == {"model_lost": count}

    asyncio.run(main())


def test_all_gateways_together_take_as_many_calls_as_the_limit(server: Server) -> None:
    """C151, C154: the rest get the fallback and no model; who ends makes room."""

    async def main() -> None:
        async with row(server.url, VOICEGATE_MAX_CALLS_TOTAL="2") as there:
            stay = (HearAgent(400, patience_ms=20_000), Pause(60_000), HangUp())
            early = [asyncio.create_task(there.place(*stay, seed=s)) for s in range(2)]
            while sum(call.has_started for each in there.gateways for call in each.calls) < 2:
                await _soon()
            wait = (Pause(60_000), HangUp())
            refused = await asyncio.gather(*(there.place(*wait, seed=s) for s in range(4)))
            assert not [report for report in refused if report.streams]
            assert there.ends() == {"overload_refused": 4}
            assert len(there.model.connections) <= 4  # where the two rang, and where they are
            (first, *_) = [call for each in there.gateways for call in each.calls]
            there.carrier.hang_up(first.call_sid)
            while sum(len(each.calls) for each in there.gateways) > 1:
                await _soon()
            async with asyncio.timeout(90):  # the place is free when that stands in Redis
                for seed in count(5):
                    if (await there.place(*TALK, seed=seed)).streams:
                        break
            for call in [call for each in there.gateways for call in each.calls]:
                there.carrier.hang_up(call.call_sid)
            await asyncio.gather(*early)

    asyncio.run(main())


@pytest.mark.parametrize("how", ["killed", "held up"])
def test_with_redis_away_calls_go_on_and_come_and_are_known_again_afterwards(
    server: Server, how: str
) -> None:
    """C156, N7: away for the length of a call; it may come back with nothing, and is told."""
    leave, come_back = (
        (server.stop, server.start) if how == "killed" else (server.hold, server.release)
    )

    async def main() -> None:
        async with row(server.url, count=1) as there:
            (gateway,) = there.gateways
            assert isinstance(gateway.shared, RedisCalls)
            steps = (HearAgent(400, patience_ms=20_000), Pause(80_000), HangUp())
            early = asyncio.create_task(there.place(*steps))
            while not [call for call in gateway.calls if call.has_started]:
                await _soon()
            (live,) = gateway.calls
            leave()
            report = await there.place(*TALK, seed=1)
            assert len(report.streams) == 1
            assert there.ends() == {"caller_hung_up": 1}
            come_back()
            wanted = CallRecord(live.facts, gateway.shared.process, has_started=True)
            assert await _found(gateway.shared, live.call_sid) == wanted
            over = await _found(gateway.shared, report.call_sid)
            assert (over.has_started, over.reason) == (True, EndReason.CALLER_HUNG_UP)
            there.carrier.hang_up(live.call_sid)
            await early
            assert there.ends() == {"caller_hung_up": 2}

    asyncio.run(main())


async def _found(calls: RedisCalls, call_sid: str) -> CallRecord:
    async with asyncio.timeout(20):
        while True:
            with suppress(StoreError):  # it has to wake up first
                found = await calls.find(call_sid)
                if found is not None and (found.has_started or found.reason is not None):
                    return found
            await _soon()


async def _soon() -> None:
    due = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(0.01, due.set_result, None)
    await due
