"""Races: what speech, the model, the carrier and keys do in any order ends in a sound call."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import permutations

import pytest

from voicegate.gateway.core.actions import (
    Action,
    AskForResponse,
    CancelResponse,
    ClearAudio,
    DeleteItem,
    EndCall,
    PlaceMark,
    PlayAudio,
    TruncateItem,
)
from voicegate.gateway.core.agent import Agent, AgentPlan
from voicegate.gateway.core.agent_script import AgentScript, agent_alone
from voicegate.gateway.core.call import Call
from voicegate.gateway.core.events import (
    CallerDigit,
    CallRang,
    Event,
    LegClosed,
    LegEnd,
    LegOpened,
    MarkPlayed,
    ModelAudio,
    ModelAudioDone,
    ModelCommitted,
    ModelConnected,
    ModelFault,
    ModelHeardQuiet,
    ModelHeardSpeech,
    ModelItemAdded,
    ModelOpened,
    ModelResponded,
    ModelResponding,
    ModelTruncated,
    ResponseStatus,
)
from voicegate.gateway.core.phases import Phase
from voicegate.gateway.core.responses import Gate
from voicegate.gateway.core.terms import CallLimits, Prompts
from voicegate.gateway.sim.rig.story import talking

CALLER = ("speech start", "speech stop")
MODEL = ("created", "delta", "audio done", "response done")
ALONE = ("mark echo", "truncated", "error", "key")
STOP = "stop"  # after it nothing happens any more
STEP_MS = 30
WATCHDOGS_MAX = 12
AUDIO = bytes(8 * 200)


@dataclass(slots=True)
class Line:
    """A talking call, and what its surroundings have seen of it."""

    call: Call
    now_ms: int = 1_000
    active: str = ""  # the response that the model believes to be running
    has_played: bool = False  # since the last clear
    marks: list[str] = field(default_factory=list[str])
    truncates: list[TruncateItem] = field(default_factory=list[TruncateItem])
    cancelled: set[str] = field(default_factory=set[str])
    cut_items: set[str] = field(default_factory=set[str])
    last: Action | None = None  # the last request that could be refused
    ends: int = 0

    @property
    def agent(self) -> Agent:
        assert isinstance(self.call.script, AgentScript)
        return self.call.script.agent

    def do(self, *events: Event) -> None:
        for event in events:
            if isinstance(event, ModelResponding):
                self.active = event.response_id
            elif isinstance(event, ModelResponded):
                self.active = ""
            self.see(self.call.handle(event, self.now_ms))

    def see(self, actions: list[Action]) -> None:
        """Look at one loop turn's actions."""
        told = [a.item_id for a in actions if isinstance(a, TruncateItem | DeleteItem)]
        assert len(told) == len(set(told))  # once per item and cut
        for action in actions:
            match action:
                case PlayAudio():
                    assert action.item_id not in self.cut_items
                    self.has_played = True
                case PlaceMark():
                    self.marks.append(action.name)
                case ClearAudio():
                    assert self.has_played  # no second clear of one generation
                    self.has_played = False
                    self.marks.clear()
                case CancelResponse():
                    assert action.response_id == self.active
                    assert action.response_id not in self.cancelled
                    self.cancelled.add(action.response_id)
                    self.last = action
                case TruncateItem():
                    item = self.call.playout.items[action.item_id]
                    assert 0 <= action.heard_ms <= min(item.received, item.sent) // 8
                    self.truncates.append(action)
                    self.cut_items.add(action.item_id)
                    self.last = action
                case AskForResponse():
                    assert self.agent.responses.gate is Gate.ASKED
                    self.last = action
                case EndCall():
                    self.ends += 1
                case _:
                    pass

    def fault(self) -> ModelFault:
        """The refusal that fits what was asked for last."""
        match self.last:
            case TruncateItem(event_id=event_id, heard_ms=heard_ms):
                return ModelFault("audio_end_too_large", event_id, limit_ms=max(0, heard_ms - 10))
            case AskForResponse(event_id=event_id):
                return ModelFault("conversation_already_has_active_response", event_id)
            case _:
                return ModelFault("response_cancel_not_active", "cancel-1")

    def happens(self, what: str) -> None:
        match what:
            case "speech start":
                self.do(ModelHeardSpeech("u1", 0))
            case "speech stop":
                self.do(ModelHeardQuiet("u1", 500), ModelCommitted("u1"))
            case "created":
                self.do(ModelResponding("r1"), ModelItemAdded("a", "r1"))
            case "delta":
                self.do(ModelAudio("a", "r1", AUDIO))
            case "audio done":
                self.do(ModelAudioDone("a", "r1", b"\xff" * 16))
            case "response done":
                is_cut = "r1" in self.cancelled
                status = ResponseStatus.CANCELLED if is_cut else ResponseStatus.COMPLETED
                self.do(ModelResponded("r1", status, "client_cancelled" if is_cut else ""))
            case "mark echo":
                self.do(MarkPlayed(self.marks.pop(0) if self.marks else "0.99"))
            case "truncated":
                item_id = self.truncates[-1].item_id if self.truncates else "a"
                self.do(ModelTruncated(item_id, 100))
            case "error":
                self.do(self.fault())
            case "key":
                self.do(CallerDigit("5"))
            case _:
                self.do(LegClosed(LegEnd.STOPPED))
        self.now_ms += STEP_MS

    def watch(self) -> None:
        """Nothing more is heard of the model: the watchdogs run out, and nothing is owed."""
        agent = self.agent
        for _ in range(WATCHDOGS_MAX):
            if self.call.phase is not Phase.TALKING or agent.deadline_ms is None:
                break
            self.now_ms = max(self.now_ms, agent.deadline_ms)
            self.see(self.call.wake(self.now_ms))
        if self.call.phase is Phase.TALKING:
            assert agent.deadline_ms is None
            assert agent.responses.gate is Gate.IDLE
            assert agent.is_caller_speaking or not agent.responses.is_answer_owed
        assert self.ends == (self.call.phase is Phase.ENDED)
        assert all(item.in_flight >= 0 for item in self.call.playout.items.values())


