"""Calls that ring at one process and are asked about, or picked up, at another."""

from collections.abc import Callable

import pytest

from voicegate.gateway.call_record import CallFacts, CallRecord
from voicegate.gateway.core.actions import EndReason, OpenModel
from voicegate.gateway.core.agent import AgentPlan
from voicegate.gateway.core.agent_script import agent_alone
from voicegate.gateway.core.call import Call
from voicegate.gateway.core.errors import StoreError, StoreFault
from voicegate.gateway.core.events import CarrierEnded, GatewayDraining, LegClosed, LegEnd
from voicegate.gateway.core.terms import CallLimits, Prompts
from voicegate.gateway.hang_ups import HangUps
from voicegate.gateway.live_calls import EndedCall, LiveCall, LiveCalls
from voicegate.gateway.metrics import Metrics
from voicegate.gateway.reporter import Reporter
from voicegate.gateway.session import Session
from voicegate.gateway.shared_calls import Hall, Limit, MemoryCalls, Owner
from voicegate.gateway.sim.rig.clock import StillClock
from voicegate.gateway.sim.rig.end import CALLER, MemoryEnd
from voicegate.gateway.sim.rig.loops import at_once, run
from voicegate.gateway.stream_fault import StreamFault
from voicegate.gateway.switchboard import Answerer, Switchboard
from voicegate.gateway.tokens import Grant
from voicegate.numbers.directory import Answering
from voicegate.numbers.model import Agent, Route, RouteKind

SID, OURS = "CA" + "1" * 32, "+12125550142"
GRANT = Grant("one", SID, "AC1", 0)
DESK = Route(RouteKind.AGENT, "desk")
FACTS = CallFacts("one", SID, OURS, b"<one/>", DESK, "desk", version=7)
TWICE = CallFacts("two", SID, OURS, b"<two/>")  # the same call, heard of at another process
PINNED = Answering(DESK, Agent("desk", "Be kind."), version=7)


class Fragile(MemoryCalls):
    """The store may be away; something may happen while it is asked."""

    def __init__(self, process: str, hall: Hall) -> None:
        super().__init__(process, hall)
        self.hall = hall
        self.is_away = False
        self.meanwhile: Callable[[], None] | None = None
        self.unwritten: list[CallRecord] = []

    def _reach(self) -> None:
        if self.is_away:
            raise StoreError(StoreFault.UNREACHABLE, "away")

    async def announce(self, record: CallRecord) -> CallRecord | Limit:
        if self.meanwhile is not None:
            self.meanwhile()
        self._reach()
        return await super().announce(record)

    async def find(self, call_sid: str) -> CallRecord | None:
        self._reach()
        return await super().find(call_sid)

    async def claim(self, call_sid: str, call_id: str) -> CallRecord | None:
        self._reach()
        return await super().claim(call_sid, call_id)

    async def lose(self, call_sid: str, *, is_over: bool) -> CallRecord | None:
        self._reach()
        return await super().lose(call_sid, is_over=is_over)

    def keep(self, record: CallRecord) -> None:
        if self.is_away:
            self.unwritten.append(record)
        else:
            super().keep(record)


class Process:
    """A switchboard with what it stands on; `recall` finds the version that is pinned."""

    def __init__(self, name: str, hall: Hall) -> None:
        self.calls = LiveCalls(lambda: 0)
        self.shared = Fragile(name, hall)
        self.hang_ups = HangUps(None)
        self.models: list[MemoryEnd] = []
        self.answered_by: list[Answerer] = []
        self.noted: list[str] = []
        self.board = Switchboard(
            calls=self.calls,
            shared=self.shared,
            open_session=self._open,
            hang_ups=self.hang_ups,
            note_call=self.noted.append,
            recall=self._recall,
        )

    async def _recall(self, facts: CallFacts) -> Answering:
        assert (facts.route, facts.agent, facts.version) == (DESK, "desk", 7)
        return PINNED

    def _open(
        self, facts: CallFacts, answerer: Answerer, on_end: Callable[[EndReason], None]
    ) -> Session:
        self.answered_by.append(answerer)
        return Session(
            Call(agent_alone(AgentPlan()), CallLimits(), Prompts()),
            clock=StillClock(),
            open_model=self._open_model,
            watcher=Reporter(facts.call_id, Metrics()),
            on_end=on_end,
        )

    def _open_model(self, _wanted: OpenModel) -> MemoryEnd:
        self.models.append(MemoryEnd())
        return self.models[-1]

    def ring(self, facts: CallFacts = FACTS) -> CallRecord:
        found = self.try_to_ring(facts)
        assert isinstance(found, CallRecord)
        return found

    def try_to_ring(self, facts: CallFacts = FACTS) -> CallRecord | Limit:
        return at_once(self.board.announce(facts, PINNED))

    def hear_of_the_end(self) -> None:
        call = self.calls.find(SID)
        assert isinstance(call, LiveCall)
        call.session.deliver(CarrierEnded())

    def claim(self, grant: Grant = GRANT) -> LiveCall | StreamFault:
        return at_once(self.board.claim(grant))

    def pick_up(self) -> LiveCall:
        call = self.claim()
        assert isinstance(call, LiveCall)
        call.session.attach(MemoryEnd(CALLER))
        return call

    def lose(self, *, is_over: bool) -> EndedCall | None:
        return at_once(self.board.lose(SID, is_over=is_over))


