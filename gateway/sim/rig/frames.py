"""WebSocket frames by hand (RFC 6455 5.2), right ones and wrong ones."""

import asyncio
import struct

MORE, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
LAST = 0x80  # the first bit of a message's last frame
MASKED = 0x80


def frame(kind: int, payload: bytes = b"") -> bytes:
    """A server's."""
    return _head(LAST | kind, len(payload), 0) + payload


def masked(kind: int, payload: bytes = b"", first_bits: int = LAST) -> bytes:
    """A client's; the mask is zero, which changes nothing."""
    return _head(first_bits | kind, len(payload), MASKED) + bytes(4) + payload


def _head(first: int, size: int, mask: int) -> bytes:
    if size < 126:
        return bytes([first, mask | size])
    if size < 65_536:
        return struct.pack(">BBH", first, mask | 126, size)
    return struct.pack(">BBQ", first, mask | 127, size)


async def read_frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """The kind and the payload of either side's next frame, of less than 64 KiB."""
    first, second = await reader.readexactly(2)
    size = second & 0x7F
    if size == 126:
        (size,) = struct.unpack(">H", await reader.readexactly(2))
    mask = await reader.readexactly(4) if second & MASKED else bytes(4)
    payload = await reader.readexactly(size)
    return first & 0xF, bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
