"""The real gateway on a real port, and the simulated ends beside it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import pytest

from voicegate.gateway.server import listen, run
from voicegate.gateway.settings import load
from voicegate.gateway.sim.brains import Answer, ScriptBrain, Speech
from voicegate.gateway.sim.carrier_account import AccountSettings, OwnNumber
from voicegate.gateway.sim.carrier_server import CarrierServer, serve_carrier
from voicegate.gateway.sim.carrier_socket import Network
from voicegate.gateway.sim.documents import Target
from voicegate.gateway.sim.exchange import Callee
from voicegate.gateway.sim.realtime_server import RealtimeListener, serve_realtime
from voicegate.gateway.sim.realtime_settings import RealtimeSettings
from voicegate.gateway.wiring import Gateway, build

PUBLIC_URL = "https://voice.example.com"
ACCOUNT_SID = "AC" + "1" * 32
AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
NUMBER = OwnNumber("+15550100002", Target(f"{PUBLIC_URL}/twilio/voice"))
BUSY = Callee("busy", ring_ms=300)
ANSWER = Answer((Speech("As you wish.", audio_ms=4_000),))


@dataclass(frozen=True, slots=True)
class House:
    """A gateway, its model and its carrier, all listening."""

    gateway: Gateway
    port: int
    model: RealtimeListener
    carrier: CarrierServer
    number: OwnNumber = NUMBER
    public_url: str = PUBLIC_URL
    account_sid: str = ACCOUNT_SID
    auth_token: str = AUTH_TOKEN


Build = Callable[..., AbstractAsyncContextManager[House]]


@asynccontextmanager
async def _house(
    model_settings: RealtimeSettings | None = None, **environ: str
) -> AsyncGenerator[House, None]:
    answers = ScriptBrain([ANSWER])
    async with serve_realtime(
        "127.0.0.1", 0, model_settings or RealtimeSettings(), lambda: answers, is_kept=True
    ) as model:
        listener = listen("127.0.0.1", 0, is_insecure=False)
        port: int = listener.getsockname()[1]
        account = AccountSettings(ACCOUNT_SID, AUTH_TOKEN, (NUMBER,))
        network = Network(("127.0.0.1", port))
        async with serve_carrier(
            "127.0.0.1", 0, account, network=network, callees=lambda _number: BUSY
        ) as carrier:
            settings = load(
                {
                    "OPENAI_API_KEY": "sk-test-0123456789",
                    "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
                    "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
                    "VOICEGATE_PUBLIC_URL": PUBLIC_URL,
                    "VOICEGATE_OPENAI_URL": f"ws://127.0.0.1:{model.port}/v1/realtime",
                    "VOICEGATE_TWILIO_API_URL": f"http://127.0.0.1:{carrier.port}",
                    **environ,
                },
                None,
            )
            gateway = build(settings, is_insecure=False)
            serving = asyncio.create_task(run(gateway, listener))
            try:
                yield House(gateway, port, model, carrier)
            finally:
                gateway.drain.signal()
                gateway.drain.signal()
                gateway.drain.signal()
                await asyncio.wait_for(serving, 20)


@pytest.fixture
def house() -> Build:
    """Opens the house: `async with house(VOICEGATE_AUDIO="pcmu") as open_house: …`."""
    return _house