def town(count: int = 3, limit: int | None = None) -> list[Process]:
    hall = Hall(lambda: 0, limit=limit)
    return [Process(name, hall) for name in "abcdefgh"[:count]]


def test_a_call_that_rings_twice_is_taken_once() -> None:
    """C4, C5: the second process tells what the first one settled, and lets go of its model."""
    a, b, _ = town()
    first = a.ring()
    assert b.ring(TWICE) == first
    assert [model.closes for model in a.models] == [0]
    assert [(model.closes, model.log) for model in b.models] == [(1, [])]
    assert (len(a.calls), len(b.calls), b.calls.find(SID)) == (1, 0, None)
    assert b.calls.emptied.is_set()
    assert b.noted == []


def test_the_model_is_called_while_the_others_are_asked() -> None:
    """C5: the caller does not wait for the one and then for the other."""
    a, *_ = town()
    a.shared.meanwhile = lambda: models.append(len(a.models))
    models: list[int] = []
    a.ring()
    assert models == [1]


def test_a_call_beyond_the_limit_of_all_processes_opens_no_model_and_leaves_nothing() -> None:
    """C151, C154: the next one is taken again when one is over; who was promised stays."""
    a, b, _ = town(limit=1)
    first = a.ring()
    other = CallFacts("two", "CA" + "2" * 32)
    assert b.try_to_ring(other) is Limit.TOTAL
    assert (b.models, len(b.calls), b.calls.find(other.call_sid), b.noted) == ([], 0, None, [])
    assert b.ring(TWICE) == first
    a.hear_of_the_end()
    assert b.ring(other).reason is None
    assert len(b.models) == 1


def test_a_promised_call_that_the_store_has_lost_meanwhile_is_not_refused() -> None:
    """C4, C154: full by now, but the carrier has our document."""
    a, b, _ = town(limit=1)
    first = a.ring()
    a.shared.hall.records.clear()
    b.ring(CallFacts("two", "CA" + "2" * 32))
    call = a.calls.find(SID)
    assert isinstance(call, LiveCall)
    assert at_once(a.board.announce_again(call)) == first
    assert a.shared.hall.records[SID] == first


@pytest.mark.parametrize("limit", [None, 9])
def test_a_call_that_ends_while_the_others_are_asked_is_over_everywhere(limit: int | None) -> None:
    """C4, C20: also when the store is away then, and is told of the call later."""
    for is_away in (False, True):
        a, b, _ = town(limit=limit)
        a.shared.is_away = is_away
        a.shared.meanwhile = a.hear_of_the_end
        assert a.ring().reason is EndReason.CALLER_HUNG_UP
        assert not is_away or a.shared.unwritten[-1].reason is EndReason.CALLER_HUNG_UP
        assert is_away or b.ring(TWICE).reason is EndReason.CALLER_HUNG_UP


def test_a_call_of_another_process_that_ends_while_that_is_found_out_is_forgotten() -> None:
    """C4: what became of our attempt says nothing about the call."""
    a, b, _ = town()
    first = a.ring()
    b.shared.meanwhile = b.hear_of_the_end
    assert b.ring(TWICE) == first
    assert b.calls.find(SID) is None
    assert a.pick_up().has_started


