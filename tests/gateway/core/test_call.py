"""The contract of a call: any event at any time, deadlines that make progress, one end."""

from itertools import product
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicegate.gateway.core.actions import Action, EndCall, Fact
from voicegate.gateway.core.agent import AgentPlan
from voicegate.gateway.core.agent_script import agent_alone
from voicegate.gateway.core.call import Call
from voicegate.gateway.core.events import (
    CallerAudio,
    CallerDigit,
    CallerSaid,
    CallRang,
    CarrierEnded,
    Event,
    GatewayDraining,
    LegClosed,
    LegEnd,
    LegFault,
    LegFaultKind,
    LegOpened,
    MarkPlayed,
    ModelAudio,
    ModelAudioDone,
    ModelBlocked,
    ModelCalled,
    ModelClosed,
    ModelCommitted,
    ModelConnected,
    ModelFault,
    ModelHeardQuiet,
    ModelHeardSpeech,
    ModelItemAdded,
    ModelOpened,
    ModelResponded,
    ModelResponding,
    ModelSaid,
    ModelTruncated,
    ModelUnreachable,
    ModelUnreadable,
    ResponseStatus,
)
from voicegate.gateway.core.phases import MOVES, Phase
from voicegate.gateway.core.terms import CallLimits, Prompts

OPENED = ModelOpened("audio/pcm", "audio/pcm")
PROMPTS = Prompts(
    apology=bytes(8 * 3_000),
    goodbye=bytes(8 * 500),
    draining=bytes(8 * 500),
    ringback=bytes(8 * 2_000),
)
START_MS = 1_000

EVENTS: list[Event] = [
    CallerAudio(bytes(160), 155),
    CallerAudio(b"", 20_000),
    CallerDigit("5"),
    CallerDigit("#"),
    MarkPlayed("0.1"),
    LegOpened("MZ2"),
    *(LegFault(kind) for kind in LegFaultKind),
    *(LegClosed(why) for why in LegEnd),
    ModelConnected(),
    OPENED,
    ModelAudio("a", "r1", bytes(2_000)),
    ModelAudioDone("a", "r1", bytes(16)),
    ModelItemAdded("a", "r1"),
    ModelHeardSpeech("u1", 0),
    ModelHeardQuiet("u1", 900),
    ModelCommitted("u1"),
    ModelResponding("r1"),
    ModelResponded("r1", ResponseStatus.COMPLETED),
    ModelResponded("r1", ResponseStatus.FAILED, "insufficient_quota"),
    ModelSaid("a", "planted words", is_final=True),
    CallerSaid("u1", "planted words", is_final=True),
    ModelTruncated("a", 100),
    ModelCalled("r1", "call_1", "planted", "{}"),
    ModelFault("server_error"),
    ModelFault("invalid_api_key"),
    ModelFault("session_expired"),
    ModelFault("conversation_already_has_active_response", "ask-2"),
    ModelUnreachable(401),
    ModelUnreachable(500),
    ModelUnreadable(1),
    ModelUnreadable(3),
    ModelClosed(1006, "planted words"),
    ModelClosed(1000),
    ModelBlocked(is_blocked=True),
    ModelBlocked(is_blocked=False),
    CallRang(),
    CarrierEnded(),
    GatewayDraining(START_MS + 5_000),
]

WAYS: dict[Phase, list[Event]] = {
    Phase.RINGING: [CallRang()],
    Phase.CONNECTING: [CallRang(), LegOpened("MZ")],
    Phase.TALKING: [CallRang(), LegOpened("MZ"), ModelConnected(), OPENED],
    Phase.ENDING: [CallRang(), LegOpened("MZ"), ModelConnected(), OPENED, ModelClosed(1006)],
    Phase.ENDED: [CallRang(), CarrierEnded()],
}


def call_in(phase: Phase) -> Call:
    call = Call(agent_alone(AgentPlan()), CallLimits(), PROMPTS)
    for event in WAYS[phase]:
        call.handle(event, START_MS)
    assert call.phase is phase
    return call


def live(call: Call, now_ms: int, until_ms: int) -> list[Action]:
    """Wake the call whenever it wants to be woken; it must not want that all the time."""
    actions: list[Action] = []
    wakes = 0
    while call.deadline_ms is not None and max(now_ms, call.deadline_ms) <= until_ms:
        now_ms = max(now_ms, call.deadline_ms)
        actions += call.wake(now_ms)
        wakes += 1
        assert wakes <= 10 + (now_ms - START_MS) // 10, "a wake makes no progress"
    return actions


def ends(actions: list[Action]) -> list[EndCall]:
    return [action for action in actions if isinstance(action, EndCall)]


