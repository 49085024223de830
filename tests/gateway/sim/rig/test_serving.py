"""A real uvicorn serves as long as its block lasts."""

import asyncio
from typing import Any

import pytest
import uvicorn

from voicegate.gateway.sim.rig.loops import run
from voicegate.gateway.sim.rig.serving import serving


async def _application(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


def test_it_answers_inside_the_block_and_nobody_does_behind_it() -> None:
    async def main() -> None:
        config = uvicorn.Config(_application, port=0, lifespan="off", log_config=None)
        async with serving(config) as served:
            reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
            writer.write(b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
            assert (await reader.read()).startswith(b"HTTP/1.1 204 ")
            writer.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", served.port)

    run(main())
