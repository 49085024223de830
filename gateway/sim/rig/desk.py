"""A session with everything around it kept in memory, in the order in which it was written."""

from dataclasses import dataclass, field

from ...core.actions import Action, EndReason, Fact, OpenModel
from ...core.agent import AgentPlan
from ...core.agent_script import agent_alone
from ...core.call import Call
from ...core.events import CallRang, Event, ModelConnected, ModelOpened
from ...core.phases import Phase
from ...core.script import WriteScript
from ...core.terms import CallLimits, Prompts
from ...session import Session
from .clock import StillClock
from .end import CALLER, MemoryEnd

OPENED = ModelOpened("audio/pcm", "audio/pcm")
AGENT_ALONE = agent_alone(AgentPlan())
Step = tuple[Event | None, list[Action]]


@dataclass(slots=True)
class Desk:
    """Leg and models write into one log; the session is watched, and time stands."""

    keeps_steps: bool = False
    script: WriteScript = AGENT_ALONE
    clock: StillClock = field(default_factory=StillClock)
    log: list[Action] = field(default_factory=list[Action])
    models: list[MemoryEnd] = field(default_factory=list[MemoryEnd])
    facts: list[Fact] = field(default_factory=list[Fact])
    steps: list[Step] = field(default_factory=list[Step])
    crashes: list[Exception] = field(default_factory=list[Exception])
    ends: list[EndReason] = field(default_factory=list[EndReason])
    boxes: list[str] = field(default_factory=list[str])
    recorded: list[bytes] = field(default_factory=list[bytes])
    kept: list[bool] = field(default_factory=list[bool])
    seen_ms: int = 0  # the time of what was seen last
    leg: MemoryEnd = field(init=False)
    session: Session = field(init=False)

    def __post_init__(self) -> None:
        self.leg = MemoryEnd(CALLER, self.log)
        self.session = Session(
            Call(self.script, CallLimits(), Prompts()),
            clock=self.clock,
            open_model=self._open_model,
            watcher=self,
            on_end=self.ends.append,
            record=self._record,
            keeps_steps=self.keeps_steps,
        )

    def _record(self, box: str) -> "Desk":
        self.boxes.append(box)
        return self

    def write(self, payload: bytes) -> None:
        """See Recording."""
        self.recorded.append(payload)

    def end(self, *, is_kept: bool) -> None:
        """See Recording."""
        self.kept.append(is_kept)

    def _open_model(self, _wanted: OpenModel) -> MemoryEnd:
        self.models.append(MemoryEnd(log=self.log))
        return self.models[-1]

    @property
    def model(self) -> MemoryEnd:
        """The one that was opened last."""
        return self.models[-1]

    def saw_fact(self, fact: Fact, now_ms: int) -> None:
        """Keep it."""
        self._passes(now_ms)
        self.facts.append(fact)

    def saw_step(self, event: Event | None, actions: list[Action], now_ms: int) -> None:
        """Keep it."""
        self._passes(now_ms)
        self.steps.append((event, actions))

    def _passes(self, now_ms: int) -> None:
        assert now_ms >= self.seen_ms, "a session's time never falls"
        self.seen_ms = now_ms

    def saw_crash(self, error: Exception) -> None:
        """Keep it."""
        self.crashes.append(error)

    def ring(self, at_ms: int) -> None:
        """The alarm goes off."""
        self.clock.ms = at_ms
        self.session.deliver(None)


def talking(*, keeps_steps: bool = False, script: WriteScript = AGENT_ALONE) -> Desk:
    """A call in talk; its greeting was asked for and not answered so far."""
    desk = Desk(keeps_steps=keeps_steps, script=script)
    desk.session.deliver(CallRang())
    desk.session.attach(desk.leg)
    desk.model.tell(ModelConnected(), OPENED)
    assert desk.session.call.phase is Phase.TALKING
    return desk
