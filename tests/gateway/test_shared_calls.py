"""What processes tell each other of their calls: the same in one memory and by Redis."""

import asyncio
import uuid
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import pytest

from voicegate.gateway import redis_calls, store_faults
from voicegate.gateway import store as opening
from voicegate.gateway.call_record import CallFacts, CallRecord
from voicegate.gateway.core.actions import EndReason
from voicegate.gateway.core.errors import StoreError
from voicegate.gateway.redis_calls import RedisCalls
from voicegate.gateway.shared_calls import Hall, Limit, MemoryCalls, SharedCalls
from voicegate.gateway.sim.rig.clock import StillClock
from voicegate.gateway.sim.rig.loops import at_once, turn
from voicegate.gateway.store import OpenStore
from voicegate.numbers.model import Audio, Route, RouteKind

SID = "CA" + "1" * 32
DESK = Route(RouteKind.AGENT, "desk")
FACTS = CallFacts("one", SID, "+12125550142", b"<Response/>", DESK, "desk", Audio.PCMU, 7)
PATIENCE_S = 20.0  # only a test that fails waits so long


class Told:
    """An owner that notes what it is told, and says how its calls ended."""

    def __init__(self, ends: CallRecord | None = None) -> None:
        self.ends = ends
        self.moves: list[tuple[str, str]] = []
        self.losses: list[tuple[str, bool]] = []

    def moved(self, call_sid: str, call_id: str) -> None:
        self.moves.append((call_sid, call_id))

    def lost(self, call_sid: str, *, is_over: bool) -> CallRecord | None:
        self.losses.append((call_sid, is_over))
        return self.ends


class Street:
    """Opens processes that share their calls."""

    def __init__(self, store: OpenStore | None, limit: int | None = None) -> None:
        self._store = store
        self._limit = limit
        self._hall = Hall(lambda: 0, limit=limit)

    def make(self, process: str) -> SharedCalls:
        store = self._store
        if store is None:
            return MemoryCalls(process, self._hall)
        return RedisCalls(store.gateway_client(), store.prefix, store.where, process, self._limit)

    def limited(self, limit: int) -> "Street":
        """The same with a limit."""
        return Street(self._store, limit)

    def open(
        self, process: str, owner: Told | None = None
    ) -> AbstractAsyncContextManager[SharedCalls]:
        return running(self.make(process), owner or Told())


@asynccontextmanager
async def running(calls: SharedCalls, owner: Told) -> AsyncGenerator[SharedCalls, None]:
    calls.listen(owner)
    await calls.start()
    try:
        yield calls
    finally:
        await calls.close()


