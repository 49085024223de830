"""Media sockets on a gateway's port: strangers, impostors, and the stream that is awaited."""

import asyncio
import base64
import hmac
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidStatus

from voicegate.gateway.lobby import Lobby
from voicegate.gateway.server import listen
from voicegate.gateway.settings import load
from voicegate.gateway.sim.house import running
from voicegate.gateway.stream_fault import StreamFault
from voicegate.gateway.tokens import Grant, MemoryTokenStore, StreamTokens, TokenFault, derive_key
from voicegate.gateway.wiring import Gateway, build

AUTH, ACCOUNT = "0123456789abcdef", "AC" + "a" * 32
CALLER, CALLED = "+15550100001", "+15550100002"
OTHER = "CA" + "f" * 32  # of a call that never rang
FRAME = bytes(range(160))


def sign(url: str, fields: dict[str, str] | None = None) -> dict[str, str]:
    signed = url + "".join(name + value for name, value in sorted((fields or {}).items()))
    digest = hmac.digest(AUTH.encode(), signed.encode(), "sha1")
    return {"X-Twilio-Signature": base64.b64encode(digest).decode()}


CONNECTED = {"event": "connected", "protocol": "Call", "version": "1.0.0"}


def media(number: int) -> dict[str, Any]:
    payload = base64.b64encode(FRAME).decode()
    inner = {"track": "inbound", "timestamp": str(155 + 20 * number), "payload": payload}
    return {"event": "media", "streamSid": "MZ1", "media": inner}


@dataclass
class World:
    """A gateway on its port, a model that notes all it is sent, and a carrier that can sign."""

    gateway: Gateway
    port: int
    http: httpx.AsyncClient
    sid: str = ""  # of the call that rang last
    said: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def announce(self) -> str:
        """Let another call ring; the token of its stream."""
        self.sid = f"CA{int(self.sid[2:] or 0) + 1:032d}"
        fields = {"CallSid": self.sid, "AccountSid": ACCOUNT, "From": CALLER, "To": CALLED}
        headers = sign("https://voice.example.com/twilio/voice", fields)
        answer = await self.http.post("/twilio/voice", data=fields, headers=headers)
        assert answer.status_code == 200
        return answer.text.partition('name="token" value="')[2].partition('"')[0]

    def start(self, token: str, **changes: Any) -> dict[str, Any]:
        """The carrier's `start`, with members of its inner object as asked."""
        inner = {
            "streamSid": "MZ1",
            "accountSid": ACCOUNT,
            "callSid": self.sid,
            "tracks": ["inbound"],
            "customParameters": {"token": token},
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        }
        outer = {"event": "start", "sequenceNumber": "1", "streamSid": "MZ1"}
        return {**outer, "start": inner | changes}

    def media(self, path: str = "/twilio/media", *, signed: str | None = None) -> connect:
        url = f"wss://voice.example.com{path}" if signed is None else signed
        return connect(f"ws://127.0.0.1:{self.port}{path}", additional_headers=sign(url))

    async def refused(self) -> dict[str, int]:
        """Refusals by cause, so far."""
        figures = self.gateway.metrics.render()[0].decode().splitlines()
        name = 'voicegate_streams_refused_total{cause="'
        found = [line.removeprefix(name) for line in figures if line.startswith(name)]
        return {line.partition('"')[0]: int(float(line.rpartition(" ")[2])) for line in found}

    async def hears(self, count: int, kind: str) -> None:
        """Wait until the model was sent so many messages of that kind."""
        while sum(message["type"] == kind for message in self.said) < count:
            self.news.clear()
            await self.news.wait()

    async def serve_model(self, connection: ServerConnection) -> None:
        await connection.send('{"type":"session.created","session":{}}')
        async for text in connection:
            message = orjson.loads(text)
            self.said.append(message)
            self.news.set()
            for answer in _answers(message):
                await connection.send(orjson.dumps(answer).decode())


def _answers(message: dict[str, Any]) -> list[dict[str, Any]]:
    if message["type"] == "session.update":
        return [{"type": "session.updated", "session": message["session"]}]
    if message["type"] != "response.create":
        return []
    delta = base64.b64encode(FRAME * 2).decode()
    ids = {"response_id": "r1", "item_id": "i1"}
    return [
        {"type": "response.created", "response": {"id": "r1"}},
        {"type": "response.output_audio.delta", "delta": delta, **ids},
        {"type": "response.output_audio.done", **ids},
        {"type": "response.done", "response": {"id": "r1", "status": "completed"}},
    ]


