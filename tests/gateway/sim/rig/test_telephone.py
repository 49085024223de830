"""The telephone of the rig plays in real time, and echoes what it has played."""

from voicegate.gateway.core.agent import AgentPlan
from voicegate.gateway.core.agent_script import agent_alone
from voicegate.gateway.core.call import Call
from voicegate.gateway.core.events import (
    ModelAudio,
    ModelConnected,
    ModelHeardSpeech,
    ModelResponding,
)
from voicegate.gateway.core.terms import CallLimits, Prompts
from voicegate.gateway.sim.rig.story import OPENED
from voicegate.gateway.sim.rig.telephone import Telephone


def test_what_is_sent_is_heard_in_its_time_and_not_when_it_was_cleared() -> None:
    telephone = Telephone(Call(agent_alone(AgentPlan(greeting=None)), CallLimits(), Prompts()))
    telephone.ring(ModelConnected(), OPENED)
    telephone.wait(200)
    telephone.tell(ModelResponding("r1"), ModelAudio("a", "r1", bytes(8_000)))
    telephone.wait(500)
    assert telephone.heard == [("a", 500)]
    assert telephone.call.playout.items["a"].heard == 8 * 400
    telephone.tell(ModelHeardSpeech("u1", 0))
    telephone.wait(1_000)
    assert telephone.heard == [("a", 500)]