def test_media_at_another_process_moves_the_call_there() -> None:
    """C6, N6: pinned to what answered it; the first one closes its unused model."""
    a, b, c = town()
    a.ring()
    call = b.pick_up()
    assert call.has_started
    assert (call.facts, b.answered_by) == (FACTS, [PINNED])
    assert [bool(model.closes) for model in (*a.models, *b.models)] == [True, False]
    assert (len(a.calls), a.calls.find(SID), a.noted) == (0, None, [])
    assert a.calls.emptied.is_set()
    for other in (a, c):
        assert other.claim() is StreamFault.SECOND_STREAM
        assert other.ring(CallFacts("two", SID)).has_started
    assert b.claim() is StreamFault.SECOND_STREAM


def test_media_where_the_call_rang_stays_there() -> None:
    a, b, _ = town()
    a.ring()
    a.pick_up()
    assert (len(a.models), len(a.answered_by)) == (1, 1)
    assert b.claim() is StreamFault.SECOND_STREAM
    assert len(a.calls) == 1


def test_media_of_an_unknown_or_ended_call_opens_nothing() -> None:
    """C144."""
    a, b, _ = town()
    assert b.claim() is StreamFault.UNKNOWN_CALL
    a.ring()
    assert b.claim(Grant("earlier", SID, "AC1", 0)) is StreamFault.UNKNOWN_CALL
    a.lose(is_over=True)
    assert b.claim() is a.claim() is StreamFault.UNKNOWN_CALL
    assert b.models == []


@pytest.mark.parametrize("at", [0, 1, 2])
def test_any_process_says_how_a_live_call_ended(at: int) -> None:
    """C155, C18: it lives at the second one; whoever is asked, that one ends it."""
    processes = town()
    a, b, _ = processes
    a.ring()
    b.pick_up()
    wanted = EndedCall("one", EndReason.LEG_LOST, had_started=True)
    assert processes[at].lose(is_over=False) == wanted
    assert {each.lose(is_over=True) for each in processes} == {wanted}
    assert (len(b.calls), b.noted) == (0, [OURS])


def test_a_call_that_is_over_elsewhere_ends_where_it_lives() -> None:
    """C155, C22: the carrier's last callback."""
    a, b, _ = town()
    a.ring()
    wanted = EndedCall("one", EndReason.CALLER_HUNG_UP, had_started=False)
    assert b.lose(is_over=True) == wanted
    assert a.calls.find(SID) == wanted
    assert a.models[0].closes


def test_the_owner_of_an_ended_call_is_told_that_the_carrier_took_it_up() -> None:
    """C17, C158: else it would be hung up by REST, while somebody else is being dialled."""

    async def main() -> None:
        a, b, _ = town()
        a.ring()
        call = a.pick_up()
        call.session.deliver(GatewayDraining(0))
        call.session.deliver(LegClosed(LegEnd.LOST))
        assert call.session.is_over
        a.hang_ups.expect(SID)
        assert b.lose(is_over=False) == a.calls.find(SID)
        assert a.hang_ups.settled.is_set()

    run(main())


def test_with_the_store_away_a_process_vouches_for_its_own_calls() -> None:
    """C156: taken, started, ended; another process knows nothing of them."""
    a, b, _ = town()
    a.shared.is_away = b.shared.is_away = True
    assert a.ring() == CallRecord(FACTS, "a")
    assert b.claim() is StreamFault.UNKNOWN_CALL
    assert a.pick_up().has_started
    with pytest.raises(StoreError):
        b.lose(is_over=True)
    assert a.lose(is_over=True) == EndedCall("one", EndReason.CALLER_HUNG_UP, had_started=True)


def test_a_call_that_the_store_has_lost_starts_where_it_rang() -> None:
    """C156: and the store is told of it again."""
    a, b, _ = town()
    a.shared.is_away = True
    a.ring()
    a.shared.is_away = False
    assert a.pick_up().has_started
    assert b.claim() is StreamFault.SECOND_STREAM


def test_a_call_with_its_media_is_not_given_up_for_a_word() -> None:
    """Somebody claimed it by the store's old memory: the caller who talks stays."""
    a, *_ = town()
    a.ring()
    call = a.pick_up()
    owner: Owner = a.board
    owner.moved(SID, "one")
    assert a.calls.find(SID) is call
    assert not call.session.is_over


def test_a_word_about_another_call_changes_nothing() -> None:
    a, *_ = town()
    a.ring()
    a.board.moved(SID, "earlier")
    a.board.moved("CA2", "one")
    assert len(a.calls) == 1