def listening(plan: AgentPlan | None = None) -> Line:
    call = Call(agent_alone(plan or AgentPlan(greeting=None)), CallLimits(), Prompts())
    line = Line(call)
    line.do(CallRang(), LegOpened("MZ"), ModelConnected(), ModelOpened("audio/pcmu", "audio/pcmu"))
    return line


def greeting() -> Line:
    """The agent has just asked to speak."""
    return listening(AgentPlan())


def playing() -> Line:
    """An answer is complete at the model, and half heard."""
    line = listening()
    line.do(ModelCommitted("u0"), ModelResponding("r0"), ModelItemAdded("z", "r0"))
    line.do(ModelAudio("z", "r0", AUDIO * 2), ModelAudioDone("z", "r0"))
    line.do(ModelResponded("r0", ResponseStatus.COMPLETED))
    line.now_ms += 200
    return line


def generating() -> Line:
    """An answer is being made; what follows belongs to it."""
    line = listening()
    line.do(ModelCommitted("u0"))
    line.happens("created")
    line.happens("delta")
    return line


def in_order(
    length: int, caller: tuple[str, ...], model: tuple[str, ...], alone: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    """Every sequence in which the caller's and the model's events keep their own order."""
    if not length:
        yield ()
        return
    if caller:
        for rest in in_order(length - 1, caller[1:], model, alone):
            yield caller[0], *rest
    if model:
        for rest in in_order(length - 1, caller, model[1:], alone):
            yield model[0], *rest
    for n, what in enumerate(alone):
        for rest in in_order(length - 1, caller, model, alone[:n] + alone[n + 1 :]):
            yield what, *rest


def run(start: Callable[[], Line], length: int, model: tuple[str, ...]) -> int:
    """Every race of so many events, or of one less and the end of the call behind them."""
    races = [*in_order(length, CALLER, model, ALONE)]
    races += [(*race, STOP) for race in in_order(length - 1, CALLER, model, ALONE)]
    for race in races:
        line = start()
        for what in race:
            line.happens(what)
        line.watch()
    return len(races)


@pytest.mark.parametrize(("length", "count"), [(1, 7), (2, 38), (3, 183), (4, 778), (5, 2_902)])
@pytest.mark.parametrize("start", [listening, greeting])
def test_every_race_of_five_events_ends_in_a_sound_call(
    start: Callable[[], Line], length: int, count: int
) -> None:
    """C62, C64, C66, C67, C84: each socket keeps its order, the sockets do not keep each other's."""
    assert run(start, length, MODEL) == count


def test_every_race_of_six_events_over_a_playing_answer_ends_in_a_sound_call() -> None:
    """C66."""
    assert run(playing, 6, MODEL) == 9_430


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_every_race_with_an_answer_under_way_ends_in_a_sound_call(length: int) -> None:
    """C66: cut in the middle, or not."""
    run(generating, length, MODEL[1:])


@pytest.mark.parametrize("length", [1, 2, 3])
def test_no_order_of_events_is_too_absurd(length: int) -> None:
    """C1, C66: what no model or carrier should do is survived as well."""
    for sequence in permutations((*CALLER, *MODEL, *ALONE, STOP), length):
        line = listening()
        for what in sequence:
            line.happens(what)
        assert line.ends == (line.call.phase is Phase.ENDED)


def test_what_an_item_says_when_nobody_waits_for_it_any_more_is_not_taken_for_heard() -> None:
    """C45, C62: it paused for so long that its successor was let past; its model is told so."""
    story = talking()
    story.at(100, ModelCommitted("u"), ModelResponding("r1"))
    story.at(100, ModelAudio("a", "r1", bytes(8 * 200)), ModelAudio("b", "r1", bytes(8 * 200)))
    story.at(1_300)
    assert story.played() == ["a", "b"]
    story.at(1_400, ModelAudio("a", "r1", bytes(8 * 400)), ModelAudioDone("a", "r1"))
    story.at(1_500, ModelAudioDone("b", "r1"), ModelResponded("r1", ResponseStatus.COMPLETED))
    (told,) = story.asked(TruncateItem)
    assert (told.item_id, told.heard_ms) == ("a", 200)
