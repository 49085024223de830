"""A whole call moved by hand: events go in at their millisecond, what it asks for is kept."""

from dataclasses import dataclass, field
from typing import TypeVar

from ....codecs.frames import PCMU_8K, AudioFormat
from ...core.actions import Action, EndCall, EndReason, Fact, PlayAudio
from ...core.agent import AgentPlan
from ...core.agent_script import agent_alone
from ...core.call import Call
from ...core.events import (
    CallerAudio,
    CallRang,
    Event,
    LegOpened,
    ModelAudio,
    ModelAudioDone,
    ModelCommitted,
    ModelConnected,
    ModelOpened,
    ModelResponded,
    ModelResponding,
    ResponseStatus,
)
from ...core.terms import CallLimits, Prompts

OPENED = ModelOpened("audio/pcm", "audio/pcm")
SECOND = 8 * 1_000
PROMPTS = Prompts(apology=b"\x11" * SECOND, goodbye=b"\x22" * SECOND, draining=b"\x33" * SECOND)
FRAME_MS = 20
SILENCE = b"\xff" * 160

Kind = TypeVar("Kind", bound=Action)


@dataclass(slots=True)
class Story:
    """A call, the time, and everything it asked for; a line that lives sends silence meanwhile."""

    call: Call
    has_line: bool = False
    now_ms: int = 0
    actions: list[Action] = field(default_factory=list[Action])

    def at(self, now_ms: int, *events: Event) -> list[Action]:
        """Let time pass until then; what the events make the call ask for."""
        while self.has_line and self.now_ms + FRAME_MS <= now_ms:
            self._pass_until(self.now_ms + FRAME_MS)
            self.actions += self.call.handle(CallerAudio(SILENCE, self.now_ms), self.now_ms)
        self._pass_until(now_ms)
        actions = [action for event in events for action in self.call.handle(event, now_ms)]
        self.actions += actions
        return actions

    def _pass_until(self, now_ms: int) -> None:
        while self.call.deadline_ms is not None and self.call.deadline_ms <= now_ms:
            self.now_ms = max(self.now_ms, self.call.deadline_ms)
            self.actions += self.call.wake(self.now_ms)
        self.now_ms = now_ms

    def answers(self, at_ms: int, ms: int) -> None:
        """The model's item `a` of response `r1`, all of it at once."""
        self.at(at_ms, ModelCommitted("u"), ModelResponding("r1"))
        self.at(at_ms, ModelAudio("a", "r1", bytes(8 * ms)), ModelAudioDone("a", "r1"))
        self.at(at_ms, ModelResponded("r1", ResponseStatus.COMPLETED))

    def asked(self, kind: type[Kind]) -> list[Kind]:
        """All it asked for of one kind."""
        return [action for action in self.actions if isinstance(action, kind)]

    def facts(self, name: str) -> list[Fact]:
        """What it told under this name."""
        return [told for told in self.asked(Fact) if told.name == name]

    def played(self) -> list[str]:
        """The item of each piece of audio that left."""
        return [action.item_id for action in self.asked(PlayAudio)]

    @property
    def end(self) -> EndReason | None:
        """Why it ended, if it has; a call ends once."""
        ends = self.asked(EndCall)
        assert len(ends) <= 1
        return ends[0].reason if ends else None


def talking(
    limits: CallLimits | None = None, prompts: Prompts = PROMPTS, line: AudioFormat = PCMU_8K
) -> Story:
    """A call in talk since 0, its line alive; nothing was said so far."""
    call = Call(agent_alone(AgentPlan(greeting=None)), limits or CallLimits(), prompts, line=line)
    story = Story(call, has_line=True)
    story.at(0, CallRang(), LegOpened("MZ1"), ModelConnected(), OPENED)
    story.actions.clear()
    return story
