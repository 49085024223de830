"""The script of a call that an agent has from the first word to the last."""

from .actions import Action, EndReason, fact
from .agent import Agent, AgentPlan
from .digits import KEYS_MAX
from .events import CallerDigit, MarkPlayed, ModelAudio, ModelHeardSpeech
from .link import LinkState
from .script import Ending, ScriptEvent, Stage, WriteScript


def agent_alone(plan: AgentPlan) -> WriteScript:
    """Whoever follows this plan has the whole call."""
    return lambda stage: AgentScript(plan, stage)


class AgentScript:
    """See Script. Without its model there is nothing to say: the call waits for it, and ends with it."""

    listens = False

    def __init__(self, plan: AgentPlan, stage: Stage) -> None:
        limits = stage.limits
        self._stage = stage
        self.agent = Agent(plan, stage.playout, stage.uplink, limits.turns, limits.bargein)
        self.has_begun = False
        self.ending: Ending | None = None
        self._is_caller_there = False
        self._early_keys = ""  # pressed before the agent could hear them

    @property
    def deadline_ms(self) -> int | None:
        """The agent's."""
        return self.agent.deadline_ms if self.has_begun else None

    def prepare(self, now_ms: int) -> list[Action]:
        """See Script."""
        return self._stage.link.open(now_ms)

    def begin(self, now_ms: int) -> list[Action]:
        """See Script."""
        self._is_caller_there = True
        return [*self._stage.link.caller_waits(now_ms), *self.link_moved(now_ms)]

    def link_moved(self, now_ms: int) -> list[Action]:
        """See Script."""
        if not self._is_caller_there:
            return []
        link = self._stage.link
        if not self.has_begun and link.state is LinkState.READY:
            return self._talk(now_ms)
        is_lost = self.has_begun and link.state in (LinkState.LOST, LinkState.FAILED)
        if is_lost:
            self._stage.uplink.lost()
        if is_lost or link.state is LinkState.FAILED:
            failure = EndReason.MODEL_LOST if is_lost else EndReason.MODEL_UNAVAILABLE
            self._fail(EndReason.MODEL_REFUSED if link.is_refused else failure)
        return []

    def _talk(self, now_ms: int) -> list[Action]:
        self.has_begun = True
        begun = self.agent.begin(now_ms)
        # An agent that does not greet waits for the caller, who must not hear it ring.
        uncovered = [] if begun else self._stage.cover.end(now_ms)
        talking = fact("call.talking", greets=bool(begun))
        keys = [a for key in self._early_keys for a in self.agent.keep_key(key, now_ms)]
        return [*uncovered, talking, *begun, *keys, *self._stage.uplink.ready(now_ms)]

    def handle(self, event: ScriptEvent, now_ms: int) -> list[Action]:
        """See Script."""
        if isinstance(event, MarkPlayed):
            return []
        if not self.has_begun:
            if isinstance(event, CallerDigit):
                self._early_keys = (self._early_keys + event.digit)[:KEYS_MAX]
            return []
        uncovered = self._stage.cover.end(now_ms) if self._ends_cover(event) else []
        return [*uncovered, *self._watched(self.agent.handle(event, now_ms))]

    def _ends_cover(self, event: ScriptEvent) -> bool:
        """The agent will be heard, or the caller speaks and so need not be told that it rings."""
        if isinstance(event, ModelAudio):
            return event.response_id not in self.agent.responses.cut_ids
        return isinstance(event, ModelHeardSpeech)

    def hear(self, payload: bytes, now_ms: int) -> list[Action]:
        """See Script. The model listens."""
        del payload, now_ms
        return []

    def wake(self, now_ms: int) -> list[Action]:
        """See Script."""
        return self._watched(self.agent.wake(now_ms))

    def _watched(self, actions: list[Action]) -> list[Action]:
        if self.agent.failure is not None:
            self._fail(self.agent.failure)
        return actions

    def _fail(self, reason: EndReason) -> None:
        self.ending = Ending(reason, is_sorry=True)

    def is_quiet(self, now_ms: int) -> bool:
        """See Script."""
        return not self.has_begun or self.agent.is_quiet(now_ms)

    def leave(self, reason: EndReason, now_ms: int) -> list[Action]:
        """See Script."""
        del reason
        return self.agent.leave(now_ms)