@asynccontextmanager
async def world() -> AsyncGenerator[World, None]:
    listener = listen("127.0.0.1", 0, is_insecure=False)
    made: list[World] = []
    async with serve(lambda socket: made[0].serve_model(socket), "127.0.0.1", 0) as model:
        port = next(iter(model.sockets)).getsockname()[1]
        settings = load(
            {
                "OPENAI_API_KEY": "sk-of-a-test",
                "TWILIO_ACCOUNT_SID": ACCOUNT,
                "TWILIO_AUTH_TOKEN": AUTH,
                "VOICEGATE_PUBLIC_URL": "https://voice.example.com",
                "VOICEGATE_OPENAI_URL": f"ws://127.0.0.1:{port}/v1/realtime",
                "VOICEGATE_AUDIO": "pcmu",
                "VOICEGATE_DRAIN_S": "0",
            },
            env_file=None,
        )
        gateway = build(settings, is_insecure=False)
        port = listener.getsockname()[1]
        async with (
            running(gateway, listener),
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http,
        ):
            made.append(World(gateway, port, http))
            yield made[0]


async def say(socket: ClientConnection, *messages: dict[str, Any]) -> None:
    for message in messages:
        await socket.send(orjson.dumps(message).decode())


async def closing(socket: ClientConnection) -> tuple[int, list[str | bytes]]:
    """The code with which the gateway closes, and what it sent before."""
    got: list[str | bytes] = []
    try:
        while True:
            got.append(await socket.recv())
    except ConnectionClosed as end:
        return (end.rcvd.code if end.rcvd else 1006), got


async def status(opening: connect) -> int:
    """The HTTP status with which an upgrade is refused."""
    with pytest.raises(InvalidStatus) as refused:
        await opening
    return refused.value.response.status_code


# -- twelve kinds of refusal, and some more -------------------------------------------------------

Refusal = Callable[[World, str], Awaitable[object]]


async def elsewhere(there: World, _token: str) -> object:
    return await status(there.media("/twilio/other"))


async def unsigned(there: World, _token: str) -> object:
    return await status(connect(f"ws://127.0.0.1:{there.port}/twilio/media"))


async def signed_as_https(there: World, _token: str) -> object:
    return await status(there.media(signed="https://voice.example.com/twilio/media"))


async def crowded(there: World, _token: str) -> object:
    async with there.media(), there.media():
        return await status(there.media())


async def silent(there: World, _token: str) -> object:
    async with there.media() as socket:
        return await closing(socket)


async def chatting(there: World, token: str) -> object:
    async with there.media() as socket:
        await say(socket, CONNECTED, media(0), there.start(token))
        return await closing(socket)


async def talking_nonsense(there: World, token: str) -> object:
    async with there.media() as socket:
        await socket.send("hello")
        await socket.send("[" * 1_000)
        await say(socket, there.start(token))
        return await closing(socket)


async def sending_bytes(there: World, _token: str) -> object:
    async with there.media() as socket:
        await socket.send(b"\x00\x01")
        return await closing(socket)


async def starting(there: World, message: dict[str, Any]) -> object:
    async with there.media() as socket:
        await say(socket, CONNECTED, message, media(0))
        return await closing(socket)


async def without_token(there: World, token: str) -> object:
    return await starting(there, there.start(token, customParameters={"other": token}))


async def with_half_a_start(there: World, token: str) -> object:
    async with there.media() as socket:
        await say(socket, CONNECTED, there.start(token, mediaFormat=None))
        return await closing(socket)


async def with_a_malformed_token(there: World, _token: str) -> object:
    return await starting(there, there.start("guess"))


async def with_a_forged_token(there: World, token: str) -> object:
    said, _, signature = token.partition(".")
    forged = signature.swapcase()
    return await starting(there, there.start(f"{said}.{forged}"))


def forge(ttl_ms: int, call_sid: str, call_id: str = "1") -> str:
    """A token as only somebody with our key can make it."""
    tokens = StreamTokens(derive_key(AUTH), MemoryTokenStore(_now_ms), _now_ms)
    return tokens.issue(Grant(call_id, call_sid, ACCOUNT, 0), ttl_ms)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


async def with_an_expired_token(there: World, _token: str) -> object:
    return await starting(there, there.start(forge(-1, there.sid)))


async def for_another_call(there: World, token: str) -> object:
    return await starting(there, there.start(token, callSid=OTHER))


async def from_another_account(there: World, token: str) -> object:
    return await starting(there, there.start(token, accountSid="AC" + "b" * 32))


async def for_an_unknown_call(there: World, _token: str) -> object:
    return await starting(there, there.start(forge(30_000, OTHER), callSid=OTHER))


async def for_an_earlier_call_of_this_sid(there: World, _token: str) -> object:
    return await starting(there, there.start(forge(30_000, there.sid, "earlier")))


