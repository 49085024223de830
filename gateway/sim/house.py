"""A whole gateway on loopback between its simulated ends, for tests and trials."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ..server import listen, run
from ..settings import Settings, load
from ..wiring import Gateway, build
from .carrier.account import AccountSettings, OwnNumber
from .carrier.documents import Target
from .carrier.exchange import Callee
from .carrier.media_socket import Network
from .carrier.server import CarrierServer, serve_carrier
from .realtime.brains import Answer, Brain, ScriptBrain, Speech
from .realtime.server import RealtimeListener, serve_realtime
from .realtime.settings import RealtimeSettings

PUBLIC_URL = "https://voice.example.com"
ACCOUNT_SID = "AC" + "1" * 32
AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
NUMBER = OwnNumber("+15550100002", Target(f"{PUBLIC_URL}/twilio/voice"))
ANSWER = Answer((Speech("As you wish.", audio_ms=4_000),))
BUSY = Callee("busy", ring_ms=300)
LEAVES_WITHIN_S = 20


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

    def figures(self, name: str) -> list[str]:
        """The lines of `/metrics` that begin with this name."""
        text = self.gateway.metrics.render()[0].decode()
        return [line for line in text.split("\n") if line.startswith(name)]


@asynccontextmanager
async def open_house(
    model_settings: RealtimeSettings | None = None, **environ: str
) -> AsyncGenerator[House, None]:
    """Everything runs until the block ends, in this loop; `environ` are settings of the gateway.

    Signatures are on. The model says four seconds at a time; whoever else is called is busy.
    """
    async with serve_realtime(
        "127.0.0.1", 0, model_settings or RealtimeSettings(), scripted_brain, is_kept=True
    ) as model:
        listener = listen("127.0.0.1", 0, is_insecure=False)
        port: int = listener.getsockname()[1]
        account = AccountSettings(ACCOUNT_SID, AUTH_TOKEN, (NUMBER,))
        network = Network(("127.0.0.1", port))
        async with serve_carrier(
            "127.0.0.1", 0, account, network=network, callees=lambda _number: BUSY
        ) as carrier:
            settings = house_settings(model.port, carrier.port, **environ)
            gateway = build(settings, is_insecure=False)
            async with running(gateway, listener):
                yield House(gateway, port, model, carrier)


def house_settings(model_port: int, carrier_port: int, **environ: str) -> Settings:
    """Those of a gateway between these ends."""
    return load(
        {
            "OPENAI_API_KEY": "sk-test-0123456789",
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "VOICEGATE_PUBLIC_URL": PUBLIC_URL,
            "VOICEGATE_OPENAI_URL": f"ws://127.0.0.1:{model_port}/v1/realtime",
            "VOICEGATE_TWILIO_API_URL": f"http://127.0.0.1:{carrier_port}",
            **environ,
        },
        None,
    )


@asynccontextmanager
async def running(gateway: Gateway, listener: socket.socket) -> AsyncGenerator[None, None]:
    """It serves there until the block ends, and then leaves at once: its callers are not real."""
    serving = asyncio.create_task(run(gateway, listener))
    try:
        yield
    finally:
        for _ in range(3):  # the third signal is: at once
            gateway.drain.signal()
        await asyncio.wait_for(serving, LEAVES_WITHIN_S)


def scripted_brain() -> Brain:
    """Says the one answer, over and over."""
    return ScriptBrain([ANSWER])
