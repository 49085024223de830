"""Media sockets whose token takes its time to be looked up."""

import asyncio
import base64
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from voicegate.gateway.call_record import CallFacts
from voicegate.gateway.core.actions import EndReason, HearAudio, ModelAction
from voicegate.gateway.core.agent import AgentPlan
from voicegate.gateway.core.agent_script import agent_alone
from voicegate.gateway.core.call import Call
from voicegate.gateway.core.events import ModelConnected, ModelOpened
from voicegate.gateway.core.terms import CallLimits, Prompts
from voicegate.gateway.core.wire import Deliver
from voicegate.gateway.hang_ups import HangUps
from voicegate.gateway.live_calls import LiveCall, LiveCalls
from voicegate.gateway.lobby import Lobby
from voicegate.gateway.loop_clock import LoopClock
from voicegate.gateway.metrics import Metrics
from voicegate.gateway.reporter import Reporter
from voicegate.gateway.session import Session
from voicegate.gateway.shared_calls import Hall, MemoryCalls
from voicegate.gateway.sim.rig.loops import at_once, run
from voicegate.gateway.socket_limits import CARRIER_LIMITS
from voicegate.gateway.sockets import accepting
from voicegate.gateway.stream_fault import StreamFault
from voicegate.gateway.switch import UpgradeHead
from voicegate.gateway.switchboard import Answerer, Switchboard
from voicegate.gateway.tokens import Grant, StreamTokens
from voicegate.numbers.directory import Answering

ACCOUNT, SID = "AC" + "a" * 32, "CA" + "1" * 32


class Store:
    """Says yes, but only when it is let."""

    def __init__(self) -> None:
        self.was_asked = asyncio.Event()
        self.may_answer = asyncio.Event()

    async def consume(self, nonce: str, expires_at_ms: int) -> bool:
        self.was_asked.set()
        await self.may_answer.wait()
        return True


