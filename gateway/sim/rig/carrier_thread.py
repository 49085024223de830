"""A simulated carrier with a loop and a thread of its own, for those who block."""

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager

from ..carrier.account import AccountSettings
from ..carrier.server import CarrierServer, serve_carrier

_STARTS_WITHIN_S = 10


@contextmanager
def carrier_in_thread(settings: AccountSettings) -> Generator[CarrierServer, None, None]:
    """It serves on a free loopback port until the block ends."""
    stop, is_up = threading.Event(), threading.Event()
    servers: list[CarrierServer] = []

    async def serve() -> None:
        async with serve_carrier("127.0.0.1", 0, settings) as server:
            servers.append(server)
            is_up.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    is_up.wait(_STARTS_WITHIN_S)
    try:
        yield servers[0]
    finally:
        stop.set()
        thread.join()
