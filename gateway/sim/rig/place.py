"""A server of the gateway's own sockets, each with a receiver that writes down what it hears."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ...socket_limits import SocketLimits
from ...sockets import accepting
from ...text_socket import TextSocket
from .heard import Heard

LIMITS = SocketLimits(max_message_bytes=65_536, close_grace_s=60.0)  # a test never waits for it
SHORT_GRACE = SocketLimits(max_message_bytes=65_536, close_grace_s=0.02)


class Guest(Heard):
    """One end of a socket that was let in."""

    def __init__(self, wire: TextSocket) -> None:
        super().__init__()
        self.wire = wire


class Echo(Guest):
    """Says every text back."""

    def on_text(self, data: memoryview | bytes) -> None:
        """And writes it down."""
        super().on_text(data)
        self.wire.send(bytes(data))


@dataclass
class Place:
    """Who came, and whose socket is over."""

    port: int
    arrived: "asyncio.Queue[Guest]"
    ended: "asyncio.Queue[TextSocket]"


@asynccontextmanager
async def place(
    limits: SocketLimits = LIMITS, receiver: type[Guest] = Guest
) -> AsyncGenerator[Place]:
    """It listens until the block ends; all get a receiver of one kind."""
    here = Place(0, asyncio.Queue(), asyncio.Queue())

    def accept(wire: TextSocket) -> Guest:
        guest = receiver(wire)
        here.arrived.put_nowait(guest)
        return guest

    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: accepting(accept, limits, here.ended.put_nowait), "127.0.0.1", 0
    )
    here.port = server.sockets[0].getsockname()[1]
    try:
        yield here
    finally:
        server.close()  # its sockets are ended by the peers, or by the end of the loop
