"""The yardstick relays as the sample does: beside a scripted model and a scripted carrier."""

import asyncio
import base64
import json
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve

from voicegate.gateway.sim.bench.relay import MEDIA_PATH, relay
from voicegate.gateway.sim.rig.serving import serving

SPEECH = base64.b64encode(bytes(range(160))).decode()

Model = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def call(model: Model) -> AsyncGenerator[ClientConnection]:
    """A carrier's socket at a relay whose model does as it is told; `start` has been sent."""
    async with serve(model, "127.0.0.1", 0) as models:
        model_url = f"ws://127.0.0.1:{next(iter(models.sockets)).getsockname()[1]}/"
        config = uvicorn.Config(relay(model_url), port=0, log_config=None)
        async with serving(config) as served:
            url = f"ws://127.0.0.1:{served.port}{MEDIA_PATH}"
            async with connect(url, compression=None) as carrier:
                await say(carrier, event="start", start={"streamSid": "MZ1"}, streamSid="MZ1")
                yield carrier


async def say(wire: ClientConnection | ServerConnection, **message: Any) -> None:
    await wire.send(json.dumps(message))


async def hear(wire: ClientConnection | ServerConnection) -> Any:
    return json.loads(await wire.recv())


async def frame(carrier: ClientConnection, timestamp_ms: int) -> None:
    await say(carrier, event="media", media={"timestamp": str(timestamp_ms), "payload": SPEECH})


async def delta(model: ServerConnection) -> None:
    await say(model, type="response.output_audio.delta", item_id="item_1", delta=SPEECH)


def test_each_frame_is_appended_and_each_delta_played_and_marked():
    async def model(wire: ServerConnection) -> None:
        assert (await hear(wire))["type"] == "session.update"
        for _ in range(3):
            assert await hear(wire) == {"type": "input_audio_buffer.append", "audio": SPEECH}
            await delta(wire)
        await wire.wait_closed()

    async def main() -> None:
        async with call(model) as carrier:
            for number in range(3):
                await frame(carrier, number * 20)
                media = {"event": "media", "streamSid": "MZ1", "media": {"payload": SPEECH}}
                assert await hear(carrier) == media
                mark = {"event": "mark", "streamSid": "MZ1", "mark": {"name": "responsePart"}}
                assert await hear(carrier) == mark

    asyncio.run(main())


def test_speech_cuts_at_what_the_callers_clock_has_advanced():
    truncates = list[Any]()

    async def model(wire: ServerConnection) -> None:
        await hear(wire)
        await hear(wire)
        await delta(wire)
        await hear(wire)
        await say(wire, type="input_audio_buffer.speech_started")
        truncates.append(await hear(wire))
        await say(wire, type="input_audio_buffer.speech_started")
        await delta(wire)
        await wire.wait_closed()

    async def main() -> None:
        async with call(model) as carrier:
            await frame(carrier, 100)
            assert [(await hear(carrier))["event"] for _ in range(2)] == ["media", "mark"]
            await frame(carrier, 660)
            heard = [(await hear(carrier))["event"] for _ in range(3)]
            assert heard == ["clear", "media", "mark"]

    asyncio.run(main())
    assert truncates == [
        {
            "type": "conversation.item.truncate",
            "item_id": "item_1",
            "content_index": 0,
            "audio_end_ms": 560,
        }
    ]


def test_when_every_mark_came_back_nothing_is_cut():
    async def model(wire: ServerConnection) -> None:
        await hear(wire)
        await hear(wire)
        await delta(wire)
        assert (await hear(wire))["type"] == "input_audio_buffer.append"
        await say(wire, type="input_audio_buffer.speech_started")
        await delta(wire)
        await wire.wait_closed()

    async def main() -> None:
        async with call(model) as carrier:
            await frame(carrier, 100)
            await hear(carrier)
            await say(carrier, event="mark", mark=(await hear(carrier))["mark"])
            await frame(carrier, 120)
            assert (await hear(carrier))["event"] == "media"

    asyncio.run(main())


def test_a_carrier_that_hangs_up_closes_the_model():
    closed = list[int | None]()

    async def model(wire: ServerConnection) -> None:
        await wire.wait_closed()
        closed.append(wire.close_code)

    async def main() -> None:
        async with call(model):
            pass

    asyncio.run(main())
    assert closed == [1000]


def test_it_runs_as_its_own_process():
    command = [sys.executable, "-m", "voicegate.gateway.sim.bench.relay"]
    shown = subprocess.run([*command, "--help"], capture_output=True, text=True, check=True)
    assert "--model-url" in shown.stdout
