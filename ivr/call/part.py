"""The part of an agent in a flow: from the node that gives it to its exit, or its model's loss."""

from collections import deque
from collections.abc import Mapping
from typing import cast

import orjson

from ...gateway.core.actions import Action, ForgetHeard, Role
from ...gateway.core.agent import Agent, AgentEvent, AgentPlan
from ...gateway.core.events import (
    CallerSaid,
    ModelAudio,
    ModelCalled,
    ModelHeardQuiet,
    ModelHeardSpeech,
    ModelResponding,
)
from ...gateway.core.link import LinkState
from ...gateway.core.script import Stage
from ..machine.actions import NudgeAi, StartAi
from ..machine.events import (
    AiDown,
    AiExit,
    AiUp,
    Event,
    Heard,
    LanguageChosen,
    Sounding,
    Who,
)
from .roles import SWITCH_LANGUAGE, role

SILENT_MS = 4_000  # without a sound where one is due
BACK = "The caller is back from the menu. Go on where you were."
SPEAK = "The caller wants to speak this language: {language}. Speak it from now on."
NUDGE = "The caller has said nothing for a while. Ask, briefly, whether they are still there."


class Part:
    """Tells the flow by `news` what comes of the agent. Between parts the model hears nothing."""

    def __init__(self, stage: Stage, plans: Mapping[str, AgentPlan], news: deque[Event]) -> None:
        self._stage = stage
        self._plans = plans
        self._news = news
        self._agent: Agent | None = None  # of the model session that is open, or opening
        self._wanted: StartAi | None = None  # while the flow gives the part
        self._is_up = False
        self._is_sounding = False
        self._sounds_until_ms: int | None = None
        self._silent_since_ms: int | None = None
        self._called: set[str] = set()
        self._has_spoken = False  # in this model session
        stage.uplink.deafen(is_deaf=True)

    @property
    def deadline_ms(self) -> int | None:
        """The earliest of: the agent's own, the end of its voice, a silence that is too long."""
        if not self._is_up or self._agent is None:
            return None
        silent_by_ms = None if self._silent_since_ms is None else self._silent_since_ms + SILENT_MS
        due = (self._agent.deadline_ms, self._sounds_until_ms, silent_by_ms)
        return min((at for at in due if at is not None), default=None)

    @property
    def is_on(self) -> bool:
        """The agent may speak, or will."""
        return self._wanted is not None

    def is_quiet(self, now_ms: int) -> bool:
        """It is not the agent who keeps the call."""
        return not self._is_up or self._agent is None or self._agent.is_quiet(now_ms)

    # -- the flow ------------------------------------------------------------------------------

    def prepare(self, first: Role, now_ms: int) -> list[Action]:
        """Open the model before it is wanted: that costs nothing but a connection."""
        self._cast(first)
        return self._stage.link.open(now_ms)

    def start(self, wanted: StartAi, now_ms: int) -> list[Action]:
        """The flow gives the part."""
        self._wanted = wanted
        link = self._stage.link
        closed: list[Action] = []
        if link.role != role(wanted) or (link.state is LinkState.FAILED and not link.is_refused):
            closed = link.close()
            self._cast(role(wanted))
        elif link.state is LinkState.LOST:
            self._cast(role(wanted))
        return [*closed, *link.caller_waits(now_ms), *self.link_moved(now_ms)]

    def _cast(self, new: Role) -> None:
        """A model session of its own: nothing of another one's history counts in it."""
        stage, limits = self._stage, self._stage.limits
        stage.link.role = new
        plan = self._plans[new.agent]
        self._agent = Agent(plan, stage.playout, stage.uplink, limits.turns, limits.bargein)
        self._has_spoken = False

    def stop(self, now_ms: int, *, is_cut: bool) -> list[Action]:
        """The flow takes the part back; uncut, what the agent was saying is heard out."""
        was_up, self._is_up, self._wanted = self._is_up, False, None
        self._is_sounding, self._sounds_until_ms, self._silent_since_ms = False, None, None
        self._stage.uplink.deafen(is_deaf=True)
        if self._agent is None or not was_up:
            return self._stage.link.close()  # what did not come up in time is not waited for
        forget = ForgetHeard(self._agent.responses.event_id("forget"))
        return [*(self._agent.hush(now_ms) if is_cut else []), forget]

    def hush(self, now_ms: int) -> list[Action]:
        """The flow speaks itself for a moment: what the agent is saying is cut."""
        return [] if self._agent is None or not self._is_up else self._agent.hush(now_ms)

    def silence(self, now_ms: int) -> list[Action]:
        """Clear all that plays; the agent's model learns what was heard of its words."""
        if self._agent is not None:
            return self._agent.hush(now_ms)
        return self._stage.playout.clear_queue(now_ms)[0]

    def nudge(self, _wanted: NudgeAi, now_ms: int) -> list[Action]:
        """Ask whether the caller is still there."""
        return self._prompt(NUDGE, now_ms)

    def tell_key(self, digit: str, now_ms: int) -> list[Action]:
        """A key that means nothing to the flow."""
        return [] if self._agent is None else self._agent.keep_key(digit, now_ms)

    def expect_tone(self, now_ms: int) -> None:
        """A key was pressed: what the model hears next is its tone."""
        if self._agent is not None:
            self._agent.expect_tone(now_ms)

    def blind(self, *, is_on: bool) -> list[Action]:
        """While on, nothing of the caller reaches the model, not even within its part."""
        self._stage.uplink.deafen(is_deaf=is_on or not self._is_up)
        return []

    def leave(self, now_ms: int) -> list[Action]:
        """The call ends: nobody is there who could have heard more, or less, than what is known."""
        agent, self._agent = self._agent, None
        self._is_up, self._wanted = False, None
        return [] if agent is None else agent.leave(now_ms)

    # -- the way to the model ------------------------------------------------------------------

    def link_moved(self, now_ms: int) -> list[Action]:
        """It stands otherwise than before, or may."""
        if self._wanted is None:
            return []
        link = self._stage.link
        if not self._is_up and link.state is LinkState.READY:
            return self._up(self._wanted, now_ms)
        is_lost = self._is_up and link.state in (LinkState.LOST, LinkState.FAILED)
        if is_lost or link.state is LinkState.FAILED:
            return self._down(link.cause or "lost", now_ms)
        return []

    def _up(self, wanted: StartAi, now_ms: int) -> list[Action]:
        assert self._agent is not None
        agent, uplink = self._agent, self._stage.uplink
        self._is_up = True
        self._news.append(AiUp())
        uplink.deafen(is_deaf=False)
        spoken = self._begin(agent, wanted, now_ms)
        uncovered = [] if agent.responses.is_answer_owed else self._stage.cover.end(now_ms)
        return [*uncovered, *spoken, *uplink.ready(now_ms), *self._watch(now_ms)]

    def _begin(self, agent: Agent, wanted: StartAi, now_ms: int) -> list[Action]:
        """A language that is not the first is said once; the greeting is once a session too."""
        is_new, self._has_spoken = not self._has_spoken, True
        note: list[Action] = []
        if is_new and wanted.language != wanted.languages[0]:
            note = [agent.note(SPEAK.format(language=wanted.language))]
        begun = agent.begin(now_ms) if is_new else agent.prompt(BACK, now_ms)
        return [*note, *begun]

    def _down(self, reason: str, now_ms: int) -> list[Action]:
        """The flow has to go on without: what the agent was saying is cut, and its session over."""
        self._news.append(AiDown(reason))
        stopped = self.hush(now_ms)
        self.stop(now_ms, is_cut=False)
        self._stage.uplink.lost()
        return [*stopped, *self._stage.link.close()]

    # -- the conversation ----------------------------------------------------------------------

    def handle(self, event: AgentEvent, now_ms: int) -> list[Action]:
        """The agent is told of everything, also behind its part: it has to know its turns."""
        agent = self._agent
        if agent is None:
            return []
        if isinstance(event, ModelCalled):
            return self._call(agent, event, now_ms)
        uncovered = self._stage.cover.end(now_ms) if self._ends_cover(agent, event) else []
        actions = [*uncovered, *agent.handle(event, now_ms)]
        if self._is_up:
            self._tell(event)
            return [*actions, *self._watched(agent, now_ms)]
        if isinstance(event, ModelResponding):  # to a turn of before, which nobody waits for
            actions += agent.leave(now_ms)
        return actions

    def _ends_cover(self, agent: Agent, event: AgentEvent) -> bool:
        if isinstance(event, ModelAudio):
            return event.response_id not in agent.responses.cut_ids
        return isinstance(event, ModelHeardSpeech)

    def _tell(self, event: AgentEvent) -> None:
        match event:
            case ModelHeardSpeech():
                self._news.append(Sounding(Who.CALLER, is_on=True))
            case ModelHeardQuiet():
                self._news.append(Sounding(Who.CALLER, is_on=False))
            case CallerSaid(text=text, is_final=True) if text:
                self._news.append(Heard(text))
            case _:
                pass

    def _call(self, agent: Agent, event: ModelCalled, now_ms: int) -> list[Action]:
        """Once each; one that comes when the part is over leads nowhere any more."""
        if event.call_id in self._called:
            return []
        self._called.add(event.call_id)
        answered = agent.handle(event, now_ms)
        if not self._is_up:
            return answered
        slots = _slots(event.arguments)
        if event.name == SWITCH_LANGUAGE:
            self._news.append(LanguageChosen(slots.get("language", "")))
            return [*answered, *agent.responses.ask(now_ms)]
        self._news.append(AiExit(event.name, slots))
        return answered

    def _prompt(self, text: str, now_ms: int) -> list[Action]:
        return [] if self._agent is None else self._agent.prompt(text, now_ms)

    # -- time ----------------------------------------------------------------------------------

    def wake(self, now_ms: int) -> list[Action]:
        """Something of the agent's is due."""
        agent = self._agent
        if agent is None or not self._is_up:
            return []
        actions: list[Action] = []
        if agent.deadline_ms is not None and agent.deadline_ms <= now_ms:
            actions = agent.wake(now_ms)
        return [*actions, *self._watched(agent, now_ms)]

    def _watched(self, agent: Agent, now_ms: int) -> list[Action]:
        if agent.failure is not None:
            return self._down(str(agent.failure), now_ms)
        return self._watch(now_ms)

    def _watch(self, now_ms: int) -> list[Action]:
        """Whether the agent is heard now; and that it is not silent for too long when it is due."""
        assert self._agent is not None
        playout, responses = self._stage.playout, self._agent.responses
        is_sounding = playout.unheard_ms(now_ms) > 0
        self._sounds_until_ms = max(playout.ends_at_ms(now_ms), now_ms + 1) if is_sounding else None
        if is_sounding != self._is_sounding:
            self._is_sounding = is_sounding
            self._news.append(Sounding(Who.AGENT, is_on=is_sounding))
        is_due = responses.is_active or responses.is_answer_owed
        if is_sounding or not is_due or responses.is_caller_speaking:
            self._silent_since_ms = None
        elif self._silent_since_ms is None:
            self._silent_since_ms = now_ms
        elif now_ms - self._silent_since_ms >= SILENT_MS:
            return self._down("silent", now_ms)
        return []


def _slots(arguments: str) -> dict[str, str]:
    """What the model brought, as text; what is no object of plain values brings nothing."""
    try:
        found = orjson.loads(arguments)
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(found, dict):
        return {}
    brought = cast("dict[str, object]", found)
    return {
        name: value if isinstance(value, str) else orjson.dumps(value).decode()
        for name, value in brought.items()
        if isinstance(value, str | int | float)
    }
