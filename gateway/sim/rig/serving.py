"""A real uvicorn for as long as a block lasts."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn


@dataclass(frozen=True, slots=True)
class Served:
    """A server on its port; `stop` ends it before the block does."""

    port: int
    server: uvicorn.Server
    task: "asyncio.Task[None]"

    async def stop(self) -> None:
        """Wait until it has ended; twice does no harm."""
        self.server.should_exit = True
        await self.task


class _Server(uvicorn.Server):
    """uvicorn's server, which also says when it has begun to serve."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.has_begun = asyncio.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.has_begun.set()


@asynccontextmanager
async def serving(config: uvicorn.Config) -> AsyncGenerator[Served, None]:
    """It serves there, on a free port if the config says 0."""
    server = _Server(config)
    task = asyncio.create_task(server.serve())
    await server.has_begun.wait()
    served = Served(server.servers[0].sockets[0].getsockname()[1], server, task)
    try:
        yield served
    finally:
        await served.stop()