class Model:
    """Is ready at once, and keeps what it hears."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.news = asyncio.Event()

    def start(self, deliver: Deliver) -> None:
        deliver(ModelConnected())
        deliver(ModelOpened("audio/pcmu", "audio/pcmu"))

    def perform(self, action: ModelAction) -> None:
        if isinstance(action, HearAudio):
            self.heard.append(action.payload)
            self.news.set()

    async def hears(self, count: int) -> list[bytes]:
        while len(self.heard) < count:
            self.news.clear()
            await self.news.wait()
        return self.heard

    def backlog_bytes(self) -> int:
        return 0

    def close(self) -> None:
        pass


class Entrance:
    """A lobby on a port of its own, and one call that has rung."""

    def __init__(self) -> None:
        self.store = Store()
        self.model = Model()
        self.metrics = Metrics()
        self.calls = LiveCalls(lambda: 0)
        self.tokens = StreamTokens(b"key", self.store, lambda: 0)
        switchboard = Switchboard(
            calls=self.calls,
            shared=MemoryCalls("here", Hall(lambda: 0)),
            open_session=self._open,
            hang_ups=HangUps(None),
        )
        self.lobby = Lobby(switchboard.claim, self.tokens, None, self.metrics)
        at_once(switchboard.announce(CallFacts("one", SID), Answering(None)))
        call = self.calls.find(SID)
        assert isinstance(call, LiveCall)
        self.call = call

    def _open(
        self, facts: CallFacts, answerer: Answerer, on_end: Callable[[EndReason], None]
    ) -> Session:
        return Session(
            Call(agent_alone(AgentPlan(greeting=None)), CallLimits(), Prompts()),
            clock=LoopClock(lambda: None),
            open_model=lambda _: self.model,
            watcher=Reporter("one", self.metrics),
            on_end=lambda reason: None,
        )

    def protocol(self) -> asyncio.BufferedProtocol:
        accept = self.lobby.gate(UpgradeHead("/twilio/media", {}))
        assert not isinstance(accept, int)
        return accepting(accept, CARRIER_LIMITS)

    def start(self) -> bytes:
        token = self.tokens.issue(Grant("one", SID, ACCOUNT, 0), 30_000)
        inner = {
            "streamSid": "MZ1",
            "accountSid": ACCOUNT,
            "callSid": SID,
            "customParameters": {"token": token},
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        }
        return orjson.dumps({"event": "start", "streamSid": "MZ1", "start": inner})

    def refused(self, cause: StreamFault) -> float | None:
        name, labels = "voicegate_streams_refused_total", {"cause": cause.value}
        return self.metrics.registry.get_sample_value(name, labels)


@asynccontextmanager
async def hall() -> AsyncGenerator[tuple[Entrance, str], None]:
    made = Entrance()
    server = await asyncio.get_running_loop().create_server(made.protocol, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield made, f"ws://127.0.0.1:{port}/"


def media(number: int) -> bytes:
    payload = base64.b64encode(bytes([number]) * 160).decode()
    inner = {"timestamp": str(155 + 20 * number), "payload": payload}
    return orjson.dumps({"event": "media", "streamSid": "MZ1", "media": inner})


async def say(socket: ClientConnection, *messages: bytes) -> None:
    for message in messages:
        await socket.send(message.decode())


async def close_code(socket: ClientConnection) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        await socket.recv()
    return closed.value.rcvd.code if closed.value.rcvd else 1006


def test_what_comes_while_the_token_is_looked_up_is_heard_first_and_in_order() -> None:
    """C27: nothing of the caller is lost."""

    async def main() -> None:
        async with hall() as (there, url), connect(url) as socket:
            await say(socket, there.start(), *map(media, range(5)))
            await there.store.was_asked.wait()
            assert there.model.heard == []
            assert len(there.lobby) == 1
            there.store.may_answer.set()
            await say(socket, *map(media, range(5, 10)))
            heard = await there.model.hears(10)
            assert heard == [bytes([number]) * 160 for number in range(10)]
            assert len(there.lobby) == 0

    run(main())


def test_what_is_kept_meanwhile_is_bounded() -> None:
    """C153: five seconds of audio."""

    async def main() -> None:
        async with hall() as (there, url), connect(url) as socket:
            await say(socket, there.start(), *[media(0)] * 251)
            assert await close_code(socket) == 1008
            assert there.refused(StreamFault.FLOODED) == 1.0
            there.store.may_answer.set()
            assert not there.call.has_started
            assert len(there.lobby) == 0

    run(main())


def test_a_look_up_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Lobby, "start_timeout_s", 0.05)

    async def main() -> None:
        async with hall() as (there, url), connect(url) as socket:
            await say(socket, there.start())
            assert await close_code(socket) == 1008
            assert there.refused(StreamFault.LATE) == 1.0
            assert not there.call.has_started

    run(main())


def test_who_leaves_meanwhile_is_not_connected_any_more() -> None:
    async def main() -> None:
        async with hall() as (there, url):
            async with connect(url) as socket:
                await say(socket, there.start())
                await there.store.was_asked.wait()
            there.store.may_answer.set()
            async with connect(url) as other:
                await say(other, there.start(), media(0))
                await there.model.hears(1)
                assert there.call.has_started
            assert len(there.lobby) == 0

    run(main())


def test_a_second_stream_is_refused_even_with_a_token_of_its_own() -> None:
    """C24."""

    async def main() -> None:
        async with hall() as (there, url), connect(url) as first, connect(url) as second:
            there.store.may_answer.set()
            await say(first, there.start(), media(0))
            await there.model.hears(1)
            await say(second, there.start())
            assert await close_code(second) == 1008
            assert there.refused(StreamFault.SECOND_STREAM) == 1.0
            await say(first, media(1))
            await there.model.hears(2)

    run(main())


def test_a_stream_for_a_call_that_ended_meanwhile_is_refused() -> None:
    async def main() -> None:
        async with hall() as (there, url), connect(url) as socket:
            await say(socket, there.start())
            await there.store.was_asked.wait()
            there.calls.end(SID, EndReason.CALLER_HUNG_UP)
            there.store.may_answer.set()
            assert await close_code(socket) == 1008
            assert there.refused(StreamFault.UNKNOWN_CALL) == 1.0

    run(main())
