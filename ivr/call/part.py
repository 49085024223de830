"""The part of an agent in a flow: from the node that gives it to its exit, or its model's loss."""

from collections import deque
from collections.abc import Mapping

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
from ..machine.actions import StartAi
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
from .arguments import slots
from .roles import SWITCH_LANGUAGE, role
from .vigil import Vigil

TONE_MS = 300  # of a key: it is not for the model's ear
BACK = "The caller is back from the menu. Go on where you were."
SPEAK = "The caller wants to speak this language: {language}. Speak it from now on."
NUDGE = "The caller has said nothing for a while. Ask, briefly, whether they are still there."


class Part:
    """Tells the flow by `news` what comes of the agent. Between parts the model hears nothing.

    The agent lives as long as its model session, so that it knows its turns when it is back.
    """

    def __init__(self, stage: Stage, plans: Mapping[str, AgentPlan], news: deque[Event]) -> None:
        self._stage = stage
        self._plans = plans
        self._news = news
        self._agent: Agent | None = None  # of the model session that is open, or opening
        self._wanted: StartAi | None = None  # while the flow gives the part
        self._vigil: Vigil | None = None  # while the agent has it
        self._is_blind = False
        self._tone_until_ms = 0
        self._hears_from_ms: int | None = None
        self._last_words: frozenset[str] = frozenset()  # items that had begun when the part ended
        self._called: set[str] = set()
        self._has_spoken = False  # in this model session
        stage.uplink.deafen(is_deaf=True)

    @property
    def deadline_ms(self) -> int | None:
        """The earliest of the agent's, the vigil's, and the end of a key's tone."""
        due = [self._hears_from_ms]
        if self._vigil is not None and self._agent is not None:
            due += [self._agent.deadline_ms, self._vigil.deadline_ms]
        return min((at for at in due if at is not None), default=None)

    @property
    def is_on(self) -> bool:
        """The agent may speak, or will."""
        return self._wanted is not None

    def is_quiet(self, now_ms: int) -> bool:
        """It is not the agent who keeps the call."""
        return self._vigil is None or self._agent is None or self._agent.is_quiet(now_ms)

    # -- the flow ------------------------------------------------------------------------------

    def prepare(self, first: Role, now_ms: int) -> list[Action]:
        """Open the model before it is wanted: that costs nothing but a connection."""
        self._cast(first)
        return self._stage.link.open(now_ms, gives_up=True)

    def start(self, wanted: StartAi, now_ms: int) -> list[Action]:
        """The flow gives the part. What the caller says from now on waits for the model."""
        self._wanted = wanted
        link, wanted_role = self._stage.link, role(wanted)
        closed: list[Action] = []
        is_gone = link.state in (LinkState.LOST, LinkState.FAILED)
        if self._agent is None or is_gone or link.role != wanted_role:
            closed = link.close()
            self._cast(wanted_role)
        self._listen(now_ms)
        return [*closed, *link.caller_waits(now_ms), *self.link_moved(now_ms)]

    def _cast(self, new: Role) -> None:
        """A model session of its own: nothing of another one's history counts in it."""
        stage, limits = self._stage, self._stage.limits
        stage.link.role = new
        stage.uplink.lost()
        stage.uplink.new_session()
        plan = self._plans[new.agent]
        self._agent = Agent(plan, stage.playout, stage.uplink, limits.turns, limits.bargein)
        self._has_spoken = False

    def stop(self, now_ms: int, *, is_cut: bool) -> list[Action]:
        """The flow takes the part back; uncut, what the agent was saying is heard out."""
        was_up = self._vigil is not None
        self._vigil = self._wanted = self._hears_from_ms = None
        self._stage.uplink.deafen(is_deaf=True)
        agent = self._agent
        if agent is None or not was_up:
            self._agent = None
            return self._stage.link.close()  # what did not come up in time is not waited for
        items = self._stage.playout.items.values()
        self._last_words = frozenset(item.item_id for item in items if item.received)
        agent.rest()
        forget = ForgetHeard(agent.responses.event_id("forget"))
        return [*(agent.hush(now_ms) if is_cut else []), forget]

    def hush(self, now_ms: int) -> list[Action]:
        """The flow speaks itself for a moment: what the agent is saying is cut."""
        return [] if self._agent is None or self._vigil is None else self._agent.hush(now_ms)

    def silence(self, now_ms: int) -> list[Action]:
        """Clear all that plays; the agent's model learns what was heard of its words."""
        if self._agent is not None:
            return self._agent.hush(now_ms)
        return self._stage.playout.clear_queue(now_ms)[0]

    def nudge(self, now_ms: int) -> list[Action]:
        """Ask whether the caller is still there."""
        return [] if self._agent is None else self._agent.prompt(NUDGE, now_ms)

    def tell_key(self, digit: str, now_ms: int) -> list[Action]:
        """A key that means nothing to the flow."""
        return [] if self._agent is None else self._agent.keep_key(digit, now_ms)

    def expect_tone(self, now_ms: int) -> None:
        """A key was pressed: what sounds next is its tone."""
        self._tone_until_ms = now_ms + TONE_MS
        if self._agent is not None:
            self._agent.expect_tone(now_ms)

    def blind(self, now_ms: int, *, is_on: bool) -> list[Action]:
        """While on, nothing of the caller reaches the model, not even within its part."""
        self._is_blind = is_on
        self._listen(now_ms)
        return []

    def leave(self, now_ms: int) -> list[Action]:
        """The call ends: nobody is there who could have heard more, or less, than what is known."""
        agent, self._agent = self._agent, None
        self._vigil = self._wanted = self._hears_from_ms = None
        return [] if agent is None else agent.leave(now_ms)

    def _listen(self, now_ms: int) -> None:
        """Within the part the caller is for the model, but for a key's tone, and blindness."""
        is_tone = now_ms < self._tone_until_ms
        may_hear = self._wanted is not None and not self._is_blind
        self._hears_from_ms = self._tone_until_ms if may_hear and is_tone else None
        self._stage.uplink.deafen(is_deaf=is_tone or not may_hear)

    # -- the way to the model ------------------------------------------------------------------

    def link_moved(self, now_ms: int) -> list[Action]:
        """It stands otherwise than before, or may."""
        if self._wanted is None:
            return []
        link = self._stage.link
        if self._vigil is None and link.state is LinkState.READY:
            return self._up(self._wanted, now_ms)
        is_lost = self._vigil is not None and link.state is LinkState.LOST
        if is_lost or link.state is LinkState.FAILED:
            return self._down(link.cause or "lost", now_ms)
        return []

    def _up(self, wanted: StartAi, now_ms: int) -> list[Action]:
        assert self._agent is not None
        agent, stage = self._agent, self._stage
        self._vigil = Vigil(stage.playout, agent.responses, self._news)
        self._news.append(AiUp())
        spoken = self._begin(agent, wanted, now_ms)
        uncovered = [] if agent.responses.is_answer_owed else stage.cover.end(now_ms)
        return [*uncovered, *spoken, *stage.uplink.ready(now_ms), *self._watched(now_ms)]

    def _begin(self, agent: Agent, wanted: StartAi, now_ms: int) -> list[Action]:
        """A language that is not the first is said once; the greeting is once a session too."""
        is_new, self._has_spoken = not self._has_spoken, True
        note: list[Action] = []
        if is_new and wanted.language != wanted.languages[0]:
            note = [agent.note(SPEAK.format(language=wanted.language))]
        begun = agent.begin(now_ms) if is_new else agent.prompt(BACK, now_ms)
        return [*note, *begun]

    def _down(self, reason: str, now_ms: int) -> list[Action]:
        """The flow has to go on without: what the agent was saying is cut, its session over."""
        self._news.append(AiDown(reason))
        stopped = self.hush(now_ms)
        self.stop(now_ms, is_cut=False)
        self._agent = None
        return [*stopped, *self._stage.link.close()]

    # -- the conversation ----------------------------------------------------------------------

    def handle(self, event: AgentEvent, now_ms: int) -> list[Action]:
        """The agent is told of all within its part, and behind it of what its turns come to."""
        agent = self._agent
        if agent is None:
            return []
        if isinstance(event, CallerSaid) and event.is_final and event.text:
            self._news.append(Heard(event.text))  # often behind the part: phrases count everywhere
        if isinstance(event, ModelCalled):
            return self._call(agent, event, now_ms)
        if self._vigil is None:
            return self._behind(agent, event, now_ms)
        uncovered = self._stage.cover.end(now_ms) if self._ends_cover(agent, event) else []
        if isinstance(event, ModelHeardSpeech | ModelHeardQuiet):
            is_on = isinstance(event, ModelHeardSpeech)
            self._news.append(Sounding(Who.CALLER, is_on=is_on))
        return [*uncovered, *agent.handle(event, now_ms), *self._watched(now_ms)]

    def _behind(self, agent: Agent, event: AgentEvent, now_ms: int) -> list[Action]:
        """Nobody speaks to it, and nobody waits for what it begins to say."""
        match event:
            case ModelHeardSpeech() | ModelHeardQuiet():
                return []
            case ModelAudio() if event.item_id not in self._last_words:
                self._stage.playout.drop(event.item_id, event.response_id, event.payload)
                return []
            case ModelResponding():
                return [*agent.handle(event, now_ms), *agent.leave(now_ms)]
            case _:
                return agent.handle(event, now_ms)

    def _ends_cover(self, agent: Agent, event: AgentEvent) -> bool:
        if isinstance(event, ModelAudio):
            return event.response_id not in agent.responses.cut_ids
        return isinstance(event, ModelHeardSpeech)

    def _call(self, agent: Agent, event: ModelCalled, now_ms: int) -> list[Action]:
        """Answered once each. It leads on within the part, unless the caller has cut it short."""
        if event.call_id in self._called:
            return []
        self._called.add(event.call_id)
        answered = agent.handle(event, now_ms)
        wanted = self._wanted
        if self._vigil is None or wanted is None or event.response_id in agent.responses.cut_ids:
            return answered
        if event.name in wanted.exits:
            self._news.append(AiExit(event.name, slots(event.arguments)))
            return answered
        if event.name == SWITCH_LANGUAGE:
            self._news.append(LanguageChosen(slots(event.arguments).get("language", "")))
        return [*answered, *agent.responses.ask(now_ms)]  # it stays, and should go on

    # -- time ----------------------------------------------------------------------------------

    def wake(self, now_ms: int) -> list[Action]:
        """Something of the agent's is due, or a tone is over."""
        if self._hears_from_ms is not None and self._hears_from_ms <= now_ms:
            self._listen(now_ms)
        agent = self._agent
        if agent is None or self._vigil is None:
            return []
        is_due = agent.deadline_ms is not None and agent.deadline_ms <= now_ms
        return [*(agent.wake(now_ms) if is_due else []), *self._watched(now_ms)]

    def _watched(self, now_ms: int) -> list[Action]:
        agent, vigil = self._agent, self._vigil
        assert agent is not None
        assert vigil is not None
        if agent.failure is not None:
            return self._down(str(agent.failure), now_ms)
        return self._down("silent", now_ms) if vigil.look(now_ms) else []
