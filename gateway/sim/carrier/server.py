"""The simulated carrier on real sockets: one account, its webhooks, its REST API, its streams."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from random import Random

from aiohttp import web

from ..alarm import Alarm
from .account import AccountSettings, CarrierAccount, OwnNumber
from .call_report import CallReport, Exchanged, Overhear, Tell, nobody, unheard
from .caller import Caller
from .exchange import Callee
from .media_socket import Network, StreamRefusedError, StreamSocket, open_socket
from .number_catalogue import OWNED
from .orders import (
    CallEnded,
    CallNote,
    EndStream,
    Fetch,
    Fields,
    OpenStream,
    Order,
    Spoken,
)
from .rest import CarrierRest
from .rest_answer import RestAnswer
from .settings import CarrierSettings
from .web import WebhookClient, rest_app

Person = Callable[[str], Caller]


def _silent_person(_call_sid: str) -> Caller:
    return Caller((), Random(0))


def _anybody(_number: str) -> Callee:
    return Callee()


class CarrierServer:
    """Does what the account orders and tells it what became of it. Made by `serve_carrier`.

    `port` is where the REST API listens, `reports` what happened in each call, by its SID.
    """

    def __init__(
        self,
        settings: AccountSettings,
        network: Network,
        stream_settings: CarrierSettings,
        callees: Callable[[str], Callee],
        person: Person,
        seed: int,
    ) -> None:
        self.port = 0
        self.reports: dict[str, CallReport] = {}
        self.account = CarrierAccount(settings, Random(f"{seed}/account"), callees)
        self.rest = CarrierRest(self.account)
        self._network = network
        self._stream_settings = stream_settings
        self._person = person
        self._seed = seed
        self._people: dict[str, Caller] = {}
        self._client = WebhookClient(settings.auth_token, network.connect_to)
        self._loop = asyncio.get_running_loop()
        self._origin = self._loop.time()
        self._alarm = Alarm(self.now_ms, self._wake)
        self._tasks: set[asyncio.Task[None]] = set()
        self._connecting: dict[str, asyncio.Task[None]] = {}
        self._sockets: dict[str, StreamSocket] = {}
        self._changed = asyncio.Event()
        self._crash: BaseException | None = None

    async def place_call(
        self,
        number: OwnNumber,
        caller_number: str,
        caller: Caller,
        *,
        extra: Fields = (),
        tell: Tell = nobody,
        overhear: Overhear = unheard,
    ) -> CallReport:
        """Ring one of the account's numbers; what happened, once all is over and reported.

        `extra` are further fields of the webhooks; `tell` is given a line for each thing,
        `overhear` each message on the call's streams.
        """
        sid, orders = self.account.ring(number, caller_number, self.now_ms(), extra)
        self.reports[sid] = CallReport(sid, tell, overhear)
        self._people[sid] = caller
        self._obey(orders)
        return await self.ended(sid)

    async def ended(self, call_sid: str) -> CallReport:
        """Wait for a call's end, its sockets' and the answers to its callbacks."""
        while not self._is_over(call_sid):
            if self._crash is not None:
                raise self._crash
            self._changed.clear()
            await self._changed.wait()
        return self.reports[call_sid]

    def now_ms(self) -> int:
        """The clock of the account."""
        return int((self._loop.time() - self._origin) * 1000)

    def hang_up(self, call_sid: str) -> None:
        """The person on the line hangs up."""
        self._obey(self.account.hang_up(call_sid, self.now_ms()))

    def answer_rest(self, method: str, path: str, fields: Fields) -> RestAnswer:
        """The answer to one REST request."""
        answer, orders = self.rest.answer(method, path, fields, self.now_ms())
        self._obey(orders)
        return answer

    async def close(self) -> None:
        """Drop everything that is under way."""
        self._alarm.set(None)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.close()

    def _obey(self, orders: list[Order]) -> None:
        for order in orders:
            match order:
                case Fetch():
                    self._begin(self._fetch(order))
                case OpenStream():
                    sid = order.identity.stream_sid
                    self._connecting[sid] = self._begin(self._stream(order))
                case EndStream(sid):
                    self._end_stream(sid)
                case Spoken():
                    self._report(order.call_sid).add_spoken(order)
                case CallEnded():
                    self._report(order.call_sid).add_end(order)
                case CallNote():
                    self._report(order.call_sid).add_note(order)
        self._alarm.set(self.account.deadline_ms)
        self._changed.set()

    def _begin(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finish)
        return task

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._crash = error
            self._changed.set()

    async def _fetch(self, order: Fetch) -> None:
        at_ms = self.now_ms()
        result = await self._client.fetch(order)
        self._report(order.call_sid).add_request(Exchanged(at_ms, order, result))
        self._obey(self.account.answered(order.request_id, result, self.now_ms()))

    async def _stream(self, order: OpenStream) -> None:
        sid, call_sid = order.identity.stream_sid, order.identity.call_sid
        report = self._report(call_sid)
        try:
            connection = await open_socket(order, self._network)
        except StreamRefusedError as refused:
            del self._connecting[sid]
            self._obey(
                self.account.stream_refused(sid, refused.code, refused.detail, self.now_ms())
            )
            return
        socket = StreamSocket(
            order,
            self._stream_settings,
            self._caller(call_sid),
            report,
            self._network,
            Random(f"{self._seed}/{sid}"),
            self.now_ms,
            lambda: self.hang_up(call_sid),
        )
        del self._connecting[sid]
        self._sockets[sid] = socket
        report.streams.append(sid)
        self._obey(self.account.stream_opened(sid, self.now_ms()))
        code = await socket.run(connection)
        del self._sockets[sid]
        report.close_codes.append(code)
        self._obey(self.account.stream_closed(sid, code, self.now_ms()))

    def _end_stream(self, sid: str) -> None:
        if sid in self._sockets:
            self._sockets[sid].end()
        elif sid in self._connecting:
            self._connecting.pop(sid).cancel()

    def _caller(self, call_sid: str) -> Caller:
        """Who holds the phone, from one stream of a call to the next."""
        if call_sid not in self._people:
            self._people[call_sid] = self._person(call_sid)
        return self._people[call_sid]

    def _report(self, call_sid: str) -> CallReport:
        return self.reports.setdefault(call_sid, CallReport(call_sid))

    def _is_over(self, call_sid: str) -> bool:
        call, report = self.account.calls[call_sid], self._report(call_sid)
        is_quiet = len(report.close_codes) == len(report.streams) and not call.callbacks_open
        return report.end is not None and is_quiet

    def _wake(self, now_ms: int) -> None:
        self._obey(self.account.wake(now_ms))


@asynccontextmanager
async def serve_carrier(
    host: str,
    port: int,
    settings: AccountSettings,
    *,
    network: Network | None = None,
    stream_settings: CarrierSettings | None = None,
    callees: Callable[[str], Callee] = _anybody,
    person: Person = _silent_person,
    seed: int = 0,
) -> AsyncGenerator[CarrierServer, None]:
    """An account whose REST API listens until the block ends; port 0 takes a free one.

    `callees` says what becomes of calls to a number, `person` who picks up (by call SID). Raises
    OSError when the port is taken.
    """
    settings = replace(settings, began_at=time.time())
    server = CarrierServer(
        settings, network or Network(), stream_settings or CarrierSettings(), callees, person, seed
    )
    app = rest_app(settings.account_sid, settings.auth_token, server.answer_rest)
    runner = web.AppRunner(app, access_log=None)
    try:
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        server.port = runner.addresses[0][1]
        yield server
    finally:
        await server.close()
        await runner.cleanup()


async def run(
    number: OwnNumber,
    caller_number: str,
    caller: Caller,
    settings: AccountSettings,
    tell: Tell,
    *,
    network: Network | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    seed: int = 0,
) -> CallReport:
    """Place one call and tell what happens, line by line; the REST API listens meanwhile."""
    async with serve_carrier(host, port, settings, network=network, seed=seed) as server:
        tell(f"REST API on http://{host}:{server.port}")
        tell(f"{caller_number} calls {number.phone_number}: {number.voice.url}")
        report = await server.place_call(number, caller_number, caller, tell=tell)
        tell(
            f"heard {len(report.heard_audio) // 8} ms, timers at most {report.late_ms_max} ms late"
        )
        return report


async def serve(settings: AccountSettings, tell: Tell, *, host: str, port: int) -> None:
    """Answer REST until cancelled, for an account that has numbers of its own."""
    async with serve_carrier(host, port, settings) as server:
        for number, fields in OWNED.items():
            server.rest.numbers.adopt(number, fields)
        tell(f"VOICEGATE_TWILIO_API_URL=http://{host}:{server.port}  (Ctrl-C ends it)")
        await asyncio.Event().wait()