def test_the_list_of_events_is_complete() -> None:
    assert {type(event) for event in EVENTS} == set(get_args(Event))


@pytest.mark.parametrize("phase", Phase)
def test_every_event_is_taken_in_every_phase(phase: Phase) -> None:
    """C1: actions or nothing, never an exception; and time goes on afterwards."""
    for event in EVENTS:
        call = call_in(phase)
        actions = call.handle(event, START_MS + 20)
        assert call.phase is phase or call.phase in MOVES[phase]
        actions += live(call, START_MS + 20, START_MS + 61_000)
        assert len(ends(actions)) == (call.phase is Phase.ENDED and phase is not Phase.ENDED)


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.ENDED])
def test_every_pair_of_events_is_taken_in_every_phase(phase: Phase) -> None:
    """C1, C15, C20: doubled or not, in both orders."""
    for first, second in product(EVENTS, EVENTS):
        call = call_in(phase)
        actions = call.handle(first, START_MS + 20)
        actions += call.handle(second, START_MS + 20)
        actions += live(call, START_MS + 20, START_MS + 200)
        assert len(ends(actions)) == (call.phase is Phase.ENDED)


@pytest.mark.parametrize("event", EVENTS)
def test_after_the_end_there_is_nothing(event: Event) -> None:
    """C21: no action, no deadline."""
    call = call_in(Phase.ENDED)
    assert call.handle(event, START_MS + 20) == []
    assert call.wake(START_MS + 99_000) == []
    assert call.deadline_ms is None


def test_a_move_that_is_not_in_the_table_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    """C1: and it is loud."""
    monkeypatch.setitem(MOVES, Phase.TALKING, frozenset({Phase.ENDING}))
    call = call_in(Phase.TALKING)
    with pytest.raises(AssertionError, match="no way from talking to ended"):
        call.handle(CarrierEnded(), START_MS)


LIVES = st.lists(st.tuples(st.sampled_from(EVENTS), st.sampled_from([0, 0, 20, 700, 4_000])))


@settings(max_examples=300)
@given(way=st.sampled_from(list(WAYS)), events=LIVES)
def test_every_life_has_one_end_with_one_reason(
    way: Phase, events: list[tuple[Event, int]]
) -> None:
    """C20, C21, C27: the first cause stands, whatever follows; the frames add up."""
    call, now_ms, actions = call_in(way), START_MS, list[Action]()
    was_ended = call.phase is Phase.ENDED
    for event, after_ms in events:
        actions += live(call, now_ms, now_ms + after_ms)
        now_ms += after_ms
        reason = call.reason
        actions += call.handle(event, now_ms)
        assert reason is None or call.reason is reason
    actions += call.handle(CarrierEnded(), now_ms)
    assert call.phase is Phase.ENDED
    assert call.deadline_ms is None
    if not was_ended:
        (end,) = ends(actions)
        assert end is actions[-1]
        assert end.reason is call.reason
    uplink = call.uplink
    assert uplink.frames_in == uplink.forwarded + sum(uplink.booked.values())
    assert all(item.in_flight == 0 for item in call.playout.items.values())


@settings(max_examples=100)
@given(way=st.sampled_from(list(WAYS)), events=LIVES)
def test_the_same_life_asks_for_the_same_things(
    way: Phase, events: list[tuple[Event, int]]
) -> None:
    """C1: a call is a value, nothing but events and the time goes in."""

    def lived() -> list[Action]:
        call, now_ms, actions = call_in(way), START_MS, list[Action]()
        for event, after_ms in events:
            actions += live(call, now_ms, now_ms + after_ms)
            now_ms += after_ms
            actions += call.handle(event, now_ms)
        return actions

    assert lived() == lived()


def test_facts_hold_neither_words_nor_keys() -> None:
    """C146: they go to the log, the metrics, the stream."""
    call, actions = call_in(Phase.TALKING), list[Action]()
    words = [event for event in EVENTS if isinstance(event, ModelSaid | CallerSaid)]
    keys = [CallerDigit(key) for key in "47114711#"]
    for event in [ModelCommitted("u1"), *words, *keys, ModelClosed(1006, "planted words")]:
        actions += call.handle(event, START_MS)
    actions += live(call, START_MS, START_MS + 60_000)
    facts = [action for action in actions if isinstance(action, Fact)]
    assert {"dtmf.key", "dtmf.collected", "model.lost", "call.ended"} <= {f.name for f in facts}
    for text in ("planted", "4711", "4 7 1 1", AgentPlan().greeting or ""):
        assert text not in repr(facts)
