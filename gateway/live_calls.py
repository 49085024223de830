"""The calls of this process, by the carrier's id of the call: announced, on the line, just over.

Never by the id of a stream: that one changes when a stream is opened anew.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .call_record import CallFacts
from .core.actions import EndReason
from .session import Session


@dataclass(frozen=True, slots=True, eq=False)
class LiveCall:
    """A call that was announced and is not over; its media may be here or still to come."""

    facts: CallFacts
    session: Session

    @property
    def call_id(self) -> str:
        """Ours."""
        return self.facts.call_id

    @property
    def call_sid(self) -> str:
        """The carrier's."""
        return self.facts.call_sid

    @property
    def has_started(self) -> bool:
        """Its media came."""
        return self.session.has_leg


@dataclass(frozen=True, slots=True)
class EndedCall:
    """What is remembered of a call for questions that come after its end."""

    call_id: str
    reason: EndReason
    had_started: bool


class LiveCalls:
    """At most one call for each CallSid; `now_ms` may be any clock that never goes back.

    `emptied` is set while no call is live.
    """

    def __init__(
        self, now_ms: Callable[[], int], *, keep_ms: int = 600_000, keep_max: int = 10_000
    ) -> None:
        self._now_ms = now_ms
        self._keep_ms = keep_ms
        self._keep_max = keep_max
        self._live: dict[str, LiveCall] = {}
        self._ended: OrderedDict[str, tuple[int, EndedCall]] = OrderedDict()
        self.emptied = asyncio.Event()
        self.emptied.set()

    def __len__(self) -> int:
        return len(self._live)

    def __iter__(self) -> Iterator[LiveCall]:
        """The live ones, as they are now: they may end meanwhile."""
        return iter(list(self._live.values()))

    def find(self, call_sid: str) -> LiveCall | EndedCall | None:
        """The call, or what is remembered of it."""
        self._forget()
        _, ended = self._ended.get(call_sid, (0, None))
        return self._live.get(call_sid) or ended

    def add(self, call: LiveCall) -> None:
        """A call was announced."""
        assert self.find(call.call_sid) is None
        self._live[call.call_sid] = call
        self.emptied.clear()

    def end(self, call_sid: str, reason: EndReason) -> EndedCall:
        """A live call is over."""
        call = self._live.pop(call_sid)
        ended = EndedCall(call.call_id, reason, call.has_started)
        self._ended[call_sid] = (self._now_ms() + self._keep_ms, ended)
        self._forget()
        if not self._live:
            self.emptied.set()
        return ended

    def drop(self, call_sid: str) -> None:
        """A call is another process's: nothing of it is remembered here."""
        self._live.pop(call_sid, None)
        self._ended.pop(call_sid, None)
        if not self._live:
            self.emptied.set()

    def _forget(self) -> None:
        """Those that ended longest ago."""
        now_ms = self._now_ms()
        while self._ended:
            expires_at_ms, _ = next(iter(self._ended.values()))
            if len(self._ended) <= self._keep_max and now_ms < expires_at_ms:
                return
            self._ended.popitem(last=False)