POLICY: tuple[int, list[str | bytes]] = (1008, [])
REFUSALS: dict[Refusal, tuple[object, StreamFault | TokenFault | None]] = {
    elsewhere: (403, None),
    unsigned: (403, StreamFault.UNSIGNED),
    signed_as_https: (403, StreamFault.UNSIGNED),
    crowded: (503, StreamFault.CROWDED),
    silent: (POLICY, StreamFault.LATE),
    chatting: (POLICY, StreamFault.NO_START),
    talking_nonsense: (POLICY, StreamFault.NO_START),
    sending_bytes: (POLICY, StreamFault.BINARY),
    without_token: (POLICY, StreamFault.NO_TOKEN),
    with_half_a_start: (POLICY, StreamFault.NO_START),
    with_a_malformed_token: (POLICY, TokenFault.MALFORMED),
    with_a_forged_token: (POLICY, TokenFault.BAD_SIGNATURE),
    with_an_expired_token: (POLICY, TokenFault.EXPIRED),
    for_another_call: (POLICY, TokenFault.FOREIGN_CALL),
    from_another_account: (POLICY, TokenFault.FOREIGN_CALL),
    for_an_unknown_call: (POLICY, StreamFault.UNKNOWN_CALL),
    for_an_earlier_call_of_this_sid: (POLICY, StreamFault.UNKNOWN_CALL),
}


def test_who_is_refused_costs_nothing_and_disturbs_nobody(
    subtests: pytest.Subtests, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C7, C137, C140: no byte at the model; the real stream that comes next is served as ever."""

    async def main() -> None:
        async with world() as there:
            for refusal, (outcome, cause) in REFUSALS.items():
                with subtests.test(refusal.__name__), monkeypatch.context() as patch:
                    patch.setattr(Lobby, "guests_max", 2)
                    if refusal is silent:
                        patch.setattr(Lobby, "start_timeout_s", 0.05)
                    there.said.clear()
                    before = await there.refused()
                    token = await there.announce()
                    await there.hears(1, "session.update")
                    assert await refusal(there, token) == outcome
                    added = {cause: before.get(cause, 0) + 1} if cause else {}
                    assert await there.refused() == before | added
                    assert [message["type"] for message in there.said] == ["session.update"]
                    await the_real_stream_is_served(there, token)

    asyncio.run(asyncio.wait_for(main(), 20))


async def the_real_stream_is_served(there: World, token: str) -> None:
    async with there.media() as socket:
        await say(socket, CONNECTED, there.start(token), *(media(number) for number in range(3)))
        answer = orjson.loads(await socket.recv())
        while answer["event"] != "media":
            answer = orjson.loads(await socket.recv())
        assert answer["streamSid"] == "MZ1"
        assert base64.b64decode(answer["media"]["payload"]) in (FRAME, FRAME * 2)
        await there.hears(3, "input_audio_buffer.append")
        heard = [m["audio"] for m in there.said if m["type"] == "input_audio_buffer.append"]
        assert heard == [base64.b64encode(FRAME).decode()] * 3
        await say(socket, {"event": "stop", "streamSid": "MZ1", "stop": {}})


def test_a_second_socket_of_a_call_is_refused_and_the_first_goes_on() -> None:
    """C24, C140: a replayed upgrade, with the very same token."""

    async def main() -> None:
        async with world() as there:
            token = await there.announce()
            async with there.media() as first:
                await say(first, CONNECTED, there.start(token), media(0))
                await there.hears(1, "input_audio_buffer.append")
                said = len(there.said)
                assert await starting(there, there.start(token)) == POLICY
                assert await there.refused() == {TokenFault.USED: 1}
                assert len(there.said) == said
                await say(first, media(1))
                await there.hears(2, "input_audio_buffer.append")

    asyncio.run(asyncio.wait_for(main(), 20))


def test_of_many_sockets_with_one_token_one_is_served() -> None:
    """C140."""

    async def main() -> None:
        async with world() as there:
            token = await there.announce()
            sockets = await asyncio.gather(*(there.media() for _ in range(20)))
            await asyncio.gather(
                *(say(socket, CONNECTED, there.start(token)) for socket in sockets)
            )
            first = await asyncio.gather(*(_first(socket) for socket in sockets))
            assert sorted(map(str, first)) == ["1008"] * 19 + ["spoken to"]
            assert await there.refused() == {TokenFault.USED: 19}
            await asyncio.gather(*(socket.close() for socket in sockets))

    async def _first(socket: ClientConnection) -> int | str:
        try:
            await socket.recv()
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else 1006
        return "spoken to"

    asyncio.run(asyncio.wait_for(main(), 20))


def test_a_sound_that_nobody_can_speak_ends_the_call() -> None:
    """C7, C20: `media_unsupported`; what comes after the stream is the fallback."""

    async def main() -> None:
        async with world() as there:
            token = await there.announce()
            pcm = {"encoding": "audio/x-l16", "sampleRate": 16000, "channels": 1}
            assert await starting(there, there.start(token, mediaFormat=pcm)) == POLICY
            assert await there.refused() == {StreamFault.MEDIA_UNSUPPORTED: 1}
            fields = {"CallSid": there.sid, "AccountSid": ACCOUNT, "CallStatus": "in-progress"}
            headers = sign("https://voice.example.com/twilio/after", fields)
            answer = await there.http.post("/twilio/after", data=fields, headers=headers)
            assert "<Say>" in answer.text

    asyncio.run(asyncio.wait_for(main(), 20))
