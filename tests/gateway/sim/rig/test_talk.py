"""An agent moved by hand."""

from voicegate.gateway.core.actions import AskForResponse, ClearAudio, Fact
from voicegate.gateway.core.events import ModelCommitted
from voicegate.gateway.sim.rig.talk import SPEECH, Talk, answering


def test_the_model_speaks_and_its_audio_is_on_the_line() -> None:
    talk = answering(300)
    assert talk.playout.unheard_ms(100) == 200
    assert ClearAudio() in talk.hear(SPEECH, at_ms=100)


def test_facts_are_left_out() -> None:
    talk = Talk()
    assert talk.hear(ModelCommitted("u0")) == []
    woken = talk.wake()
    assert woken == [AskForResponse("ask-1")]
    assert any(isinstance(action, Fact) for action in talk.agent.handle(SPEECH, 3_000))
