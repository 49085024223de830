"""Leaving: what a signal does to calls, and what calls do to the leaving."""

import asyncio

from voicegate.gateway.admission import Admission
from voicegate.gateway.call_record import CallFacts
from voicegate.gateway.core.actions import EndReason
from voicegate.gateway.core.agent import AgentPlan
from voicegate.gateway.core.agent_script import agent_alone
from voicegate.gateway.core.breaker import Breaker
from voicegate.gateway.core.call import Call
from voicegate.gateway.core.events import (
    CallRang,
    LegClosed,
    LegEnd,
    ModelHeardSpeech,
)
from voicegate.gateway.core.phases import Phase
from voicegate.gateway.core.terms import CallLimits, Prompts
from voicegate.gateway.drain import Drain
from voicegate.gateway.hang_ups import HangUps
from voicegate.gateway.live_calls import LiveCall, LiveCalls
from voicegate.gateway.loop_clock import LoopClock
from voicegate.gateway.metrics import Metrics
from voicegate.gateway.reporter import Reporter
from voicegate.gateway.session import Session
from voicegate.gateway.sim.rig.end import CALLER, READY, MemoryEnd
from voicegate.gateway.sim.rig.loops import run


class Carrier:
    """Answers when it is let."""

    def __init__(self) -> None:
        self.was_asked = asyncio.Event()
        self.may_answer = asyncio.Event()

    async def hang_up(self, call_sid: str) -> None:
        self.was_asked.set()
        await self.may_answer.wait()

    async def redirect(self, call_sid: str, document: bytes) -> None:
        raise AssertionError("nobody asked for that")


class Process:
    """Live calls, and somebody who may send signals; nothing is said at the end of a call."""

    def __init__(self, *, drain_s: float = 60.0, carrier: Carrier | None = None) -> None:
        self.calls = LiveCalls(lambda: 0)
        self.hang_ups = HangUps(carrier, grace_s=0.0)
        self.admission = Admission(
            self.calls, Breaker(), now_ms=lambda: 0, max_calls=10, lag_ms=lambda: 0.0
        )
        self.drain = Drain(self.calls, self.hang_ups, self.admission, drain_s=drain_s)
        self.ends: list[tuple[str, EndReason]] = []
        self.leaving = asyncio.create_task(self.drain.leave())

    def ring(self, call_sid: str) -> Session:
        def over(reason: EndReason) -> None:
            self.ends.append((call_sid, reason))
            self.calls.end(call_sid, reason)

        session = Session(
            Call(agent_alone(AgentPlan(greeting=None)), CallLimits(goodbye_tail_ms=0), Prompts()),
            clock=LoopClock(lambda: session.deliver(None)),
            open_model=lambda _: MemoryEnd(READY),
            watcher=Reporter(call_sid, Metrics()),
            on_end=over,
        )
        self.calls.add(LiveCall(CallFacts(call_sid, call_sid), session))
        session.deliver(CallRang())
        return session

    def talk(self, call_sid: str) -> Session:
        session = self.ring(call_sid)
        session.attach(MemoryEnd(CALLER))
        assert session.call.phase is Phase.TALKING
        return session

    async def has_left(self) -> bool:
        """Whether the leaving is over, a moment from now."""
        done, _ = await asyncio.wait({self.leaving}, timeout=0.01)
        return bool(done)


def test_nobody_leaves_without_a_signal() -> None:
    async def main() -> None:
        process = Process()
        process.talk("one")
        assert not await process.has_left()
        assert not process.admission.is_draining
        process.leaving.cancel()

    run(main())


def test_a_process_without_calls_leaves_at_once() -> None:
    """C157."""

    async def main() -> None:
        process = Process()
        process.drain.signal()
        assert process.admission.is_draining, "no new call from this moment on"
        await process.leaving

    run(main())


def test_a_live_call_goes_on_and_the_process_leaves_when_it_has_ended() -> None:
    """C157."""

    async def main() -> None:
        process = Process()
        session = process.talk("one")
        process.drain.signal()
        assert not await process.has_left()
        assert session.call.phase is Phase.TALKING
        session.deliver(LegClosed(LegEnd.STOPPED))
        await process.leaving
        assert process.ends == [("one", EndReason.CALLER_HUNG_UP)]

    run(main())


def test_one_call_that_ends_does_not_end_the_others() -> None:
    """C160."""

    async def main() -> None:
        process = Process()
        first, second = process.talk("one"), process.talk("two")
        process.drain.signal()
        first.deliver(LegClosed(LegEnd.STOPPED))
        assert not await process.has_left()
        assert second.call.phase is Phase.TALKING
        second.deliver(LegClosed(LegEnd.STOPPED))
        await process.leaving

    run(main())


def test_a_call_that_rang_before_the_signal_may_still_start() -> None:
    """C157: late registered calls are counted."""

    async def main() -> None:
        process = Process()
        session = process.ring("one")
        process.drain.signal()
        assert not await process.has_left()
        session.attach(MemoryEnd(CALLER))
        assert not await process.has_left()
        assert session.call.phase is Phase.TALKING
        session.deliver(LegClosed(LegEnd.STOPPED))
        await process.leaving

    run(main())


def test_a_second_signal_ends_the_calls_with_a_goodbye() -> None:
    """C158."""

    async def main() -> None:
        process = Process()
        process.talk("one")
        process.ring("two")
        process.drain.signal()
        process.drain.signal()
        await process.leaving
        assert sorted(process.ends) == [("one", EndReason.DRAINED), ("two", EndReason.DRAINED)]

    run(main())


def test_when_the_time_is_up_the_calls_end_as_well() -> None:
    """C158."""

    async def main() -> None:
        process = Process(drain_s=0.02)
        process.talk("one")
        process.drain.signal()
        await process.leaving
        assert process.ends == [("one", EndReason.DRAINED)]

    run(main())


def test_a_call_in_the_middle_of_a_word_gets_a_moment_and_a_third_signal_takes_it() -> None:
    """C20, C158: up to five seconds for a quiet moment; then it is our leaving that ended it."""

    async def main() -> None:
        process = Process()
        session = process.talk("one")
        session.deliver(ModelHeardSpeech("item", 0))
        for _ in range(2):
            process.drain.signal()
        assert not await process.has_left()
        assert session.call.phase is Phase.TALKING
        process.drain.signal()
        await process.leaving
        assert process.ends == []
        session.deliver(LegClosed(LegEnd.CLOSED))
        assert process.ends == [("one", EndReason.DRAINED)]
        process.drain.signal()

    run(main())


def test_the_process_waits_until_the_carrier_knows_of_every_end() -> None:
    """C17, C157."""

    async def main() -> None:
        carrier = Carrier()
        process = Process(carrier=carrier)
        process.drain.signal()
        process.hang_ups.expect("one")
        await carrier.was_asked.wait()
        assert not await process.has_left()
        carrier.may_answer.set()
        await process.leaving

    run(main())
