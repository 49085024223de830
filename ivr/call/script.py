"""A flow as the script of a call: what it wants becomes the call's actions, what happens its events."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from ...codecs.g711 import Law
from ...gateway.core.actions import (
    Action,
    EndReason,
    EndRecording,
    Fact,
    RecordCaller,
    fact,
)
from ...gateway.core.agent import AgentPlan
from ...gateway.core.events import CallerDigit, MarkPlayed
from ...gateway.core.script import Ending, ScriptEvent, Stage
from ..flow import Flow
from ..machine import actions as wants
from ..machine.events import (
    Event,
    HungUp,
    Key,
    PromptDone,
    QueueNews,
    QueueState,
    Sounding,
    ToolResult,
    TransferEnd,
    TransferResult,
    Who,
)
from ..machine.facts import Facts, PublicHolidays, Wall
from ..machine.machine import Machine
from .announcer import Announcer
from .listener import Listener
from .part import Part
from .roles import first_role
from .sounds import Sounds

REASONS = {
    "voicemail": EndReason.VOICEMAIL,
    "dnc": EndReason.OPTED_OUT,
    "limit": EndReason.MAX_DURATION,
}


@dataclass(frozen=True, slots=True)
class FlowCall:
    """What a call in a flow is given: the version that it is pinned to, and who is on the line.

    `plans` has each agent that the flow names; `wall` and `public` as the machine wants them.
    """

    flow: Flow
    sounds: Sounds
    plans: Mapping[str, AgentPlan]
    facts: Facts
    wall: Wall
    public: PublicHolidays | None = None
    law: Law = "ulaw"

    def script(self, stage: Stage) -> "FlowScript":
        """A `WriteScript`."""
        return FlowScript(self, stage)


class FlowScript:
    """See Script. The flow has the call from the first moment; a model is needed in its agents' parts only."""

    def __init__(self, given: FlowCall, stage: Stage) -> None:
        self._machine = Machine(given.flow, given.facts, given.wall, given.public)
        self._first = first_role(given.flow)
        self._stage = stage
        self._news: deque[Event] = deque()
        self._announcer = Announcer(stage.playout, given.sounds)
        self._part = Part(stage, given.plans, self._news)
        self._listener = Listener(given.law)
        self._is_recording = False
        self.has_begun = False
        self.ending: Ending | None = None

    @property
    def deadline_ms(self) -> int | None:
        """The earliest of the flow's, the prompt's and the agent's."""
        due = (self._machine.deadline_ms, self._announcer.deadline_ms, self._part.deadline_ms)
        return min((at for at in due if at is not None), default=None)

    @property
    def listens(self) -> bool:
        """See Script. In an agent's part its model does."""
        return self.has_begun and not self._part.is_on

    # -- the call ------------------------------------------------------------------------------

    def prepare(self, now_ms: int) -> list[Action]:
        """See Script. The first agent's model is called while it rings."""
        return [] if self._first is None else self._part.prepare(self._first, now_ms)

    def begin(self, now_ms: int) -> list[Action]:
        """See Script."""
        self.has_begun = True
        talking = fact("call.talking", greets=True)
        return [talking, *self._do(self._machine.begin(now_ms), now_ms)]

    def link_moved(self, now_ms: int) -> list[Action]:
        """See Script."""
        return self._settled(self._part.link_moved(now_ms), now_ms) if self.has_begun else []

    def handle(self, event: ScriptEvent, now_ms: int) -> list[Action]:
        """See Script."""
        match event:
            case MarkPlayed():
                return self._settled(self._heard(now_ms), now_ms)
            case CallerDigit():
                self._part.expect_tone(now_ms)
                self._listener.expect_tone()
                self._news.append(Key(event.digit))
                return self._settled([fact("dtmf.key")], now_ms)
            case _:
                return self._settled(self._part.handle(event, now_ms), now_ms)

    def hear(self, payload: bytes, now_ms: int) -> list[Action]:
        """See Script."""
        change = self._listener.hear(payload)
        if change is None:
            return []
        self._news.append(Sounding(Who.CALLER, is_on=change))
        return self._settled([], now_ms)

    def wake(self, now_ms: int) -> list[Action]:
        """See Script."""
        actions = self._settled([*self._heard(now_ms), *self._part.wake(now_ms)], now_ms)
        return [*actions, *self._do(self._machine.wake(now_ms), now_ms)]

    def is_quiet(self, now_ms: int) -> bool:
        """See Script."""
        is_silent = not self._stage.playout.unheard_ms(now_ms)
        return is_silent and not self._is_recording and self._part.is_quiet(now_ms)

    def leave(self, reason: EndReason, now_ms: int) -> list[Action]:
        """See Script. The flow learns of an end that is not its own, and closes what it has open."""
        left = self._part.leave(now_ms)
        if not self.has_begun:
            return left
        by = "caller" if reason is EndReason.CALLER_HUNG_UP else "gateway"
        return [*left, *self._do(self._machine.handle(HungUp(by), now_ms), now_ms)]

    def _heard(self, now_ms: int) -> list[Action]:
        tag = self._announcer.heard(now_ms)
        if tag is not None:
            self._news.append(PromptDone(tag))
        return []

    # -- what the flow wants -------------------------------------------------------------------

    def _settled(self, actions: list[Action], now_ms: int) -> list[Action]:
        """Tell the flow what came of this, until there is nothing left to tell."""
        while self._news:
            event = self._news.popleft()
            actions = [*actions, *self._do(self._machine.handle(event, now_ms), now_ms)]
        return actions

    def _do(self, wanted: list[wants.Action], now_ms: int) -> list[Action]:
        done = [action for want in wanted for action in self._perform(want, now_ms)]
        return self._settled(done, now_ms) if self._news else done

    def _perform(self, want: wants.Action, now_ms: int) -> list[Action]:
        match want:
            case wants.Play():
                return self._play(want, now_ms)
            case wants.StopPlay():
                return self._stop(now_ms)
            case wants.StartAi():
                return self._part.start(want, now_ms)
            case wants.StopAi():
                return self._part.stop(now_ms, is_cut=want.is_cut)
            case wants.NudgeAi():
                return self._part.nudge(now_ms)
            case wants.TellAi():
                return self._part.tell_key(want.digit, now_ms)
            case wants.BlindAi():
                return self._part.blind(now_ms, is_on=want.is_on)
            case wants.Record():
                self._is_recording = True
                if self._listener.is_speech:  # since before the tone: it is part of the message
                    self._news.append(Sounding(Who.CALLER, is_on=True))
                return [RecordCaller(want.box)]
            case wants.EndRecord():
                self._is_recording = False
                return [EndRecording(is_kept=want.is_kept)]
            case wants.Hangup():
                reason = REASONS.get(self._machine.disposition or "", EndReason.AGENT_HUNG_UP)
                self.ending = Ending(reason)
                return [fact("flow.hung_up", cause=want.cause)]
            case wants.CallTool() | wants.Transfer() | wants.Enqueue():
                return self._elsewhere(want)
            case wants.CancelTransfer() | wants.LeaveQueue() | wants.PauseRecording():
                return []
            case _:
                return [_told(want)]

    def _play(self, want: wants.Play, now_ms: int) -> list[Action]:
        """One voice at a time: what an agent says in its part gives way, its last words do not."""
        stopped = self._stop(now_ms) if self._announcer.is_playing else self._part.hush(now_ms)
        uncovered = self._stage.cover.end(now_ms)
        clips = " ".join(f"{clip.name or clip.kind.value}:{clip.language}" for clip in want.clips)
        said = fact("flow.said", clips=clips)
        return [*stopped, *uncovered, said, *self._announcer.play(want, now_ms)]

    def _stop(self, now_ms: int) -> list[Action]:
        """Silence: what is left of an agent's last words goes with the prompt behind it."""
        self._announcer.stop()
        return self._part.silence(now_ms)

    def _elsewhere(self, want: wants.CallTool | wants.Transfer | wants.Enqueue) -> list[Action]:
        """Nobody can be asked for it here: the flow goes the way that it has for that."""
        match want:
            case wants.CallTool():
                self._news.append(ToolResult(want.id, "error"))
            case wants.Transfer():
                self._news.append(TransferResult(TransferEnd.FAILED))
            case wants.Enqueue():
                self._news.append(QueueNews(QueueState.FULL))
        return [fact("flow.impossible", asked=type(want).__name__.lower(), alarm=True)]


Told = wants.Moved | wants.Noted | wants.SetDisposition | wants.Suppress | wants.Alert


def _told(want: Told) -> Fact:
    """What leaves no trace on the line, for the record: never a word or a number."""
    match want:
        case wants.Moved():
            return fact("flow.moved", node=want.node, source=want.source or "", edge=want.edge)
        case wants.Noted():
            return fact("flow.noted", note=want.what, node=want.node, count=want.count)
        case wants.SetDisposition():
            return fact("flow.disposition", code=want.code, at=want.at or "")
        case wants.Suppress():
            return fact("flow.suppressed")
        case wants.Alert():
            return fact("flow.emergency", node=want.node, alarm=True)
        case _:
            assert_never(want)
