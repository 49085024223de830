"""Opens the calls of this process, keeps what others know of them right, and asks about theirs."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Protocol

import structlog

from ..numbers.directory import Answering
from .call_record import CallFacts, CallRecord
from .core.actions import EndReason
from .core.errors import StoreError
from .core.events import CallRang, CarrierEnded, LegClosed, LegEnd
from .core.redact import phone
from .flow_calls import Casting
from .hang_ups import HangUps
from .live_calls import EndedCall, LiveCall, LiveCalls
from .session import Session
from .shared_calls import Limit, SharedCalls
from .stream_fault import StreamFault
from .tokens import Grant

_LOG = structlog.stdlib.get_logger("voicegate.switchboard")
_BY_THE_CARRIER = (EndReason.CALLER_HUNG_UP, EndReason.TRANSFERRED, EndReason.REDIRECTED)

Answerer = Answering | Casting  # an agent, or a flow with its agents
Recall = Callable[[CallFacts], Awaitable[Answerer]]


class OpenSession(Protocol):
    """Makes the session of a call, on which nothing has been spent yet."""

    def __call__(
        self, facts: CallFacts, answerer: Answerer, on_end: Callable[[EndReason], None]
    ) -> Session: ...


def note_nothing(_called: str) -> None:
    """Without a registry nobody wants to know when a number was last called."""


async def as_it_stands(facts: CallFacts) -> Answerer:
    """Without a registry there are no agents but the one whom the settings describe."""
    return Answering(facts.route, audio=facts.audio, version=facts.version)


class Switchboard:
    """Where the store is away, this process vouches for its own calls and knows no others.

    `recall` finds again what a call that was announced elsewhere is answered by.
    """

    def __init__(
        self,
        *,
        calls: LiveCalls,
        shared: SharedCalls,
        open_session: OpenSession,
        hang_ups: HangUps,
        note_call: Callable[[str], None] = note_nothing,
        recall: Recall = as_it_stands,
    ) -> None:
        self._calls = calls
        self._shared = shared
        self._open_session = open_session
        self._hang_ups = hang_ups
        self._note_call = note_call
        self._recall = recall
        self._promised: set[str] = set()  # calls that were taken although there is a limit
        shared.listen(self)

    # -- a call rings --------------------------------------------------------------------------

    async def announce(self, facts: CallFacts, answerer: Answerer) -> CallRecord | Limit:
        """Take the call, unless another process has it: the record of whoever has.

        Or the limit that keeps it out. It counts here and its model is called while the others are
        asked, or afterwards where there is a limit; nothing is said to the model that costs, and
        it is let go if the call is not ours.
        """
        call = self._open(facts, answerer)
        has_limit = bool(self._shared.limits(facts))
        if not has_limit:
            call.session.deliver(CallRang())
        found = await self._ask(call)
        if isinstance(found, Limit):
            self._drop(call)
            return found
        if found.facts.call_id != facts.call_id:
            self._let_go(call)
            return found
        if has_limit:
            call.session.deliver(CallRang())
            self._promised.add(facts.call_id)
        shown = {"caller": phone(facts.caller), "called": phone(facts.called)}
        _LOG.info("call.rang", call=facts.call_id, call_sid=facts.call_sid, **shown)
        return self._with_end(found)

    async def announce_again(self, call: LiveCall) -> CallRecord | Limit:
        """The carrier asks once more about a call that is waiting here.

        One that was promised already is vouched for where the store has lost it.
        """
        found = await self._ask(call)
        if isinstance(found, Limit):
            return self._vouch(call) if call.call_id in self._promised else found
        if found.facts.call_id != call.call_id:
            self._let_go(call)
        return found

    async def _ask(self, call: LiveCall) -> CallRecord | Limit:
        try:
            return await self._shared.announce(CallRecord(call.facts, self._shared.process))
        except StoreError as error:
            _LOG.warning("call.vouched", call=call.call_id, step="rang", cause=error.fault)
            return self._vouch(call)

    def _vouch(self, call: LiveCall) -> CallRecord:
        """It is ours on our own word; the store is told when that is possible."""
        record = self._with_end(CallRecord(call.facts, self._shared.process))
        self._shared.keep(record)
        return record

    async def look_up(self, call_sid: str) -> CallRecord | None:
        """What another process knows of a call; None also where nobody can be asked."""
        try:
            return await self._shared.find(call_sid)
        except StoreError:
            return None

    # -- its media comes -----------------------------------------------------------------------

    async def claim(self, grant: Grant) -> LiveCall | StreamFault:
        """The call of this token, which is here or comes here now."""
        known = self._find(grant)
        if known is not None and known.has_started:
            return StreamFault.SECOND_STREAM
        try:
            record = await self._shared.claim(grant.call_sid, grant.call_id)
        except StoreError as error:
            _LOG.warning("call.vouched", call=grant.call_id, step="started", cause=error.fault)
            record = None
        known = self._find(grant)  # it may be over by now
        if record is None:
            return self._start_alone(known)
        if record.owner == self._shared.process:
            return known or StreamFault.UNKNOWN_CALL
        if record.facts.call_id != grant.call_id or record.reason is not None:
            return StreamFault.UNKNOWN_CALL
        return StreamFault.SECOND_STREAM if record.has_started else await self._adopt(record)

    def _find(self, grant: Grant) -> LiveCall | None:
        known = self._calls.find(grant.call_sid)
        if isinstance(known, LiveCall) and known.call_id == grant.call_id:
            return known
        return None

    def _start_alone(self, known: LiveCall | None) -> LiveCall | StreamFault:
        """The store is away, or has lost the call: it is told again."""
        if known is None:
            return StreamFault.UNKNOWN_CALL
        self._shared.keep(CallRecord(known.facts, self._shared.process, has_started=True))
        return known

    async def _adopt(self, record: CallRecord) -> LiveCall | StreamFault:
        """It rang at another process, which lets go of it as soon as it is told."""
        call = self._open(record.facts, await self._recall(record.facts))
        _LOG.info("call.adopted", call=call.call_id, call_sid=call.call_sid, owner=record.owner)
        call.session.deliver(CallRang())
        return StreamFault.UNKNOWN_CALL if call.session.is_over else call

    # -- it is over ----------------------------------------------------------------------------

    async def lose(self, call_sid: str, *, is_over: bool) -> EndedCall | None:
        """The carrier says that the media, or all of it, is over: how the call ended, anywhere.

        Raises StoreError: it is not ours, and nobody can be asked whose it is.
        """
        here = self._lose_here(call_sid, is_over=is_over)
        if here is not None:
            return here
        record = await self._shared.lose(call_sid, is_over=is_over)
        if record is None or record.reason is None:
            return None
        return EndedCall(record.facts.call_id, record.reason, record.has_started)

    def _lose_here(self, call_sid: str, *, is_over: bool) -> EndedCall | None:
        known = self._calls.find(call_sid)
        if isinstance(known, LiveCall):  # the socket has not told us yet, or there never was one
            known.session.deliver(CarrierEnded() if is_over else LegClosed(LegEnd.LOST))
            known = self._calls.find(call_sid)
            assert not isinstance(known, LiveCall)
        self._hang_ups.forget(call_sid)
        return known

    # -- what other processes say --------------------------------------------------------------

    def moved(self, call_sid: str, call_id: str) -> None:
        """See Owner. One whose media is here stays: somebody claimed it who should not have."""
        known = self._calls.find(call_sid)
        if not isinstance(known, LiveCall) or known.call_id != call_id:
            return
        if known.has_started:
            _LOG.warning("call.contested", call=call_id)
        else:
            self._let_go(known)

    def lost(self, call_sid: str, *, is_over: bool) -> CallRecord | None:
        """See Owner."""
        known = self._calls.find(call_sid)
        ended = self._lose_here(call_sid, is_over=is_over)
        if ended is None:
            return None
        facts = known.facts if isinstance(known, LiveCall) else CallFacts(ended.call_id, call_sid)
        return CallRecord(facts, self._shared.process, ended.had_started, ended.reason)

    # -- the call here -------------------------------------------------------------------------

    def _open(self, facts: CallFacts, answerer: Answerer) -> LiveCall:
        on_end = partial(self._ended, facts)
        call = LiveCall(facts, self._open_session(facts, answerer, on_end))
        self._calls.add(call)
        return call

    def _let_go(self, call: LiveCall) -> None:
        """Another process has it."""
        if self._drop(call):
            _LOG.info("call.moved", call=call.call_id, call_sid=call.call_sid)

    def _drop(self, call: LiveCall) -> bool:
        """Close what was prepared for it here, if it is still known."""
        self._promised.discard(call.call_id)
        known = self._calls.find(call.call_sid)
        is_known = known is not None and known.call_id == call.call_id
        if is_known:
            self._calls.drop(call.call_sid)
            call.session.abandon()
        return is_known

    def _ended(self, facts: CallFacts, reason: EndReason) -> None:
        self._promised.discard(facts.call_id)
        ended = self._calls.end(facts.call_sid, reason)
        self._shared.keep(CallRecord(facts, self._shared.process, ended.had_started, reason))
        self._note_call(facts.called)
        if ended.had_started and reason not in _BY_THE_CARRIER:
            self._hang_ups.expect(facts.call_sid)

    def _with_end(self, record: CallRecord) -> CallRecord:
        """A call may be over before anybody else knows of it."""
        known = self._calls.find(record.facts.call_sid)
        return replace(record, reason=known.reason) if isinstance(known, EndedCall) else record