@pytest.fixture(params=["memory", "redis"])
def street(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Street:
    monkeypatch.setattr(redis_calls, "ANSWER_S", PATIENCE_S)
    if request.param == "memory":
        return Street(None)
    for name in ("GATEWAY_CONNECT_S", "GATEWAY_ANSWER_S"):
        monkeypatch.setattr(opening, name, PATIENCE_S)
    monkeypatch.setattr(store_faults, "ASK_S", PATIENCE_S)
    url: str = request.getfixturevalue("external_redis")
    return Street(OpenStore("", f"{{{uuid.uuid4().hex}}}:", url))


async def until_found(calls: SharedCalls, wanted: CallRecord) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await calls.find(SID) != wanted:
            await turn()


def test_whoever_announces_a_call_first_has_it(street: Street) -> None:
    """C4, C155: everybody else is told what was settled there, to the last byte."""

    async def main() -> None:
        async with street.open("a") as a, street.open("b") as b:
            assert await b.find(SID) is None
            first, other = CallRecord(FACTS, "a"), CallRecord(replace(FACTS, call_id="two"), "b")
            assert await a.announce(first) == first
            assert await b.announce(other) == first
            assert await a.announce(first) == first
            assert await b.find(SID) == first

    asyncio.run(main())


def numbered(number: int, process: str) -> CallRecord:
    return CallRecord(CallFacts(f"call-{number}", f"CA{number}"), process)


async def until_taken(calls: SharedCalls, record: CallRecord) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await calls.announce(record) is Limit.TOTAL:
            await turn()


def test_all_processes_together_take_as_many_calls_as_the_limit(street: Street) -> None:
    """C151, C154: one that is known is told all the same; one that is over makes room."""

    async def main() -> None:
        limited = street.limited(2)
        async with limited.open("a") as a, limited.open("b") as b:
            one, two = numbered(1, "a"), numbered(2, "b")
            assert [await a.announce(one), await b.announce(two)] == [one, two]
            assert await b.announce(two) == two
            assert await b.announce(one) == one
            for process, calls in (("a", a), ("b", b)):
                assert await calls.announce(numbered(3, process)) is Limit.TOTAL
            assert await a.find("CA3") is None
            b.keep(replace(two, reason=EndReason.CALLER_HUNG_UP))
            await until_taken(a, numbered(3, "a"))
            assert await b.announce(numbered(4, "b")) is Limit.TOTAL

    asyncio.run(main())


def test_all_processes_together_take_as_many_calls_of_a_number_as_it_says(street: Street) -> None:
    """C151, C154: calls of others are not in its way, and it says so only of new ones."""

    async def main() -> None:
        async with street.open("a") as a, street.open("b") as b:
            one, two, other = (
                replace(numbered(number, "a"), facts=_limited(number, called))
                for number, called in ((1, "+1212"), (2, "+1212"), (3, "+1313"))
            )
            assert [await a.announce(one), await a.announce(other)] == [one, other]
            assert await b.announce(two) is Limit.NUMBER
            assert await b.announce(one) == one
            assert a.limits(one.facts) == {Limit.NUMBER: 1}
            a.keep(replace(one, reason=EndReason.CALLER_HUNG_UP))
            async with asyncio.timeout(PATIENCE_S):
                while await b.announce(two) is Limit.NUMBER:
                    await turn()

    asyncio.run(main())


def _limited(number: int, called: str) -> CallFacts:
    return CallFacts(f"call-{number}", f"CA{number}", called, max_calls=1)


def test_a_call_that_moves_keeps_its_one_slot(street: Street) -> None:
    """C6, C154: whoever has it then gives it back."""

    async def main() -> None:
        limited = street.limited(1)
        async with limited.open("a") as a, limited.open("b") as b:
            one, two = numbered(1, "a"), numbered(2, "a")
            await a.announce(one)
            await b.claim("CA1", "call-1")
            assert await a.announce(two) is Limit.TOTAL
            b.keep(CallRecord(one.facts, "b", has_started=True, reason=EndReason.DRAINED))
            await until_taken(a, two)

    asyncio.run(main())


def test_a_call_whose_process_is_gone_gives_its_slot_back_when_that_is_found_out(
    street: Street,
) -> None:
    """C154, C155: the carrier says that it is over."""

    async def main() -> None:
        limited = street.limited(1)
        async with limited.open("b") as b:
            async with limited.open("a") as a:
                await a.announce(numbered(1, "a"))
            assert await b.announce(numbered(2, "b")) is Limit.TOTAL
            await b.lose("CA1", is_over=True)
            assert await b.announce(numbered(2, "b")) == numbered(2, "b")

    asyncio.run(main())


def test_whoever_claims_a_waiting_call_has_it_and_the_first_is_told(street: Street) -> None:
    """C6: once; the next one finds that it has started."""

    async def main() -> None:
        told = Told()
        async with street.open("a", told) as a, street.open("b") as b:
            waiting = await a.announce(CallRecord(FACTS, "a"))
            assert await b.claim(SID, "another") == waiting
            assert await b.claim(SID, "one") == waiting
            assert await b.find(SID) == CallRecord(FACTS, "b", has_started=True)
            assert await a.claim(SID, "one") == CallRecord(FACTS, "b", has_started=True)
            async with asyncio.timeout(PATIENCE_S):
                while not told.moves:
                    await turn()
            assert told.moves == [(SID, "one")]

    asyncio.run(main())


def test_whoever_claims_a_call_of_its_own_tells_nobody(street: Street) -> None:
    async def main() -> None:
        told = Told()
        async with street.open("a", told) as a, street.open("b") as b:
            await a.announce(CallRecord(FACTS, "a"))
            assert await a.claim(SID, "one") == CallRecord(FACTS, "a")
            assert await b.find(SID) == CallRecord(FACTS, "a", has_started=True)
            await b.lose(SID, is_over=True)  # what was told before this has been heard by then
            assert told.moves == []

    asyncio.run(main())


def test_nobody_can_claim_a_call_that_is_unknown_or_over(street: Street) -> None:
    async def main() -> None:
        async with street.open("a") as a, street.open("b") as b:
            assert await b.claim(SID, "one") is None
            assert await b.lose(SID, is_over=True) is None
            await a.announce(CallRecord(FACTS, "a"))
            over = CallRecord(FACTS, "a", reason=EndReason.DRAINED)
            a.keep(over)
            await until_found(b, over)
            assert await b.claim(SID, "one") == over
            assert await b.find(SID) == over

    asyncio.run(main())


@pytest.mark.parametrize("is_over", [True, False])
def test_the_owner_says_how_a_call_ended(street: Street, *, is_over: bool) -> None:
    """C155, C18: a live one elsewhere is told, and its answer counts; so it does afterwards."""

    async def main() -> None:
        ended = CallRecord(FACTS, "a", has_started=True, reason=EndReason.MODEL_LOST)
        told = Told(ended)
        async with street.open("a", told) as a, street.open("b") as b:
            await a.announce(CallRecord(FACTS, "a"))
            assert await b.lose(SID, is_over=is_over) == ended
            a.keep(ended)
            await until_found(b, ended)
            assert await b.lose(SID, is_over=is_over) == ended
            async with asyncio.timeout(PATIENCE_S):
                while len(told.losses) < 2:  # its carrier is not to be asked to hang up any more
                    await turn()
            assert told.losses == [(SID, is_over)] * 2

    asyncio.run(main())


@pytest.mark.parametrize(
    ("is_over", "reason"), [(True, EndReason.CALLER_HUNG_UP), (False, EndReason.LEG_LOST)]
)
def test_a_call_whose_process_is_gone_is_over(
    street: Street, reason: EndReason, *, is_over: bool
) -> None:
    """C18, C155: whoever is asked says so, and all say the same from then on."""

    async def main() -> None:
        async with street.open("b") as b, street.open("c") as c:
            async with street.open("a") as a:
                await a.announce(CallRecord(FACTS, "a"))
                await a.claim(SID, "one")
            gone = CallRecord(FACTS, "a", has_started=True, reason=reason)
            assert await b.lose(SID, is_over=is_over) == gone
            assert await c.lose(SID, is_over=not is_over) == gone

    asyncio.run(main())


def test_a_process_that_leaves_says_first_how_its_calls_ended(street: Street) -> None:
    """C158: what comes after the farewell is asked of another one."""

    async def main() -> None:
        drained = CallRecord(FACTS, "a", has_started=True, reason=EndReason.DRAINED)
        async with street.open("b") as b:
            async with street.open("a") as a:
                await a.announce(CallRecord(FACTS, "a"))
                await a.claim(SID, "one")
                a.keep(drained)
            assert await b.lose(SID, is_over=False) == drained

    asyncio.run(main())


def test_a_call_that_its_process_has_forgotten_is_over(street: Street) -> None:
    async def main() -> None:
        async with street.open("a") as a, street.open("b") as b:
            await a.announce(CallRecord(FACTS, "a"))
            gone = CallRecord(FACTS, "a", reason=EndReason.LEG_LOST)
            assert await b.lose(SID, is_over=False) == gone
            assert await a.find(SID) == gone

    asyncio.run(main())


def test_the_first_end_counts_and_only_the_owner_tells_it(street: Street) -> None:
    """C20: a late word of somebody who has not the call any more changes nothing."""

    async def main() -> None:
        async with street.open("a") as a, street.open("b") as b:
            await a.announce(CallRecord(FACTS, "a"))
            await b.claim(SID, "one")
            a.keep(CallRecord(FACTS, "a", reason=EndReason.DRAINED))
            first = CallRecord(FACTS, "b", has_started=True, reason=EndReason.AGENT_HUNG_UP)
            b.keep(first)
            await until_found(b, first)
            b.keep(replace(first, reason=EndReason.INTERNAL_ERROR))
        async with street.open("c") as c:
            assert await c.find(SID) == first
            c.keep(CallRecord(FACTS, "c"))
        async with street.open("d") as d:
            assert await d.find(SID) == first

    asyncio.run(main())


def test_a_call_that_ended_before_the_others_knew_of_it_has_ended(street: Street) -> None:
    """C4, C20: the carrier took it back while it was being announced."""

    async def main() -> None:
        async with street.open("a") as a, street.open("b") as b:
            ended = CallRecord(FACTS, "a", reason=EndReason.CALLER_HUNG_UP)
            a.keep(ended)
            await until_found(b, ended)
            assert await a.announce(CallRecord(FACTS, "a")) == ended

    asyncio.run(main())


def test_a_process_that_is_alone_forgets_what_is_long_over() -> None:
    clock = StillClock()
    hall = Hall(clock.now_ms, keep_ms=600_000, keep_max=2)
    calls = MemoryCalls("a", hall)
    for name in ("CA1", "CA2", "CA3"):
        at_once(calls.announce(CallRecord(CallFacts(name, name), "a")))
        calls.keep(CallRecord(CallFacts(name, name), "a", reason=EndReason.DRAINED))
    assert list(hall.records) == ["CA2", "CA3"]
    clock.ms = 600_000
    at_once(calls.announce(CallRecord(CallFacts("CA4", "CA4"), "a")))
    calls.keep(CallRecord(CallFacts("CA4", "CA4"), "a", reason=EndReason.DRAINED))
    assert list(hall.records) == ["CA4"]


def test_a_record_that_cannot_be_read_is_told_as_a_fault_of_the_store(store: OpenStore) -> None:
    async def main() -> None:
        async with Street(store).open("a") as a, store.gateway_client() as client:
            await client.hset(f"{store.prefix}call:{SID}", mapping={"facts": b"[]", "owner": "b"})
            with pytest.raises(StoreError, match="cannot read"):
                await a.find(SID)

    asyncio.run(main())


def test_what_is_written_is_gone_in_time(store: OpenStore) -> None:
    """Live calls outlast the longest call, ended ones ten minutes."""

    async def main() -> None:
        async with store.gateway_client() as client:
            async with Street(store).open("a") as a:
                await a.announce(CallRecord(FACTS, "a"))
                live_ms = await client.pttl(f"{store.prefix}call:{SID}")
                assert 24 * 3_600_000 < live_ms <= redis_calls.LIVE_MS
                a.keep(CallRecord(FACTS, "a", reason=EndReason.DRAINED))
            assert 0 < await client.pttl(f"{store.prefix}call:{SID}") <= redis_calls.ENDED_MS

    asyncio.run(main())
