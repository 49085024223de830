"""The calls of a process and what is remembered of them."""

import pytest

from voicegate.gateway.call_record import CallFacts
from voicegate.gateway.core.actions import EndReason
from voicegate.gateway.core.agent import AgentPlan
from voicegate.gateway.core.agent_script import agent_alone
from voicegate.gateway.core.call import Call
from voicegate.gateway.core.events import LegOpened
from voicegate.gateway.core.terms import CallLimits, Prompts
from voicegate.gateway.live_calls import EndedCall, LiveCall, LiveCalls
from voicegate.gateway.metrics import Metrics
from voicegate.gateway.reporter import Reporter
from voicegate.gateway.session import Session
from voicegate.gateway.sim.rig.clock import StillClock
from voicegate.gateway.sim.rig.end import MemoryEnd

SID = "CA" + "1" * 32
OTHER = "CA" + "2" * 32


def a_call(clock: StillClock, call_sid: str = SID, call_id: str = "one") -> LiveCall:
    session = Session(
        Call(agent_alone(AgentPlan()), CallLimits(), Prompts()),
        clock=clock,
        open_model=lambda _: MemoryEnd(),
        watcher=Reporter(call_id, Metrics()),
        on_end=lambda _: None,
    )
    return LiveCall(CallFacts(call_id, call_sid), session)


def test_a_call_is_found_by_its_sid_from_announcement_to_end_and_after() -> None:
    """C24."""
    clock = StillClock()
    calls = LiveCalls(clock.now_ms)
    assert calls.find(SID) is None
    call = a_call(clock)
    calls.add(call)
    assert calls.find(SID) is call
    assert calls.find(OTHER) is None
    assert (len(calls), list(calls)) == (1, [call])
    calls.end(SID, EndReason.AGENT_HUNG_UP)
    assert calls.find(SID) == EndedCall("one", EndReason.AGENT_HUNG_UP, had_started=False)
    assert (len(calls), list(calls)) == (0, [])


def test_a_call_remembers_that_its_media_came_whatever_the_stream_was_called() -> None:
    """C24."""
    for stream_id in ("MZ1", "MZ2", SID):
        calls = LiveCalls(StillClock().now_ms)
        call = a_call(StillClock())
        calls.add(call)
        assert not call.has_started
        call.session.attach(MemoryEnd((LegOpened(stream_id),)))
        assert call.has_started
        assert calls.find(stream_id) is (call if stream_id == SID else None)
        assert calls.end(SID, EndReason.LEG_LOST).had_started


def test_an_ended_call_is_remembered_for_ten_minutes() -> None:
    """C18: the question what comes next may arrive late."""
    clock = StillClock()
    calls = LiveCalls(clock.now_ms)
    calls.add(a_call(clock))
    calls.end(SID, EndReason.LEG_LOST)
    clock.ms = 599_999
    assert calls.find(SID) is not None
    clock.ms = 600_000
    assert calls.find(SID) is None


def test_memory_of_ended_calls_is_bounded_and_the_oldest_go_first() -> None:
    """C153."""
    clock = StillClock()
    calls = LiveCalls(clock.now_ms, keep_max=2)
    sids = [f"CA{number:032x}" for number in range(3)]
    for sid in sids:
        calls.add(a_call(clock, sid))
        calls.end(sid, EndReason.CALLER_HUNG_UP)
    assert [calls.find(sid) is not None for sid in sids] == [False, True, True]


def test_emptied_says_whether_any_call_is_live() -> None:
    clock = StillClock()
    calls = LiveCalls(clock.now_ms)
    seen = [calls.emptied.is_set()]
    for sid in (SID, OTHER):
        calls.add(a_call(clock, sid))
        seen.append(calls.emptied.is_set())
    for sid in (SID, OTHER):
        calls.end(sid, EndReason.CALLER_HUNG_UP)
        seen.append(calls.emptied.is_set())
    assert seen == [True, False, False, False, True]


def test_a_call_cannot_be_announced_twice_not_even_after_its_end() -> None:
    clock = StillClock()
    calls = LiveCalls(clock.now_ms)
    calls.add(a_call(clock))
    with pytest.raises(AssertionError):
        calls.add(a_call(clock, call_id="two"))
    calls.end(SID, EndReason.CALLER_HUNG_UP)
    with pytest.raises(AssertionError):
        calls.add(a_call(clock, call_id="two"))


def test_those_who_walk_over_the_calls_may_end_them() -> None:
    clock = StillClock()
    calls = LiveCalls(clock.now_ms)
    for sid in (SID, OTHER):
        calls.add(a_call(clock, sid))
    for call in calls:
        calls.end(call.call_sid, EndReason.DRAINED)
    assert len(calls) == 0
