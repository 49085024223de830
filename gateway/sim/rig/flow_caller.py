"""A caller in a small flow: every prompt lasts one second, and is known by its name."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ....ivr.call.script import FlowCall
from ....ivr.finding import Findings
from ....ivr.machine.actions import Clip
from ....ivr.machine.facts import Facts
from ....ivr.read import read
from ...core.agent import AgentPlan
from ...core.call import Call
from ...core.events import (
    ModelAudio,
    ModelAudioDone,
    ModelItemAdded,
    ModelResponded,
    ModelResponding,
    ResponseStatus,
)
from ...core.terms import CallLimits, Prompts
from .telephone import Telephone

HEAD = """
apiVersion: voicegate/v1
kind: Flow
metadata: {name: small}
spec:
  start: first
  timezone: UTC
  languages: [en-US, es-US]
  limits: {call_s: 600, steps: 30}
  prompts:
    hello: {en-US: "Hello.", es-US: "Hola."}
    ask: {en-US: "Press one.", es-US: "Oprima uno."}
    bye: {en-US: "Bye.", es-US: "Adios."}
    sorry: {en-US: "Sorry.", es-US: "Lo siento."}
    emergency: {en-US: "Dial 911.", es-US: "Marque 911."}
  destinations:
    desk: {type: phone, number: "+12125550177", ring_s: 20}
  emergency: {prompt: emergency, number: "911"}
  handlers: {error: sorry, ai_unavailable: backup, limit: bye}
  nodes:
    sorry: {type: say, prompt: sorry, next: end}
    backup: {type: say, prompt: sorry, next: end}
    bye: {type: say, prompt: bye, next: end}
    end: {type: hangup}
"""
MORNING = datetime(2026, 11, 23, 10, tzinfo=UTC)
SECOND = b"\x55" * 8_000


@dataclass(slots=True)
class Wanted:
    """Every clip that a call asked for; each is one second long."""

    clips: list[Clip] = field(default_factory=list[Clip])

    def sound(self, clip: Clip) -> bytes:
        """See Sounds."""
        self.clips.append(clip)
        return SECOND


@dataclass(slots=True)
class Caller:
    """Somebody on the telephone with a flow."""

    telephone: Telephone
    wanted: Wanted

    @property
    def prompts(self) -> list[str]:
        """What was asked for, by name."""
        return [clip.name or clip.kind.value for clip in self.wanted.clips]

    def speaks(self, response: str, ms: int, *, is_over: bool = True) -> None:
        """The model says something of this length, at once."""
        item = f"item-{response}"
        self.telephone.tell(
            ModelResponding(response),
            ModelItemAdded(item, response),
            ModelAudio(item, response, bytes(8 * ms)),
        )
        if is_over:
            over = ModelResponded(response, ResponseStatus.COMPLETED)
            self.telephone.tell(ModelAudioDone(item, response), over)


def call_in(nodes: str) -> Caller:
    """A call in a flow of these nodes, not ringing yet; its agents are amy and bob."""
    body = "\n".join(f"    {line}" for line in nodes.strip().splitlines())
    findings = Findings()
    found = read((HEAD + body + "\n").encode(), findings)
    assert found is not None, findings
    wanted = Wanted()
    given = FlowCall(
        found,
        wanted,
        {"amy": AgentPlan(), "bob": AgentPlan()},
        Facts(caller_number="+15550100001"),
        lambda now_ms: MORNING + timedelta(milliseconds=now_ms),
    )
    return Caller(Telephone(Call(given.script, CallLimits(), Prompts())), wanted)
