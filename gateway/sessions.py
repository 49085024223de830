"""Makes the session of each call: an agent's, or a flow's with its agents."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urlsplit

from ..numbers.directory import Answering
from ..numbers.model import Agent
from .call_record import CallFacts
from .core.actions import EndReason, OpenModel
from .core.agent_script import agent_alone
from .core.breaker import Breaker
from .core.call import Call
from .core.script import WriteScript
from .core.terms import CallLimits
from .flow_calls import Casting, Now, flow_call, longest_ms
from .loop_clock import LoopClock
from .messages import Messages, Sender
from .metrics import Metrics
from .model_socket import ModelSocket
from .models.openai_realtime import OpenAIRealtime
from .plans import agent_plan, model_address, model_plan, tls_context
from .prompts import prompts_for
from .reporter import Reporter
from .session import Session, Watcher
from .settings import Settings
from .switchboard import Answerer
from .watchers import BreakerWatch, Together

Watch = Callable[[str], Watcher]


@dataclass(frozen=True, slots=True)
class Plot:
    """What a call is about: how it goes, for how long at most, and who its agents are."""

    script: WriteScript
    max_call_ms: int | None
    agent: Callable[[OpenModel], Agent | None]


class Sessions:
    """They share what is the process's: settings, figures, the breaker, the boxes for messages.

    `now` is the clock that flows go by, `watch` gives one more watcher for a call id: one who sees every step.
    """

    def __init__(
        self,
        settings: Settings,
        limits: CallLimits,
        metrics: Metrics,
        breaker: Breaker,
        messages: Messages,
        now: Now,
        watch: Watch | None = None,
    ) -> None:
        self._limits = limits
        self._metrics = metrics
        self._health = BreakerWatch(breaker)
        self._messages = messages
        self._now = now
        self._watch = watch
        self._settings = settings
        self._model_at = urlsplit(settings.openai_url).netloc
        self._tls = tls_context(settings)

    def open(
        self, facts: CallFacts, answerer: Answerer, on_end: Callable[[EndReason], None]
    ) -> Session:
        """See OpenSession."""
        plot, settings = self._plot(facts, answerer), self._settings
        limits = self._limits
        if plot.max_call_ms is not None:
            limits = replace(limits, max_call_ms=plot.max_call_ms)
        reporter = Reporter(facts.call_id, self._metrics, self._model_at)
        watchers: list[Watcher] = [reporter, self._health]
        if self._watch is not None:
            watchers.append(self._watch(facts.call_id))
        sender = Sender(facts.call_id, facts.caller, facts.called)
        session = Session(
            Call(
                plot.script,
                limits,
                prompts_for(facts.called),
                jitter=random.random(),
                has_fallback_model=settings.fallback_model is not None,
            ),
            clock=LoopClock(lambda: session.deliver(None)),
            open_model=partial(self._open_model, facts, plot),
            watcher=Together(*watchers),
            on_end=on_end,
            record=partial(self._messages.begin, sender),
            keeps_steps=self._watch is not None,
        )
        return session

    def _plot(self, facts: CallFacts, answerer: Answerer) -> Plot:
        match answerer:
            case Answering(agent=agent):
                plan = agent_plan(self._settings, agent)
                max_call_s = None if agent is None else agent.max_call_s
                max_call_ms = None if max_call_s is None else max_call_s * 1_000
                return Plot(agent_alone(plan), max_call_ms, lambda _wanted: agent)
            case Casting(ready=ready, agents=agents):
                script = flow_call(self._settings, answerer, facts, self._now).script
                return Plot(script, longest_ms(ready.flow), partial(_cast, agents))

    def _open_model(self, facts: CallFacts, plot: Plot, wanted: OpenModel) -> ModelSocket:
        plan = model_plan(
            self._settings,
            plot.agent(wanted),
            facts.audio,
            is_fallback=wanted.is_fallback,
            functions=() if wanted.role is None else wanted.role.functions,
        )
        place = model_address(self._settings, plan.model, self._limits, self._tls)
        return ModelSocket(place, OpenAIRealtime(plan))


def _cast(agents: Mapping[str, Agent], wanted: OpenModel) -> Agent | None:
    return None if wanted.role is None else agents.get(wanted.role.agent)
