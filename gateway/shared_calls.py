"""The calls of all processes behind one public URL; and of one process that is alone."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Protocol

from .call_record import CallFacts, CallRecord
from .core.actions import EndReason


class Limit(StrEnum):
    """How many calls all processes together take at the same time: in all, and of one number."""

    TOTAL = "max_calls_total"
    NUMBER = "max_calls_number"


def limits(facts: CallFacts, total: int | None) -> dict[Limit, int]:
    """Those that hold for a call, with their numbers."""
    found = {Limit.TOTAL: total, Limit.NUMBER: facts.max_calls}
    return {limit: most for limit, most in found.items() if most is not None}


class Owner(Protocol):
    """What a process is told of the calls that it has, or had."""

    def moved(self, call_sid: str, call_id: str) -> None:
        """Another process has the call now."""
        ...

    def lost(self, call_sid: str, *, is_over: bool) -> CallRecord | None:
        """The carrier says that the media, or the whole call, is over: how the call ended here."""
        ...


class SharedCalls(Protocol):
    """One record for each CallSid. What a caller waits for asks once, and raises StoreError.

    `process` names this one. `listen` comes before anything else.
    """

    @property
    def process(self) -> str: ...

    def limits(self, facts: CallFacts) -> Mapping[Limit, int]:
        """Those that may keep a call out."""
        ...

    def listen(self, owner: Owner) -> None: ...

    async def start(self) -> None: ...

    async def close(self) -> None:
        """Write down what is still to be, if that goes quickly."""
        ...

    async def announce(self, record: CallRecord) -> CallRecord | Limit:
        """A call came in: this record, or the one that was there before; or what keeps it out."""
        ...

    async def find(self, call_sid: str) -> CallRecord | None: ...

    async def claim(self, call_sid: str, call_id: str) -> CallRecord | None:
        """Its media is here. The record as it stood: one that was waiting is ours and has started.

        Who had the call is told.
        """
        ...

    async def lose(self, call_sid: str, *, is_over: bool) -> CallRecord | None:
        """The carrier says that its media, or all of it, is over. The owner is told and settles it.

        The record as it stands then; where the owner is no more, a record that says so.
        """
        ...

    def keep(self, record: CallRecord) -> None:
        """A call of ours stands so; written when that is possible."""
        ...


def unowned_end(record: CallRecord, *, is_over: bool) -> CallRecord:
    """The end of a call whose process does not answer any more."""
    return replace(record, reason=EndReason.CALLER_HUNG_UP if is_over else EndReason.LEG_LOST)


class Hall:
    """What processes in one memory share; calls that are over are forgotten after a while.

    `limit`: so many calls at the same time, None for any number.
    """

    def __init__(
        self,
        now_ms: Callable[[], int],
        *,
        limit: int | None = None,
        keep_ms: int = 600_000,
        keep_max: int = 10_000,
    ) -> None:
        self.records: dict[str, CallRecord] = {}
        self.owners: dict[str, Owner] = {}
        self.limit = limit
        self._now_ms = now_ms
        self._keep_ms = keep_ms
        self._keep_max = keep_max
        self._ended: OrderedDict[str, int] = OrderedDict()

    def put(self, record: CallRecord) -> None:
        """An owner's word, if it is the owner's; the first end counts."""
        call_sid = record.facts.call_sid
        known = self.records.get(call_sid)
        if known is not None and (known.owner != record.owner or known.reason is not None):
            return
        self.records[call_sid] = record
        if record.reason is not None:
            self._ended[call_sid] = self._now_ms() + self._keep_ms
            self._forget()

    def reached(self, facts: CallFacts) -> Limit | None:
        """The first limit as many calls of which are not over."""
        live = [record.facts for record in self.records.values() if record.reason is None]
        counts = {
            Limit.TOTAL: len(live),
            Limit.NUMBER: sum(each.called == facts.called for each in live),
        }
        wanted = limits(facts, self.limit)
        return next((limit for limit, most in wanted.items() if counts[limit] >= most), None)

    def _forget(self) -> None:
        now_ms = self._now_ms()
        while self._ended:
            call_sid, until_ms = next(iter(self._ended.items()))
            if len(self._ended) <= self._keep_max and now_ms < until_ms:
                return
            del self._ended[call_sid], self.records[call_sid]


class MemoryCalls:
    """See SharedCalls; never away. A process that is alone has a hall for itself."""

    def __init__(self, process: str, hall: Hall) -> None:
        self.process = process
        self._hall = hall

    def listen(self, owner: Owner) -> None:
        """See SharedCalls."""
        self._hall.owners[self.process] = owner

    async def start(self) -> None:
        """There is nothing to reach."""

    async def close(self) -> None:
        """From now on nobody answers here."""
        self._hall.owners.pop(self.process, None)

    def limits(self, facts: CallFacts) -> Mapping[Limit, int]:
        """See SharedCalls."""
        return limits(facts, self._hall.limit)

    async def announce(self, record: CallRecord) -> CallRecord | Limit:
        """See SharedCalls."""
        known = self._hall.records.get(record.facts.call_sid)
        if known is None and (reached := self._hall.reached(record.facts)):
            return reached
        return self._hall.records.setdefault(record.facts.call_sid, record)

    async def find(self, call_sid: str) -> CallRecord | None:
        """See SharedCalls."""
        return self._hall.records.get(call_sid)

    async def claim(self, call_sid: str, call_id: str) -> CallRecord | None:
        """See SharedCalls."""
        known = self._hall.records.get(call_sid)
        if known is not None and known.is_waiting and known.facts.call_id == call_id:
            ours = replace(known, owner=self.process, has_started=True)
            self._hall.records[call_sid] = ours
            if known.owner != self.process and known.owner in self._hall.owners:
                self._hall.owners[known.owner].moved(call_sid, call_id)
        return known

    async def lose(self, call_sid: str, *, is_over: bool) -> CallRecord | None:
        """See SharedCalls."""
        known = self._hall.records.get(call_sid)
        if known is None:
            return None
        owner = self._hall.owners.get(known.owner)
        told = None if owner is None else owner.lost(call_sid, is_over=is_over)
        if known.reason is None:
            self._hall.put(told or unowned_end(known, is_over=is_over))
        return self._hall.records[call_sid]

    def keep(self, record: CallRecord) -> None:
        """See SharedCalls."""
        self._hall.put(record)
