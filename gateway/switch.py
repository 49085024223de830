"""One port: media sockets go to picows, every other WebSocket to the application, as ever in uvicorn.

For each upgrade uvicorn makes one protocol of the `ws=` class and hands it connection and head.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.protocols.websockets.auto import AutoWebSocketsProtocol
from uvicorn.server import ServerState

from .socket_limits import CARRIER_LIMITS, SocketLimits
from .sockets import accepting
from .text_socket import Accept, Receiver, TextSocket

_GOING_AWAY = 1001


@dataclass(frozen=True, slots=True)
class UpgradeHead:
    """What is known before the 101: path and query untouched, headers by their lower-case names."""

    target: str
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


Gate = Callable[[UpgradeHead], Accept | HTTPStatus]


class MediaPort:
    """Where media sockets come in: at which paths, through which gate, and which are there now.

    The gate decides before the 101, and at once: who receives, or with which status to refuse.
    """

    def __init__(
        self, paths: Collection[str], gate: Gate, limits: SocketLimits = CARRIER_LIMITS
    ) -> None:
        self.paths = frozenset(paths)
        self.gate = gate
        self.limits = limits
        self.live: set[TextSocket] = set()

    def protocol_class(self) -> type[asyncio.Protocol]:
        """For `uvicorn.Config(ws=…)`, where nothing is done with a class but to call it."""
        return cast("type[asyncio.Protocol]", partial(Switch, self))


class Switch(asyncio.Protocol):
    """Takes a connection over from uvicorn's HTTP, and leaves it to whom it belongs in the next turn.

    While its media socket lives, it stands for it among uvicorn's connections: a server that
    shuts down says goodbye to it and waits for it as for all others.
    """

    def __init__(
        self, port: MediaPort, config: Config, server_state: ServerState, app_state: dict[str, Any]
    ) -> None:
        self._port = port
        self._config = config
        self._server_state = server_state
        self._app_state = app_state
        self._connections = cast("set[Switch]", server_state.connections)
        self._media: TextSocket | None = None
        self._inner: asyncio.BaseProtocol | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._inner is None:
            self._choose(data)
        else:
            _feed(self._inner, data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._inner is not None:
            self._inner.connection_lost(exc)

    def shutdown(self) -> None:
        """uvicorn is shutting down."""
        if self._media is not None:
            self._media.close(_GOING_AWAY)

    def _choose(self, data: bytes) -> None:
        head = _parse(data)
        if head.path not in self._port.paths:
            self._leave_to_application(data)
            return
        answer = self._port.gate(head)
        if isinstance(answer, HTTPStatus):
            self._refuse(answer)
        else:
            media = accepting(partial(self._let_in, answer), self._port.limits, self._ended)
            self._leave_to(media, _upgrade_head(head))

    def _let_in(self, accept: Accept, media: TextSocket) -> Receiver:
        self._media = media
        self._port.live.add(media)
        self._connections.add(self)
        return accept(media)

    def _ended(self, media: TextSocket) -> None:
        self._port.live.discard(media)
        self._connections.discard(self)

    def _leave_to_application(self, data: bytes) -> None:
        if AutoWebSocketsProtocol is None:  # no WebSocket library but ours is installed
            self._refuse(HTTPStatus.NOT_FOUND)
            return
        application = AutoWebSocketsProtocol(
            config=self._config, server_state=self._server_state, app_state=self._app_state
        )
        self._leave_to(application, data)

    def _refuse(self, status: HTTPStatus) -> None:
        answer = f"HTTP/1.1 {status.value} {status.phrase}"
        self._transport.write(
            f"{answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode()
        )
        self._transport.close()

    def _leave_to(self, inner: asyncio.BaseProtocol, head: bytes) -> None:
        self._inner = inner
        inner.connection_made(self._transport)
        _feed(inner, head)
        # Not now: uvicorn will set this very object as the protocol when it gets control back.
        asyncio.get_running_loop().call_soon(self._step_aside, inner)

    def _step_aside(self, inner: asyncio.BaseProtocol) -> None:
        if not self._transport.is_closing():
            self._transport.set_protocol(inner)


def _feed(inner: asyncio.BaseProtocol, data: bytes) -> None:
    if isinstance(inner, asyncio.BufferedProtocol):
        while data:
            taken = min(len(room := memoryview(inner.get_buffer(len(data)))), len(data))
            room[:taken] = data[:taken]
            inner.buffer_updated(taken)
            data = data[taken:]
    else:
        cast("asyncio.Protocol", inner).data_received(data)


def _parse(data: bytes) -> UpgradeHead:
    """uvicorn's copy of a head it has parsed: well-formed, names in lower case. Repeated ones join."""
    request, *lines = data.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    for name, _, value in (line.partition(":") for line in lines):
        value = value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return UpgradeHead(request.split(" ")[1], headers)


def _upgrade_head(head: UpgradeHead) -> bytes:
    """What picows needs of the head. It takes no `Connection: keep-alive, Upgrade`, as Firefox sends."""
    version = head.headers.get("sec-websocket-version", "")
    key = head.headers.get("sec-websocket-key", "")
    return (
        f"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: {version}\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    ).encode("latin-1")
