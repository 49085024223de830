"""A WebSocket client that keeps to no rule but the one it is told."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from .frames import LAST, masked, read_frame

UPGRADE = (
    b"GET /media HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


@dataclass
class RawPeer:
    """Its connection, after the upgrade."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def send(self, kind: int, payload: bytes = b"", first_bits: int = LAST) -> None:
        """One frame, right or not."""
        self.writer.write(masked(kind, payload, first_bits))

    async def read_frame(self) -> tuple[int, bytes]:
        """The kind and the payload of the next frame."""
        return await read_frame(self.reader)

    async def end(self) -> None:
        """Read to the end of the connection, whether it ends well or not."""
        with suppress(ConnectionError):
            await self.reader.read()
        self.writer.close()


@asynccontextmanager
async def raw_peer(port: int, receive_bytes: int | None = None) -> AsyncGenerator[RawPeer]:
    """One that was let in; its kernel keeps few bytes for it, if so many are given."""
    wire = socket.socket()
    if receive_bytes is not None:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    wire.settimeout(0)
    await asyncio.get_running_loop().sock_connect(wire, ("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(sock=wire, limit=1024)
    writer.write(UPGRADE)
    head = await reader.readuntil(b"\r\n\r\n")
    assert b" 101 " in head.splitlines()[0]
    try:
        yield RawPeer(reader, writer)
    finally:
        writer.transport.abort()
