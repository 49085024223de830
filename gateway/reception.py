"""Answers the carrier's webhooks: takes new calls, knows the old ones. It waits for nothing."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Protocol

import structlog

from ..numbers.directory import Answering, Directory
from .admission import Admission
from .answers import Answers
from .core.actions import EndReason
from .core.events import CallRang, CarrierEnded, LegClosed, LegEnd
from .core.redact import phone
from .hang_ups import HangUps
from .live_calls import LiveCall, LiveCalls
from .metrics import Metrics
from .notice import Notice
from .session import Session
from .tokens import Grant, StreamTokens

_LOG = structlog.stdlib.get_logger("voicegate.reception")
_BY_THE_CARRIER = (EndReason.CALLER_HUNG_UP, EndReason.TRANSFERRED, EndReason.REDIRECTED)


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP status, and the document if there is one."""

    status: HTTPStatus
    document: bytes = b""


class OpenSession(Protocol):
    """Makes the session of a new call, on which nothing has been spent yet."""

    def __call__(
        self,
        call_id: str,
        called: str,
        answering: Answering,
        on_end: Callable[[EndReason], None],
    ) -> Session: ...


def note_nothing(_called: str) -> None:
    """Without a registry nobody wants to know when a number was last called."""


class Reception:
    """One method for each webhook. Any of them may come twice, late, or before another."""

    def __init__(
        self,
        *,
        calls: LiveCalls,
        directory: Directory,
        admission: Admission,
        answers: Answers,
        tokens: StreamTokens,
        token_ttl_ms: int,
        open_session: OpenSession,
        hang_ups: HangUps,
        metrics: Metrics,
        note_call: Callable[[str], None] = note_nothing,
    ) -> None:
        self._calls = calls
        self._directory = directory
        self._admission = admission
        self._answers = answers
        self._tokens = tokens
        self._token_ttl_ms = token_ttl_ms
        self._open_session = open_session
        self._hang_ups = hang_ups
        self._metrics = metrics
        self._note_call = note_call

    def voice(self, notice: Notice) -> Reply:
        """A call came in; asked again before its media came, the answer is the same."""
        known = self._calls.find(notice.call_sid)
        if isinstance(known, LiveCall):
            is_taken, document = known.has_started, known.document
        elif known is not None:
            is_taken, document = known.had_started, self._answers.fallback()
        else:
            is_taken, document = False, self._receive(notice)
        return Reply(HTTPStatus.CONFLICT) if is_taken else Reply(HTTPStatus.OK, document)

    def after(self, notice: Notice) -> Reply:
        """The stream has ended, or never came to be: the carrier asks what now."""
        known = self._calls.find(notice.call_sid)
        if isinstance(known, LiveCall):  # the socket has not told us yet, or there never was one
            lost = CarrierEnded() if notice.is_over else LegClosed(LegEnd.LOST)
            known.session.deliver(lost)
            known = self._calls.find(notice.call_sid)
            assert not isinstance(known, LiveCall)
        self._hang_ups.forget(notice.call_sid)
        return Reply(HTTPStatus.OK, self._answers.after(known))

    def status(self, notice: Notice) -> Reply:
        """The carrier reports how the call stands; only that it is over is news."""
        known = self._calls.find(notice.call_sid)
        if notice.is_over:
            self._hang_ups.forget(notice.call_sid)
            if isinstance(known, LiveCall):
                known.session.deliver(CarrierEnded())
        return Reply(HTTPStatus.NO_CONTENT)

    def stream_status(self, notice: Notice) -> Reply:
        """The carrier reports on the stream; a handshake that failed shows here only."""
        known = self._calls.find(notice.call_sid)
        if known is not None and notice.stream_event == "stream-error":
            _LOG.warning("stream.error", call=known.call_id, error=notice.stream_error)
        return Reply(HTTPStatus.NO_CONTENT)

    # -- a new call ----------------------------------------------------------------------------

    def _receive(self, notice: Notice) -> bytes:
        answering = self._directory.resolve(notice.called, notice.caller)
        for alarm in answering.alarms:
            _LOG.warning("route.alarm", called=phone(notice.called), found=alarm)
        if document := self._answers.elsewhere(answering.route):
            kind = "closed" if answering.route is None else answering.route.kind
            _LOG.info("call.led_elsewhere", call_sid=notice.call_sid, kind=kind)
            self._note_call(notice.called)
            return document
        barrier = self._admission.admit()
        if barrier is None:
            return self._take(notice, answering)
        self._metrics.calls_ended.labels(EndReason.OVERLOAD_REFUSED).inc()
        _LOG.warning("call.refused", call_sid=notice.call_sid, cause=barrier)
        return self._answers.fallback()

    def _take(self, notice: Notice, answering: Answering) -> bytes:
        call_id, call_sid = secrets.token_hex(8), notice.call_sid
        grant = Grant(call_id, call_sid, notice.account_sid, attempt=0)
        document = self._answers.stream(self._tokens.issue(grant, self._token_ttl_ms))
        on_end = partial(self._ended, call_sid, notice.called)
        session = self._open_session(call_id, notice.called, answering, on_end)
        self._calls.add(LiveCall(call_id, call_sid, session, document, answering.version))
        caller, called = phone(notice.caller), phone(notice.called)
        _LOG.info("call.rang", call=call_id, call_sid=call_sid, caller=caller, called=called)
        session.deliver(CallRang())
        return self._answers.fallback() if session.is_over else document

    def _ended(self, call_sid: str, called: str, reason: EndReason) -> None:
        ended = self._calls.end(call_sid, reason)
        self._note_call(called)
        if ended.had_started and reason not in _BY_THE_CARRIER:
            self._hang_ups.expect(call_sid)
