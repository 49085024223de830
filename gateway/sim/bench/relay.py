"""The yardstick: a plain relay as the field's common sample is built, to be measured beside a gateway.

FastAPI's WebSocket and the `websockets` client, a task each way, every message through the `json`
module, a mark after every delta, and a barge-in that takes the caller's clock for what was heard.
It knows no signature, no limit, no reconnect and no ledger. Built after the shape of Twilio's
sample "speech-assistant-openai-realtime-api-python"; it prints nothing, which the sample does.
Run it with `python -m voicegate.gateway.sim.bench.relay --port PORT --model-url ws://…`.
"""

import argparse
import asyncio
import base64
import json
from typing import Any

import uvicorn
import websockets
from fastapi import FastAPI, WebSocket
from websockets.asyncio.client import ClientConnection

MEDIA_PATH = "/twilio/media"
SESSION_UPDATE = {
    "type": "session.update",
    "session": {
        "type": "realtime",
        "output_modalities": ["audio"],
        "instructions": "You are a helpful assistant on the phone.",
        "audio": {
            "input": {
                "format": {"type": "audio/pcmu"},
                "turn_detection": {"type": "server_vad"},
            },
            "output": {"format": {"type": "audio/pcmu"}, "voice": "alloy"},
        },
    },
}


def relay(model_url: str) -> FastAPI:
    """The application: whoever opens a WebSocket at MEDIA_PATH is relayed to the model."""
    app = FastAPI()

    async def handle_media_stream(websocket: WebSocket) -> None:
        await websocket.accept()
        headers = {"Authorization": "Bearer relay"}
        async with websockets.connect(model_url, additional_headers=headers) as model:
            await model.send(json.dumps(SESSION_UPDATE))
            call = RelayedCall(websocket, model)
            await asyncio.gather(call.carrier_to_model(), call.model_to_carrier())

    app.add_api_websocket_route(MEDIA_PATH, handle_media_stream)
    return app


class RelayedCall:
    """One call between two sockets, and what the sample remembers of it."""

    def __init__(self, carrier: WebSocket, model: ClientConnection) -> None:
        self._carrier = carrier
        self._model = model
        self._stream_sid: str | None = None
        self._latest_timestamp_ms = 0
        self._response_start_ms: int | None = None
        self._last_item: str | None = None
        self._marks: list[str] = []

    async def carrier_to_model(self) -> None:
        """Until the carrier hangs up."""
        async for message in self._carrier.iter_text():
            event = json.loads(message)
            if event["event"] == "media":
                self._latest_timestamp_ms = int(event["media"]["timestamp"])
                append = {"type": "input_audio_buffer.append", "audio": event["media"]["payload"]}
                await self._model.send(json.dumps(append))
            elif event["event"] == "start":
                self._stream_sid = event["start"]["streamSid"]
                self._latest_timestamp_ms = 0
                self._response_start_ms = None
                self._last_item = None
            elif event["event"] == "mark" and self._marks:
                self._marks.pop(0)
        await self._model.close()

    async def model_to_carrier(self) -> None:
        """Until the model closes, or is closed because the carrier hung up."""
        async for message in self._model:
            event = json.loads(message)
            if event["type"] == "response.output_audio.delta":
                await self._play(event)
            elif event["type"] == "input_audio_buffer.speech_started" and self._last_item:
                await self._cut()

    async def _play(self, event: dict[str, Any]) -> None:
        payload = base64.b64encode(base64.b64decode(event["delta"])).decode()
        media = {"event": "media", "streamSid": self._stream_sid, "media": {"payload": payload}}
        await self._carrier.send_json(media)
        if self._response_start_ms is None:
            self._response_start_ms = self._latest_timestamp_ms
        self._last_item = event["item_id"]
        mark = {"event": "mark", "streamSid": self._stream_sid, "mark": {"name": "responsePart"}}
        await self._carrier.send_json(mark)
        self._marks.append("responsePart")

    async def _cut(self) -> None:
        if not self._marks or self._response_start_ms is None:
            return
        truncate = {
            "type": "conversation.item.truncate",
            "item_id": self._last_item,
            "content_index": 0,
            "audio_end_ms": self._latest_timestamp_ms - self._response_start_ms,
        }
        await self._model.send(json.dumps(truncate))
        await self._carrier.send_json({"event": "clear", "streamSid": self._stream_sid})
        self._marks.clear()
        self._last_item = None
        self._response_start_ms = None


def main() -> None:
    """Serve on loopback, with uvicorn as it is when nobody sets anything."""
    parser = argparse.ArgumentParser(prog="relay", description="A plain relay to measure beside.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--model-url", required=True, metavar="ws://…")
    arguments = parser.parse_args()
    uvicorn.run(relay(arguments.model_url), port=arguments.port)


if __name__ == "__main__":
    main()
