"""How WebSockets come to be: the one we open to a model, and the protocol behind those we let in.

Source: picows 2.3.1. Its protocol class is not among its public names, hence the pinned version.
"""

import asyncio
import logging
import re
import ssl
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from picows import WSAutoPingStrategy, WSHandshakeError, WSListener

from .core.errors import VoicegateError
from .socket_limits import SocketLimits
from .text_socket import Accept, TextSocket

if TYPE_CHECKING:

    class WSProtocol(asyncio.BufferedProtocol):
        """What we use of picows' protocol: bytes in, calls of its listener out."""

        listener: WSListener | None

        def __init__(self, **settings: object) -> None: ...
        async def wait_until_handshake_complete(self) -> None: ...
else:
    from picows.picows import WSProtocol

_LOG = logging.getLogger("voicegate.picows")
_READ_BUFFER_BYTES = 16_384
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})\b")
_RETRY_AFTER = re.compile(rb"(?im)^retry-after:[ \t]*(\d{1,9})[ \t]*\r?$")


class ConnectRefused(VoicegateError):
    """The server answered with an HTTP status other than 101.

    `body` is what came together with the head, which need not be all of it.
    """

    def __init__(self, status: int, body: bytes, retry_after_s: int | None) -> None:
        super().__init__(f"the WebSocket was refused with HTTP {status}")
        self.status = status
        self.body = body
        self.retry_after_s = retry_after_s


async def connect(
    url: str,
    headers: Mapping[str, str],
    *,
    max_message_bytes: int = 16 * 1_048_576,
    timeout_s: float = 5.0,
    ping_every_s: float | None = 20.0,
    close_grace_s: float = 1.0,
    tls: ssl.SSLContext | None = None,
) -> TextSocket:
    """Open `ws://` or `wss://`, the latter verified with the machine's certificates or as `tls` says.

    Name, TCP, TLS and upgrade together may take `timeout_s`: TimeoutError. Raises ConnectRefused,
    ValueError for a URL of another kind, and OSError for all that goes wrong on the network.
    """
    target = urlsplit(url)
    if target.scheme not in ("ws", "wss") or not target.hostname:
        raise ValueError("the URL of a WebSocket begins with ws:// or wss:// and a host")
    limits = SocketLimits(max_message_bytes, ping_every_s=ping_every_s, close_grace_s=close_grace_s)
    opened = TextSocket(limits)
    async with asyncio.timeout(timeout_s):
        await _upgrade(target, _protocol(opened, limits, target, headers), tls)
    return opened


def accepting(
    accept: Accept, limits: SocketLimits, on_ended: Callable[[TextSocket], None] | None = None
) -> asyncio.BufferedProtocol:
    """The protocol of one connection that asks for a WebSocket; `accept` is called after the 101."""
    return _protocol(TextSocket(limits, accept, on_ended), limits)


async def _upgrade(target: SplitResult, protocol: WSProtocol, tls: ssl.SSLContext | None) -> None:
    loop = asyncio.get_running_loop()
    is_secure = target.scheme == "wss"
    port = target.port or (443 if is_secure else 80)
    stream, _ = await loop.create_connection(asyncio.Protocol, target.hostname or "", port)
    with ExitStack() as undo:
        undo.callback(stream.abort)
        if is_secure:
            stream = await _secure(stream, tls or _verified(), target.hostname or "")
        stream.set_protocol(protocol)
        protocol.connection_made(stream)
        try:
            await protocol.wait_until_handshake_complete()
        except WSHandshakeError as error:
            raise _refusal(error) from error
        if protocol.listener is None:
            raise ConnectionResetError("the connection was closed instead of an answer")
        undo.pop_all()


async def _secure(stream: asyncio.Transport, tls: ssl.SSLContext, host: str) -> asyncio.Transport:
    """TLS over a connection, under a protocol of no use: picows' crashes if TLS fails before it begins."""
    stream.set_write_buffer_limits(high=1, low=0)  # what waits, waits above, where it is counted
    loop = asyncio.get_running_loop()
    secured = await loop.start_tls(stream, asyncio.Protocol(), tls, server_hostname=host)
    if secured is None:
        raise ConnectionResetError("the connection was closed while TLS began")
    return secured


@cache
def _verified() -> ssl.SSLContext:
    """Made once: reading the machine's certificates takes longer than a frame lasts."""
    return ssl.create_default_context()


def _refusal(error: WSHandshakeError) -> ConnectRefused | ConnectionError:
    head = error.raw_header or b""
    status = _STATUS.match(head)
    if status is None or status[1] == b"101":
        return ConnectionError(f"the answer was no upgrade to a WebSocket: {error}")
    pause = _RETRY_AFTER.search(head)
    return ConnectRefused(int(status[1]), error.raw_body or b"", int(pause[1]) if pause else None)


def _resource(target: SplitResult) -> str:
    return f"{target.path or '/'}?{target.query}" if target.query else target.path


def _protocol(
    opened: TextSocket,
    limits: SocketLimits,
    target: SplitResult | None = None,
    headers: Mapping[str, str] | None = None,
) -> WSProtocol:
    """picows' protocol: of a client if there is a target, else of a server."""

    def listener(_request: object, _answer: object = None) -> WSListener:
        return opened

    return WSProtocol(
        host_port=target and target.netloc.rpartition("@")[2],
        ws_path=target and _resource(target),
        is_client_side=target is not None,
        ws_listener_factory=listener,
        logger=_LOG,
        disconnect_on_exception=True,  # out of a receiver: 1011 for its socket alone
        websocket_handshake_timeout=None,  # ours is longer than the handshake
        enable_auto_ping=False,  # that would be a task for each socket
        auto_ping_idle_timeout=0,
        auto_ping_reply_timeout=0,
        auto_ping_strategy=WSAutoPingStrategy.PING_WHEN_IDLE,
        enable_auto_pong=False,  # those pings would not be counted
        max_frame_size=limits.max_message_bytes,
        extra_headers=headers,
        read_buffer_init_size=_READ_BUFFER_BYTES,
    )
