"""Answers the carrier's webhooks: takes new calls, knows the old ones, wherever they live."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from http import HTTPStatus

import structlog

from ..ivr.publishing.ready import ReadyFlow
from ..numbers.directory import Answering, Directory
from ..numbers.model import Route, RouteKind
from .admission import Admission, Barrier
from .answers import Answers
from .call_record import CallFacts, CallRecord
from .core.actions import EndReason
from .core.errors import StoreError
from .core.redact import phone
from .flow_calls import Casting, Shelf, find
from .live_calls import EndedCall, LiveCalls
from .metrics import Metrics
from .notice import Notice
from .shared_calls import Limit
from .switchboard import Answerer, Switchboard, note_nothing
from .tokens import Grant, StreamTokens

_LOG = structlog.stdlib.get_logger("voicegate.reception")


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP status, and the document if there is one."""

    status: HTTPStatus
    document: bytes = b""


class Reception:
    """One method for each webhook. Any of them may come twice, late, or before another.

    Each asks the store once at most, and about a call that is known here not at all.
    """

    def __init__(
        self,
        *,
        calls: LiveCalls,
        switchboard: Switchboard,
        directory: Directory,
        shelf: Shelf,
        admission: Admission,
        answers: Answers,
        tokens: StreamTokens,
        token_ttl_ms: int,
        metrics: Metrics,
        note_call: Callable[[str], None] = note_nothing,
    ) -> None:
        self._calls = calls
        self._switchboard = switchboard
        self._directory = directory
        self._shelf = shelf
        self._admission = admission
        self._answers = answers
        self._tokens = tokens
        self._token_ttl_ms = token_ttl_ms
        self._metrics = metrics
        self._note_call = note_call

    async def voice(self, notice: Notice) -> Reply:
        """A call came in; asked again before its media came, the answer is the same."""
        known = self._calls.find(notice.call_sid)
        if known is None:
            return await self._receive(notice)
        if isinstance(known, EndedCall):
            return self._again(b"", has_started=known.had_started, is_over=True)
        if known.has_started:
            return self._again(b"", has_started=True, is_over=False)
        found = await self._switchboard.announce_again(known)
        return self._refuse(notice, found) if isinstance(found, Limit) else self._known(found)

    async def after(self, notice: Notice) -> Reply:
        """The stream has ended, or never came to be: the carrier asks what now."""
        try:
            ended = await self._switchboard.lose(notice.call_sid, is_over=notice.is_over)
        except StoreError as error:
            _LOG.warning("after.unknown", call_sid=notice.call_sid, cause=error.fault)
            return Reply(HTTPStatus.OK, self._answers.after_unasked(is_over=notice.is_over))
        return Reply(HTTPStatus.OK, self._answers.after(ended))

    async def status(self, notice: Notice) -> Reply:
        """The carrier reports how the call stands; only that it is over is news."""
        if notice.is_over:
            with suppress(StoreError):
                await self._switchboard.lose(notice.call_sid, is_over=True)
        return Reply(HTTPStatus.NO_CONTENT)

    async def stream_status(self, notice: Notice) -> Reply:
        """The carrier reports on the stream; a handshake that failed shows here only."""
        if notice.stream_event == "stream-error":
            call_id = await self._call_id(notice.call_sid)
            if call_id is not None:
                _LOG.warning("stream.error", call=call_id, error=notice.stream_error)
        return Reply(HTTPStatus.NO_CONTENT)

    async def _call_id(self, call_sid: str) -> str | None:
        known = self._calls.find(call_sid)
        if known is not None:
            return known.call_id
        record = await self._switchboard.look_up(call_sid)
        return None if record is None else record.facts.call_id

    # -- a call that is known ------------------------------------------------------------------

    def _known(self, record: CallRecord) -> Reply:
        is_over = record.reason is not None
        return self._again(record.facts.document, has_started=record.has_started, is_over=is_over)

    def _again(self, document: bytes, *, has_started: bool, is_over: bool) -> Reply:
        if has_started:
            return Reply(HTTPStatus.CONFLICT)
        return Reply(HTTPStatus.OK, self._answers.fallback() if is_over else document)

    # -- a new call ----------------------------------------------------------------------------

    async def _receive(self, notice: Notice) -> Reply:
        answering = self._directory.resolve(notice.called, notice.caller)
        for alarm in answering.alarms:
            _LOG.warning("route.alarm", called=phone(notice.called), found=alarm)
        ready = await self._flow(answering.route)
        if self._calls.find(notice.call_sid) is not None:  # asked again while that was looked for
            return await self.voice(notice)
        elsewhere = self._elsewhere(answering.route, ready)
        barrier = None if elsewhere else self._admission.admit(needs_model=ready is None)
        if elsewhere is None and barrier is None:
            return await self._take(notice, answering, ready)
        record = await self._switchboard.look_up(notice.call_sid)  # another process may have it
        if record is not None:
            return self._known(record)
        if elsewhere is not None:
            return self._lead(notice, answering.route, elsewhere)
        assert barrier is not None
        return self._refuse(notice, barrier)

    def _refuse(self, notice: Notice, barrier: Barrier | Limit) -> Reply:
        self._metrics.calls_ended.labels(EndReason.OVERLOAD_REFUSED).inc()
        _LOG.warning("call.refused", call_sid=notice.call_sid, cause=barrier)
        return Reply(HTTPStatus.OK, self._answers.fallback())

    def _lead(self, notice: Notice, route: Route | None, document: bytes) -> Reply:
        kind = "closed" if route is None else route.kind
        _LOG.info("call.led_elsewhere", call_sid=notice.call_sid, kind=kind)
        self._note_call(notice.called)
        return Reply(HTTPStatus.OK, document)

    async def _flow(self, route: Route | None) -> ReadyFlow | None:
        """What answers on a flow's route, where it can be had."""
        is_flow = route is not None and route.kind is RouteKind.FLOW
        return await find(self._shelf, route) if is_flow and route is not None else None

    def _elsewhere(self, route: Route | None, ready: ReadyFlow | None) -> bytes | None:
        is_missing = route is not None and route.kind is RouteKind.FLOW and ready is None
        return self._answers.fallback() if is_missing else self._answers.elsewhere(route)

    async def _take(self, notice: Notice, answering: Answering, ready: ReadyFlow | None) -> Reply:
        answerer: Answerer = answering
        route = answering.route
        if route is not None and ready is not None:
            answerer = Casting(ready, answering.agents)
            route = replace(route, version=ready.version)
        call_id, call_sid = secrets.token_hex(8), notice.call_sid
        grant = Grant(call_id, call_sid, notice.account_sid, attempt=0)
        facts = CallFacts(
            call_id,
            call_sid,
            notice.called,
            self._answers.stream(self._tokens.issue(grant, self._token_ttl_ms)),
            route,
            None if answering.agent is None else answering.agent.name,
            answering.audio,
            answering.version,
            notice.caller,
            answering.max_calls,
            notice.caller_country,
            notice.caller_region,
        )
        found = await self._switchboard.announce(facts, answerer)
        return self._refuse(notice, found) if isinstance(found, Limit) else self._known(found)
