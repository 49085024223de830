"""What the carrier is answered, webhook by webhook, in any order and number."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from itertools import permutations

import pytest

from voicegate.gateway.admission import Admission
from voicegate.gateway.answers import CLOSED, Answers
from voicegate.gateway.call_record import CallFacts
from voicegate.gateway.core.actions import (
    EndReason,
    OpenModel,
    fact,
)
from voicegate.gateway.core.agent import AgentPlan
from voicegate.gateway.core.agent_script import agent_alone
from voicegate.gateway.core.breaker import Breaker
from voicegate.gateway.core.call import Call
from voicegate.gateway.core.events import (
    GatewayDraining,
    LegClosed,
    LegEnd,
    LegFault,
    LegFaultKind,
)
from voicegate.gateway.core.terms import CallLimits, Prompts
from voicegate.gateway.flow_calls import Casting, NoFlows, Shelf
from voicegate.gateway.hang_ups import HangUps
from voicegate.gateway.live_calls import EndedCall, LiveCall, LiveCalls
from voicegate.gateway.metrics import Metrics
from voicegate.gateway.notice import Notice
from voicegate.gateway.reception import Reception, Reply
from voicegate.gateway.reporter import Reporter
from voicegate.gateway.session import Session
from voicegate.gateway.shared_calls import Hall, MemoryCalls
from voicegate.gateway.sim.rig.clock import StillClock
from voicegate.gateway.sim.rig.end import CALLER, MemoryEnd
from voicegate.gateway.sim.rig.flows import MemoryShelf, silent_flow
from voicegate.gateway.sim.rig.loops import at_once, run, turn
from voicegate.gateway.switchboard import Answerer, Switchboard
from voicegate.gateway.tokens import MemoryTokenStore, StreamTokens
from voicegate.ivr.publishing.ready import ReadyFlow
from voicegate.numbers.directory import Answering
from voicegate.numbers.model import Agent, Route, RouteKind

ACCOUNT = "AC" + "a" * 32
SID, OTHER = "CA" + "1" * 32, "CA" + "2" * 32
OURS, NOT_OURS = "+12125550142", "+12125550143"
RANG = Notice(SID, ACCOUNT, caller="+15550100001", called=OURS, status="ringing")
ON = Notice(SID, ACCOUNT, status="in-progress")
OVER = Notice(SID, ACCOUNT, status="completed")

HANG_UP = Reply(HTTPStatus.OK, Answers("https://voice.example.com", None).after(None))
NOTHING = Reply(HTTPStatus.NO_CONTENT)
CONFLICT = Reply(HTTPStatus.CONFLICT)
DESK = Answering(Route(RouteKind.AGENT, "desk"), version=41)


@dataclass(frozen=True)
class OneNumber:
    """OURS leads to the desk, others where they are told to lead, or they are closed."""

    others: dict[str, Answering]

    def resolve(self, called: str, caller: str) -> Answering:
        assert caller in (RANG.caller, "")
        return DESK if called == OURS else self.others.get(called, Answering(None))


@dataclass
class Carrier:
    """Notes which calls it was asked to hang up."""

    asked: list[str]

    async def hang_up(self, call_sid: str) -> None:
        self.asked.append(call_sid)

    async def redirect(self, call_sid: str, document: bytes) -> None:
        raise AssertionError("nobody asked for that")


class Desk:
    """A reception with everything that it stands on."""

    def __init__(
        self,
        *,
        max_calls: int = 10,
        fallback_number: str | None = None,
        others: dict[str, Answering] | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        self.taken: list[tuple[CallFacts, Answerer]] = []
        self.noted: list[str] = []
        self.metrics = Metrics()
        self.calls = LiveCalls(lambda: 0)
        self.breaker = Breaker()
        self.admission = Admission(
            self.calls, self.breaker, now_ms=lambda: 0, max_calls=max_calls, lag_ms=lambda: 0.0
        )
        self.answers = Answers("https://voice.example.com", fallback_number)
        self.tokens = StreamTokens(b"key", MemoryTokenStore(lambda: 0), lambda: 0)
        self.carrier = Carrier([])
        self.hang_ups = HangUps(self.carrier, grace_s=0.0)
        self.models = 0
        self.reception = Reception(
            calls=self.calls,
            switchboard=Switchboard(
                calls=self.calls,
                shared=MemoryCalls("here", Hall(lambda: 0)),
                open_session=self._open,
                hang_ups=self.hang_ups,
                note_call=self.noted.append,
            ),
            directory=OneNumber(others or {}),
            shelf=shelf or NoFlows(),
            admission=self.admission,
            answers=self.answers,
            tokens=self.tokens,
            token_ttl_ms=30_000,
            metrics=self.metrics,
            note_call=self.noted.append,
        )

    def _open(
        self, facts: CallFacts, answerer: Answerer, on_end: Callable[[EndReason], None]
    ) -> Session:
        self.taken.append((facts, answerer))
        return Session(
            Call(agent_alone(AgentPlan()), CallLimits(), Prompts()),
            clock=StillClock(),
            open_model=self._open_model,
            watcher=Reporter(facts.call_id, self.metrics),
            on_end=on_end,
        )

    def _open_model(self, _wanted: OpenModel) -> MemoryEnd:
        self.models += 1
        return MemoryEnd()

    def ring(self) -> LiveCall:
        assert at_once(self.reception.voice(RANG)).status is HTTPStatus.OK
        call = self.calls.find(SID)
        assert isinstance(call, LiveCall)
        return call

    def talk(self) -> LiveCall:
        call = self.ring()
        call.session.attach(MemoryEnd(CALLER))
        return call


# -- a call comes in -----------------------------------------------------------------------------


def test_a_call_gets_a_stream_and_its_model_is_called_in_the_same_moment() -> None:
    """C5: nothing but `OpenModel` happens before the caller is here."""
    desk = Desk()
    reply = at_once(desk.reception.voice(RANG))
    assert reply.status is HTTPStatus.OK
    assert b"<Connect" in reply.document
    assert desk.models == 1
    assert len(desk.calls) == 1


def test_the_token_in_the_document_is_for_this_call_alone() -> None:
    """C140."""

    async def main() -> None:
        desk = Desk()
        document = desk.ring().facts.document.decode()
        token = document.partition('name="token" value="')[2].partition('"')[0]
        grant = await desk.tokens.consume(token, SID, ACCOUNT)
        call = desk.calls.find(SID)
        assert isinstance(call, LiveCall)
        assert getattr(grant, "call_id", None) == call.call_id

    run(main())


def test_asked_again_before_the_start_it_answers_the_same_and_spends_nothing() -> None:
    """C4: a retry, or the fallback URL on the same host."""
    desk = Desk()
    replies = {at_once(desk.reception.voice(RANG)) for _ in range(3)}
    assert len(replies) == 1
    assert (desk.models, len(desk.calls)) == (1, 1)


def test_asked_again_after_the_start_it_refuses_and_gives_no_token() -> None:
    """C4, C144: replay."""
    desk = Desk()
    call = desk.talk()
    assert at_once(desk.reception.voice(RANG)) == CONFLICT
    call.session.deliver(LegClosed(LegEnd.STOPPED))
    assert at_once(desk.reception.voice(RANG)) == CONFLICT
    assert (desk.models, len(desk.calls)) == (1, 0)


def test_asked_again_after_a_call_ended_unstarted_it_offers_what_is_left() -> None:
    desk = Desk()
    desk.ring().session.deliver(LegClosed(LegEnd.LOST))
    assert at_once(desk.reception.voice(RANG)) == Reply(HTTPStatus.OK, desk.answers.fallback())
    assert desk.models == 1


@pytest.mark.parametrize(
    ("route", "said"),
    [
        (None, CLOSED),
        (Route(RouteKind.FORWARD, "+13125550199"), "<Dial><Number>+13125550199</Number></Dial>"),
        (Route(RouteKind.SIP, "sip:desk@example.com"), "<Dial><Sip>sip:desk@example.com</Sip>"),
    ],
)
def test_a_route_that_leads_elsewhere_costs_no_model(route: Route | None, said: str) -> None:
    """C3: closed by hand, forwarded to a number, or to a SIP address; the call is noted."""
    desk = Desk(others={NOT_OURS: Answering(route)})
    reply = at_once(desk.reception.voice(Notice(SID, ACCOUNT, called=NOT_OURS)))
    assert reply.status is HTTPStatus.OK
    assert said.encode() in reply.document
    assert (desk.models, len(desk.calls), desk.noted) == (0, 0, [NOT_OURS])


def test_a_number_may_lead_to_a_flow_and_the_call_keeps_its_version() -> None:
    """F9: with the agents that there are, and the version in force when it rang."""
    amy = Agent("amy", "Be kind.")
    route = Route(RouteKind.FLOW, "hello")
    flow = Answering(route, version=7, agents={"amy": amy})
    second = silent_flow(version=2)
    desk = Desk(others={NOT_OURS: flow}, shelf=MemoryShelf(silent_flow(), second))
    reply = at_once(desk.reception.voice(replace(RANG, called=NOT_OURS)))
    assert b"<Stream" in reply.document
    ((facts, answerer),) = desk.taken
    assert answerer == Casting(second, {"amy": amy})
    assert (facts.route, facts.version, facts.caller) == (replace(route, version=2), 7, RANG.caller)


def test_a_call_that_is_told_twice_while_its_flow_is_fetched_is_taken_once() -> None:
    """C4: a version that a route names may have to be asked for."""

    class SlowShelf(MemoryShelf):
        async def pinned(self, name: str, version: int) -> ReadyFlow | None:
            await turn()
            return await super().pinned(name, version)

    async def main() -> None:
        pinned = Answering(Route(RouteKind.FLOW, "hello", 1))
        desk = Desk(max_calls=1, others={NOT_OURS: pinned}, shelf=SlowShelf(silent_flow()))
        rang = replace(RANG, called=NOT_OURS)
        other = Notice(OTHER, ACCOUNT, called=NOT_OURS)
        ring = desk.reception.voice
        first, again, third = await asyncio.gather(ring(rang), ring(rang), ring(other))
        assert first == again
        assert b"<Stream" in first.document
        assert b"<Stream" not in third.document
        assert len(desk.taken) == 1

    run(main())


def test_a_flow_that_is_not_there_leaves_the_caller_to_the_fallback() -> None:
    desk = Desk(
        fallback_number="+15550100099", others={NOT_OURS: Answering(Route(RouteKind.FLOW, "x"))}
    )
    reply = at_once(desk.reception.voice(replace(RANG, called=NOT_OURS)))
    assert b"+15550100099" in reply.document
    assert desk.taken == []


def test_a_flow_is_served_while_the_model_fails() -> None:
    """F2: that is what its handlers are for."""
    desk = Desk(
        others={NOT_OURS: Answering(Route(RouteKind.FLOW, "hello"))},
        shelf=MemoryShelf(silent_flow()),
    )
    desk.breaker.saw(fact("model.refused", row="E2", cause="http_401"), 0)
    assert (
        b"<Stream"
        not in at_once(desk.reception.voice(Notice(OTHER, ACCOUNT, called=OURS))).document
    )
    assert b"<Stream" in at_once(desk.reception.voice(replace(RANG, called=NOT_OURS))).document


def test_a_call_keeps_the_version_that_answered_it_and_is_noted_at_its_end() -> None:
    """N6."""
    desk = Desk()
    call = desk.talk()
    assert (call.facts.version, desk.noted) == (41, [])
    at_once(desk.reception.status(Notice(SID, ACCOUNT, status="completed")))
    assert desk.noted == [OURS]


def test_more_calls_than_allowed_get_the_fallback_document_and_no_model() -> None:
    """C151: live calls are untouched."""
    desk = Desk(max_calls=1)
    first = desk.talk()
    for sid in (OTHER, OTHER):
        reply = at_once(desk.reception.voice(Notice(sid, ACCOUNT, called=OURS)))
        assert reply == Reply(HTTPStatus.OK, desk.answers.fallback())
    assert desk.models == 1
    assert list(desk.calls) == [first]
    refused = {"reason": EndReason.OVERLOAD_REFUSED.value}
    assert desk.metrics.registry.get_sample_value("voicegate_calls_ended_total", refused) == 2.0


def test_while_the_model_fails_new_calls_get_the_fallback_document_and_no_model() -> None:
    """C152: a call to a number that is not ours is not the one that tries."""
    desk = Desk()
    desk.breaker.saw(fact("model.refused", row="E2", cause="http_401"), -30_001)
    assert at_once(desk.reception.voice(Notice(OTHER, ACCOUNT, called=NOT_OURS))).document
    assert at_once(desk.reception.voice(RANG)).document != desk.answers.fallback()
    for _ in range(2):
        reply = at_once(desk.reception.voice(Notice(OTHER, ACCOUNT, called=OURS)))
        assert reply.document == desk.answers.fallback()
    assert desk.models == 1


def test_while_draining_new_calls_are_refused_and_known_ones_are_not() -> None:
    """C157: a call that was announced before may still start."""
    desk = Desk()
    call = desk.ring()
    desk.admission.is_draining = True
    assert at_once(desk.reception.voice(RANG)).document == call.facts.document
    reply = at_once(desk.reception.voice(Notice(OTHER, ACCOUNT, called=OURS)))
    assert reply.document == desk.answers.fallback()
    assert desk.models == 1


# -- what comes after ----------------------------------------------------------------------------


def test_after_a_stream_that_never_came_somebody_else_is_asked() -> None:
    """C18: the handshake failed; the answer is the same every time."""
    desk = Desk(fallback_number="+13125550199")
    desk.ring()
    for _ in range(2):
        assert at_once(desk.reception.after(ON)).document == desk.answers.fallback()
    assert desk.calls.find(SID) == _ended(desk, EndReason.LEG_LOST, had_started=False)


def test_after_a_stream_that_was_lost_before_we_knew_somebody_else_is_asked() -> None:
    """C18: the request overtakes the end of the socket."""

    async def main() -> None:
        desk = Desk(fallback_number="+13125550199")
        desk.talk()
        for _ in range(2):
            assert at_once(desk.reception.after(ON)).document == desk.answers.fallback()
        assert desk.calls.find(SID) == _ended(desk, EndReason.LEG_LOST, had_started=True)
        assert desk.hang_ups.settled.is_set()

    run(main())


def test_after_a_caller_has_gone_there_is_nothing_to_do() -> None:
    """C18: before and after the close of the socket."""
    for is_closed_first in (True, False):
        desk = Desk(fallback_number="+13125550199")
        call = desk.talk()
        if is_closed_first:
            call.session.deliver(LegClosed(LegEnd.STOPPED))
        for _ in range(2):
            assert at_once(desk.reception.after(OVER)) == HANG_UP
        assert desk.calls.find(SID) == _ended(desk, EndReason.CALLER_HUNG_UP, had_started=True)


def test_after_an_unknown_call_there_is_nothing_to_do() -> None:
    """C18."""
    desk = Desk(fallback_number="+13125550199")
    assert at_once(desk.reception.after(ON)) == at_once(desk.reception.after(OVER)) == HANG_UP
    assert desk.calls.find(SID) is None


def test_a_call_that_we_ended_and_the_carrier_forgot_is_hung_up_by_rest() -> None:
    """C17."""

    async def main() -> None:
        desk = Desk()
        end_by_us(desk.talk())
        assert not desk.hang_ups.settled.is_set()
        await desk.hang_ups.settled.wait()
        assert desk.carrier.asked == [SID]

    run(main())


@pytest.mark.parametrize("sign", ["after", "status"])
def test_a_call_that_we_ended_and_the_carrier_took_up_is_left_alone(sign: str) -> None:
    """C17: its document is being executed, or the call is over."""

    async def main() -> None:
        desk = Desk()
        end_by_us(desk.talk())
        if sign == "after":
            at_once(desk.reception.after(ON))
        else:
            at_once(desk.reception.status(OVER))
        assert desk.hang_ups.settled.is_set()
        desk.hang_ups.expect(OTHER)
        await desk.hang_ups.settled.wait()
        assert desk.carrier.asked == [OTHER]

    run(main())


@pytest.mark.parametrize("why", [LegEnd.STOPPED, LegEnd.CLOSED])
def test_a_call_that_the_caller_ended_is_never_hung_up_by_rest(why: LegEnd) -> None:
    """C15: `stop` may be a transfer."""

    async def main() -> None:
        desk = Desk()
        desk.talk().session.deliver(LegClosed(why))
        assert desk.hang_ups.settled.is_set()
        assert desk.calls.find(SID) == _ended(desk, EndReason.CALLER_HUNG_UP, had_started=True)

    run(main())


def test_a_call_whose_stream_never_came_is_left_to_the_carrier() -> None:
    async def main() -> None:
        desk = Desk()
        desk.ring().session.deliver(GatewayDraining(0))
        assert desk.hang_ups.settled.is_set()
        assert desk.calls.find(SID) == _ended(desk, EndReason.DRAINED, had_started=False)

    run(main())


# -- callbacks -----------------------------------------------------------------------------------


def test_a_call_that_is_over_at_the_carrier_is_over_here() -> None:
    desk = Desk()
    desk.talk()
    assert at_once(desk.reception.status(OVER)) == NOTHING
    assert desk.calls.find(SID) == _ended(desk, EndReason.CALLER_HUNG_UP, had_started=True)


def test_callbacks_in_any_order_and_number_lead_to_the_same_end() -> None:
    """C22."""
    statuses = ("initiated", "ringing", "in-progress", "completed")
    for order in permutations(statuses):
        desk = Desk()
        desk.ring()
        for status in (*order, *order):
            assert at_once(desk.reception.status(Notice(SID, ACCOUNT, status=status))) == NOTHING
        assert desk.calls.find(SID) == _ended(desk, EndReason.CALLER_HUNG_UP, had_started=False)


def test_callbacks_of_an_unknown_call_change_nothing() -> None:
    """C144."""
    desk = Desk()
    assert at_once(desk.reception.status(ON)) == at_once(desk.reception.status(OVER)) == NOTHING
    stream = Notice(SID, ACCOUNT, stream_event="stream-error", stream_error="31920")
    assert at_once(desk.reception.stream_status(stream)) == NOTHING
    assert desk.calls.find(SID) is None


def test_a_stream_that_failed_is_only_reported() -> None:
    desk = Desk()
    call = desk.ring()
    stream = Notice(SID, ACCOUNT, stream_event="stream-error", stream_error="31920")
    assert at_once(desk.reception.stream_status(stream)) == NOTHING
    assert desk.calls.find(SID) is call


def end_by_us(call: LiveCall) -> None:
    """Fifty messages in a row that mean nothing: the gateway hangs up."""
    for _ in range(50):
        call.session.deliver(LegFault(LegFaultKind.NOT_JSON))
    assert call.session.is_over


def _ended(desk: Desk, reason: EndReason, *, had_started: bool) -> EndedCall:
    known = desk.calls.find(SID)
    assert isinstance(known, EndedCall)
    return EndedCall(known.call_id, reason, had_started)
