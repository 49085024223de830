"""Webhooks about calls that another process has, or that nobody can be asked about."""

from collections.abc import Callable
from http import HTTPStatus

import pytest

from voicegate.gateway.admission import Admission
from voicegate.gateway.answers import Answers
from voicegate.gateway.call_record import CallFacts, CallRecord
from voicegate.gateway.core.actions import EndReason
from voicegate.gateway.core.agent import AgentPlan
from voicegate.gateway.core.agent_script import agent_alone
from voicegate.gateway.core.breaker import Breaker
from voicegate.gateway.core.call import Call
from voicegate.gateway.core.errors import StoreError, StoreFault
from voicegate.gateway.core.events import GatewayDraining
from voicegate.gateway.core.terms import CallLimits, Prompts
from voicegate.gateway.flow_calls import NoFlows
from voicegate.gateway.hang_ups import HangUps
from voicegate.gateway.live_calls import LiveCall, LiveCalls
from voicegate.gateway.metrics import Metrics
from voicegate.gateway.notice import Notice
from voicegate.gateway.reception import Reception, Reply
from voicegate.gateway.reporter import Reporter
from voicegate.gateway.session import Session
from voicegate.gateway.shared_calls import Hall, Limit, MemoryCalls
from voicegate.gateway.sim.rig.clock import StillClock
from voicegate.gateway.sim.rig.end import CALLER, MemoryEnd
from voicegate.gateway.sim.rig.loops import at_once
from voicegate.gateway.switchboard import Answerer, Switchboard
from voicegate.gateway.tokens import MemoryTokenStore, StreamTokens
from voicegate.numbers.directory import Answering
from voicegate.numbers.model import Route, RouteKind

ACCOUNT, SID = "AC" + "a" * 32, "CA" + "1" * 32
OURS, NOT_OURS = "+12125550142", "+12125550143"
RANG = Notice(SID, ACCOUNT, caller="+15550100001", called=OURS, status="ringing")
ON = Notice(SID, ACCOUNT, status="in-progress")
OVER = Notice(SID, ACCOUNT, status="completed")
FAILED = Notice(SID, ACCOUNT, stream_event="stream-error", stream_error="31920")
ANSWERS = Answers("https://voice.example.com", "+13125550199")
CONFLICT = Reply(HTTPStatus.CONFLICT)
HANG_UP = Reply(HTTPStatus.OK, ANSWERS.after(None))
FALLBACK = Reply(HTTPStatus.OK, ANSWERS.fallback())


class Counted(MemoryCalls):
    """Counts how often others are asked; they may be away."""

    asked = 0
    is_away = False

    def _ask(self) -> None:
        self.asked += 1
        if self.is_away:
            raise StoreError(StoreFault.UNREACHABLE, "away")

    async def announce(self, record: CallRecord) -> CallRecord | Limit:
        self._ask()
        return await super().announce(record)

    async def find(self, call_sid: str) -> CallRecord | None:
        self._ask()
        return await super().find(call_sid)

    async def lose(self, call_sid: str, *, is_over: bool) -> CallRecord | None:
        self._ask()
        return await super().lose(call_sid, is_over=is_over)


class Front:
    """One process's reception; calls to NOT_OURS are led elsewhere by it alone."""

    def __init__(self, name: str, hall: Hall, *, max_calls: int = 10) -> None:
        self.metrics = Metrics()
        self.number_max: int | None = None
        self.calls = LiveCalls(lambda: 0)
        self.shared = Counted(name, hall)
        tokens = StreamTokens(b"key", MemoryTokenStore(lambda: 0), lambda: 0, name)
        self.reception = Reception(
            calls=self.calls,
            switchboard=Switchboard(
                calls=self.calls,
                shared=self.shared,
                open_session=self._open,
                hang_ups=HangUps(None),
            ),
            directory=self,
            shelf=NoFlows(),
            admission=Admission(
                self.calls, Breaker(), now_ms=lambda: 0, max_calls=max_calls, lag_ms=lambda: 0.0
            ),
            answers=ANSWERS,
            tokens=tokens,
            token_ttl_ms=30_000,
            metrics=self.metrics,
        )

    def resolve(self, called: str, caller: str) -> Answering:
        if called == OURS:
            return Answering(Route(RouteKind.AGENT, "desk"), max_calls=self.number_max)
        return Answering(Route(RouteKind.FORWARD, "+13125550177"))

    def _open(
        self, facts: CallFacts, answerer: Answerer, on_end: Callable[[EndReason], None]
    ) -> Session:
        return Session(
            Call(agent_alone(AgentPlan()), CallLimits(), Prompts()),
            clock=StillClock(),
            open_model=lambda _: MemoryEnd(),
            watcher=Reporter(facts.call_id, self.metrics),
            on_end=on_end,
        )

    def voice(self, notice: Notice = RANG) -> Reply:
        return at_once(self.reception.voice(notice))

    def after(self, notice: Notice) -> Reply:
        return at_once(self.reception.after(notice))

    def status(self, notice: Notice) -> Reply:
        return at_once(self.reception.status(notice))

    def live(self) -> LiveCall:
        (call,) = self.calls
        return call


def two(*, max_calls: int = 10, limit: int | None = None) -> tuple[Front, Front]:
    hall = Hall(lambda: 0, limit=limit)
    return Front("a", hall), Front("b", hall, max_calls=max_calls)


