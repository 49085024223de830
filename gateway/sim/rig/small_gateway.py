"""A gateway on real sockets that answers by path and keeps what it was sent, and its carrier."""

import asyncio
import base64
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from random import Random
from typing import Any

import orjson
from aiohttp import web
from twilio.request_validator import RequestValidator  # pyright: ignore[reportMissingTypeStubs]

from ..carrier.account import AccountSettings, OwnNumber
from ..carrier.call_report import CallReport
from ..carrier.caller import Caller, Step
from ..carrier.documents import Target
from ..carrier.exchange import CallTiming
from ..carrier.media_socket import Network
from ..carrier.server import CarrierServer, serve_carrier
from ..carrier.settings import CarrierSettings

ACCOUNT, TOKEN = "AC" + "1" * 32, "tw_auth_token_for_tests_0123456789"

HOST = "https://voice.example.com"

CALLER, OWN = "+15550100001", "+15550100002"

NUMBER = OwnNumber(OWN, Target(f"{HOST}/voice"), status=Target(f"{HOST}/status"))

QUICK = CallTiming((0, 10), (0, 5), (0, 5), 0, 0, 0)

SETTINGS = AccountSettings(ACCOUNT, TOKEN, (NUMBER,), QUICK)

STREAM = (
    '<Response><Connect action="/after"><Stream url="wss://voice.example.com/media"'
    ' statusCallback="/stream"><Parameter name="tok" value="t-1"/></Stream></Connect></Response>'
)

HANGUP = "<Response><Hangup/></Response>"


Talk = Callable[["SmallGateway", web.WebSocketResponse, str], Coroutine[None, None, None]]


def reply(event: str, sid: str, **fields: object) -> str:
    """A message to the carrier."""
    return orjson.dumps({"event": event, "streamSid": sid, **fields}).decode()


def media(sid: str, audio: bytes) -> str:
    """One with audio."""
    return reply("media", sid, media={"payload": base64.b64encode(audio).decode()})


class SmallGateway:
    """Answers by path and keeps what it was sent; `talk` is called with each `start`."""

    def __init__(self, talk: Talk, documents: dict[str, str]) -> None:
        self.port = 0
        self.headers: list[dict[str, str]] = []
        self.messages: list[dict[str, Any]] = []
        self.unsigned: list[str] = []
        self.forms: list[dict[str, object]] = []
        self._talk = talk
        self._documents = documents
        self._validator: Any = RequestValidator(TOKEN)

    def app(self) -> web.Application:
        """Its paths."""
        app = web.Application()
        app.router.add_get("/media", self._media)
        app.router.add_route("*", "/{path:.*}", self._webhook)
        return app

    async def _webhook(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.forms.append({name: value for name, value in form.items() if name == "CallSid"})
        signature = request.headers["X-Twilio-Signature"]
        if not self._validator.validate(f"{HOST}{request.path_qs}", form, signature):
            self.unsigned.append(request.path)
        if request.path == "/moved":
            raise web.HTTPFound("/voice")
        document = self._documents.get(request.path)
        if document is None:
            return web.Response(status=204)
        return web.Response(text=document, content_type="text/xml")

    async def _media(self, request: web.Request) -> web.WebSocketResponse:
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        url = "wss://voice.example.com/media"
        if not self._validator.validate(url, {}, request.headers["X-Twilio-Signature"]):
            raise web.HTTPForbidden
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            self.messages.append(orjson.loads(message.data))
            sid = self.messages[-1].get("streamSid", "")
            if self.messages[-1]["event"] != "media":
                await self._talk(self, socket, sid)
        return socket

    def events(self, *names: str) -> list[dict[str, Any]]:
        """The messages of these kinds."""
        return [message for message in self.messages if message["event"] in names]


@asynccontextmanager
async def gateway(talk: Talk | None = None, **documents: str) -> AsyncGenerator[SmallGateway, None]:
    """A gateway whose documents are named by their path without the slash."""
    answers = {"/voice": STREAM, "/after": HANGUP}
    answers |= {f"/{name}": document for name, document in documents.items()}
    machine = SmallGateway(talk or listen, answers)
    runner = web.AppRunner(machine.app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    machine.port = runner.addresses[0][1]
    try:
        yield machine
    finally:
        await runner.cleanup()


async def listen(_town: SmallGateway, _socket: web.WebSocketResponse, _sid: str) -> None:
    """Say nothing."""


def carrier(
    town: SmallGateway, network: Network | None = None, stream: CarrierSettings | None = None
) -> AbstractAsyncContextManager[CarrierServer]:
    """The carrier whose calls come to this gateway."""
    network = network or Network(("127.0.0.1", town.port))
    return serve_carrier("127.0.0.1", 0, SETTINGS, network=network, stream_settings=stream)


async def call(server: CarrierServer, *steps: Step, number: OwnNumber = NUMBER) -> CallReport:
    """Somebody calls the number and does this."""
    async with asyncio.timeout(10):
        return await server.place_call(number, CALLER, Caller(steps, Random(1)))
