"""The carrier's side of one media WebSocket: a stream machine, its caller, one timer."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from ..alarm import Alarm
from ..line_delay import Delay, DelayLine
from ..outputs import Close, Drop, Note, Output, Played, Send, SendBytes
from .call_report import CallReport
from .caller import Caller, Press
from .line import CarrierStream
from .orders import OpenStream
from .playback import TICK_MS
from .settings import CarrierSettings

CONNECT_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Network:
    """Where the gateway really is, and how far away.

    `connect_to` (host, port) replaces the address in every URL and TLS with plain TCP, so that a
    public https address can be simulated on loopback.
    """

    connect_to: tuple[str, int] | None = None
    to_gateway: Delay = field(default_factory=Delay)
    to_carrier: Delay = field(default_factory=Delay)


class StreamRefusedError(Exception):
    """No 101; `code` is the vendor's error."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code} {detail}")
        self.code = code
        self.detail = detail


class _Upgrade(connect):
    def process_redirect(self, exc: Exception) -> Exception:
        return exc  # anything but 101 is 31920


async def open_socket(order: OpenStream, network: Network) -> ClientConnection:
    """Ask for the upgrade as the carrier does. Raises StreamRefusedError."""
    url, place = order.url, network.connect_to
    if place is not None:
        url = url.replace("wss://", "ws://", 1)
    host, port = place or (None, None)
    try:
        return await _Upgrade(
            url,
            host=host,
            port=port,
            additional_headers={**order.headers, "Accept-Encoding": "gzip"},
            user_agent_header="Twilio.TmeWs/1.0",
            compression=None,
            proxy=None,
            ping_interval=None,
            max_size=None,
            open_timeout=CONNECT_TIMEOUT_S,
            close_timeout=2,
        )
    except (OSError, InvalidHandshake) as error:
        raise StreamRefusedError(_code(error), str(error) or type(error).__name__) from error


def _code(error: Exception) -> str:
    """The vendor's error for a handshake that failed."""
    match error:
        case TimeoutError():
            return "31901"
        case ConnectionRefusedError():
            return "31902"
        case ssl.SSLError():
            return "31910"
        case OSError():
            return "31904"
        case _:
            return "31920"


class StreamSocket:
    """One media stream on a real socket, until either side ends it.

    `now_ms` is the clock of the account. What the caller hears, what is noted and how late the
    timer was goes into the report.
    """

    def __init__(
        self,
        order: OpenStream,
        settings: CarrierSettings,
        caller: Caller,
        report: CallReport,
        network: Network,
        rng: Random,
        now_ms: Callable[[], int],
        hang_up: Callable[[], None],
    ) -> None:
        self._machine = CarrierStream(settings, order.identity, order.parameters, caller, rng)
        self._caller = caller
        self._report = report
        self._now_ms = now_ms
        self._hang_up = hang_up
        self._alarm = Alarm(now_ms, self._wake)
        self._outbox: asyncio.Queue[Send | SendBytes | Close | Drop] = asyncio.Queue()
        self._to_gateway = DelayLine(network.to_gateway, rng, self._outbox.put_nowait)
        self._to_carrier = DelayLine(network.to_carrier, rng, self._receive)

    async def run(self, connection: ClientConnection) -> int:
        """Talk until the socket ends; its close code, 1006 if it was lost."""
        self._take(self._machine.opened(self._now_ms()))
        writer = asyncio.create_task(self._write(connection))
        try:
            async for message in connection:
                self._to_carrier.enter(message)
        except ConnectionClosed as closed:
            self._explain(closed)
        finally:
            await self._stop(writer)
        return connection.close_code or 1006

    def end(self) -> None:
        """The call ends or goes elsewhere: `stop`, then close."""
        self._take(self._machine.hang_up(self._now_ms()))

    async def _stop(self, writer: asyncio.Task[None]) -> None:
        self._to_gateway.cut()
        self._to_carrier.cut()
        self._take(self._machine.disconnected(self._now_ms()))
        self._alarm.set(None)
        writer.cancel()
        await asyncio.wait((writer,))

    def _receive(self, message: str | bytes) -> None:
        self._report.overhear(message)
        self._take(self._machine.receive(message, self._now_ms()))

    def _wake(self, now_ms: int) -> None:
        self._report.late_ms_max = max(self._report.late_ms_max, self._alarm.late_ms)
        self._take(self._machine.wake(now_ms))

    def _take(self, out: list[Output]) -> None:
        is_heard = False
        for each in out:
            match each:
                case Played(payload, at_ms):
                    self._report.heard.append((at_ms, payload))
                    self._caller.heard(payload, at_ms + TICK_MS)
                    is_heard = True
                case Note():
                    self._report.add_note(each)
                case _:
                    self._to_gateway.enter(each)
        self._alarm.set(self._machine.deadline_ms)
        if is_heard:
            self._act()

    def _act(self) -> None:
        for act in self._caller.due(self._now_ms()):
            if isinstance(act, Press):
                self._take(self._machine.press(act.digit, self._now_ms()))
            else:
                self._hang_up()

    async def _write(self, connection: ClientConnection) -> None:
        try:
            while True:
                match await self._outbox.get():
                    case Send(text):
                        await connection.send(text)
                    case SendBytes(data):
                        await connection.send(data)
                    case Close(code, reason):
                        await connection.close(code, reason)
                    case Drop():
                        connection.transport.abort()
        except ConnectionClosed:
            pass  # the reader sees it too

    def _explain(self, closed: ConnectionClosed) -> None:
        """A frame that breaks RFC 6455 is the gateway's fault, and has a code."""
        if closed.sent is not None and closed.sent.code == 1002:
            self._report.add_note(Note("31924", closed.sent.reason))