def test_any_process_answers_a_repeated_request_with_the_same_token() -> None:
    """C4: before the start."""
    a, b = two()
    first = a.voice()
    assert b"<Connect" in first.document
    assert [b.voice(), a.voice(), b.voice()] == [first] * 3
    assert (len(a.calls), len(b.calls)) == (1, 0)


def test_no_process_gives_a_token_after_the_start() -> None:
    """C4, C144: nor after the end."""
    a, b = two()
    a.voice()
    call = a.live()
    at_once(a.shared.claim(SID, call.call_id))
    call.session.attach(MemoryEnd(CALLER))
    assert a.voice() == b.voice() == CONFLICT
    a.status(OVER)
    assert a.voice() == b.voice() == CONFLICT


def test_a_call_that_ended_unstarted_elsewhere_gets_what_is_left() -> None:
    a, b = two()
    a.voice()
    b.after(ON)
    assert len(a.calls) == 0
    assert a.voice() == b.voice() == FALLBACK


@pytest.mark.parametrize("why", ["full", "led elsewhere"])
def test_a_process_that_would_not_take_a_call_knows_that_another_has(why: str) -> None:
    """C4: no room here, or another version of the configuration."""
    a, b = two(max_calls=1)
    first = a.voice()
    if why == "full":
        b.voice(Notice("CA" + "2" * 32, ACCOUNT, called=OURS))
        assert b.voice() == first
    else:
        assert b.voice(Notice(SID, ACCOUNT, called=NOT_OURS)) == first
    assert not b.metrics.registry.get_sample_value(
        "voicegate_calls_ended_total", {"reason": "overload_refused"}
    )


def test_beyond_the_limit_of_all_processes_a_call_gets_the_fallback_and_is_counted() -> None:
    """C151, C154, C3: by whichever process is asked, in its one question."""
    a, b = two(limit=1)
    first = a.voice()
    other = Notice("CA" + "2" * 32, ACCOUNT, called=OURS)
    asked = b.shared.asked
    assert b.voice(other) == FALLBACK
    assert b.shared.asked == asked + 1
    refused = {"reason": "overload_refused"}
    assert b.metrics.registry.get_sample_value("voicegate_calls_ended_total", refused) == 1
    assert b.voice() == first
    a.status(OVER)
    assert b"<Connect" in b.voice(other).document


def test_beyond_the_limit_of_a_number_its_calls_get_the_fallback() -> None:
    """C151, C154: the limit that the process knows which is asked, the calls of all."""
    a, b = two()
    a.voice()
    b.number_max = 1
    other = Notice("CA" + "2" * 32, ACCOUNT, called=OURS)
    assert b.voice(other) == FALLBACK
    b.number_max = 2
    assert b"<Connect" in b.voice(other).document


def test_after_a_farewell_any_process_says_that_it_is_over() -> None:
    """C158: ended by us, as the process leaves; the next one is asked."""
    a, b = two()
    a.voice()
    a.live().session.deliver(GatewayDraining(0))
    assert a.after(ON) == b.after(ON) == FALLBACK  # nobody had been heard yet
    assert b.after(OVER) == FALLBACK


def test_callbacks_reach_a_call_wherever_it_lives() -> None:
    """C155, C22."""
    a, b = two()
    a.voice()
    for front in (b, a, b):
        assert front.status(OVER) == Reply(HTTPStatus.NO_CONTENT)
        assert at_once(front.reception.stream_status(FAILED)) == Reply(HTTPStatus.NO_CONTENT)
    assert len(a.calls) == 0
    assert a.after(ON) == b.after(ON) == HANG_UP


def test_with_the_store_away_a_new_call_is_taken_and_who_is_on_the_line_stays() -> None:
    """C156: the other process knows nothing of it, so it may not hang up."""
    a, b = two()
    a.shared.is_away = b.shared.is_away = True
    document = a.voice().document
    assert b"<Connect" in document
    assert a.voice().document == document
    assert b.after(ON) == FALLBACK
    assert b.after(OVER) == HANG_UP
    assert b.status(OVER) == Reply(HTTPStatus.NO_CONTENT)
    assert at_once(b.reception.stream_status(FAILED)) == Reply(HTTPStatus.NO_CONTENT)
    assert a.after(OVER) == HANG_UP


def test_no_webhook_asks_twice_and_none_about_a_call_that_is_known_here() -> None:
    """C3."""
    a, b = two(max_calls=1)

    def asks(front: Front, answer: Callable[[], Reply]) -> int:
        before = front.shared.asked
        answer()
        return front.shared.asked - before

    assert asks(a, a.voice) == 1
    assert asks(b, lambda: b.voice(Notice("CA" + "2" * 32, ACCOUNT, called=NOT_OURS))) == 1
    assert asks(b, lambda: b.voice(Notice("CA" + "3" * 32, ACCOUNT, called=OURS))) == 1
    assert asks(b, lambda: b.voice(Notice("CA" + "4" * 32, ACCOUNT, called=OURS))) == 1  # full
    assert asks(b, b.voice) == 1
    assert asks(a, lambda: a.status(ON)) == 0
    assert asks(a, lambda: a.after(OVER)) == asks(a, lambda: a.status(OVER)) == 0
    assert asks(b, lambda: b.after(OVER)) == asks(b, lambda: b.status(OVER)) == 1
