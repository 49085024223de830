"""An agent moved by hand: what it hears goes in, what it asks for comes out."""

from dataclasses import dataclass, field

from ....codecs.frames import PCMU_8K
from ...core.actions import Action, Fact
from ...core.agent import Agent, AgentEvent, AgentPlan
from ...core.bargein import BargeInLimits
from ...core.events import (
    ModelAudio,
    ModelCommitted,
    ModelHeardQuiet,
    ModelHeardSpeech,
    ModelItemAdded,
    ModelResponded,
    ModelResponding,
    ResponseStatus,
)
from ...core.playout import Playout
from ...core.responses import TurnLimits
from ...core.uplink import Uplink, UplinkLimits

COMPLETED, CANCELLED = ResponseStatus.COMPLETED, ResponseStatus.CANCELLED
FAILED, INCOMPLETE = ResponseStatus.FAILED, ResponseStatus.INCOMPLETE
SPEECH = ModelHeardSpeech("u1", 0)
QUIET = ModelHeardQuiet("u1", 900)


@dataclass(slots=True)
class Talk:
    """An agent with its ledger and its uplink."""

    plan: AgentPlan = field(default_factory=lambda: AgentPlan(greeting=None))
    playout: Playout = field(
        default_factory=lambda: Playout(PCMU_8K, lead_limit_ms=20_000, mark_every_ms=200)
    )
    uplink: Uplink = field(default_factory=lambda: Uplink(PCMU_8K, UplinkLimits()))
    agent: Agent = field(init=False)

    def __post_init__(self) -> None:
        self.agent = Agent(self.plan, self.playout, self.uplink, TurnLimits(), BargeInLimits())

    def hear(self, *events: AgentEvent, at_ms: int = 0) -> list[Action]:
        """What the agent asks for, facts left out."""
        return _asked([a for event in events for a in self.agent.handle(event, at_ms)])

    def wake(self) -> list[Action]:
        """The same at its deadline."""
        assert self.agent.deadline_ms is not None
        return _asked(self.agent.wake(self.agent.deadline_ms))


def _asked(actions: list[Action]) -> list[Action]:
    return [action for action in actions if not isinstance(action, Fact)]


def delta(item_id: str, ms: int, response_id: str = "r1") -> ModelAudio:
    """Audio of the model that lasts so long."""
    return ModelAudio(item_id, response_id, bytes(ms * 8))


def done(
    response_id: str = "r1", status: ResponseStatus = COMPLETED, reason: str = ""
) -> ModelResponded:
    """The end of a response."""
    return ModelResponded(response_id, status, reason)


def answering(ms: int = 1_000, plan: AgentPlan | None = None) -> Talk:
    """The model speaks its item `a` of response `r1`."""
    talk = Talk(plan or AgentPlan(greeting=None))
    talk.hear(ModelCommitted("u0"), ModelResponding("r1"), ModelItemAdded("a", "r1"))
    talk.hear(delta("a", ms))
    return talk
