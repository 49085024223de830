"""The demo's caller reacts to what is heard; nothing is timed."""

from collections.abc import Sequence
from random import Random

import pytest

from voicegate.gateway.sim.carrier.caller import Caller, HangUp, Press, Speak, loud
from voicegate.gateway.sim.carrier.playback import SILENCE
from voicegate.gateway.sim.demo.script import (
    FULL,
    INTERRUPTS_AFTER_MS,
    KEYS,
    QUICK,
    SENTENCE_OVER_MS,
    Script,
    Utterance,
    Words,
    recorded,
    script_for,
)

LOUD = loud(20)


def utterance(number: int) -> Utterance:
    """Loud audio of its own length, by which it can be told apart."""
    return Utterance(f"number {number}", loud(400 + 20 * number))


def script(count: int, *, has_farewell: bool = False) -> Script:
    return script_for([utterance(number) for number in range(count)], has_farewell=has_farewell)


class Talk:
    """Plays the agent to a caller and notes what the caller does, by time."""

    def __init__(self, played: Script) -> None:
        self.caller = Caller(played.steps(), Random(0))
        self.now_ms = 0
        self.said_at: list[int] = []
        self.pressed = ""
        self.has_hung_up = False
        self._was_speaking = False

    def hear(self, payload: bytes, ms: int) -> None:
        for _ in range(ms // 20):
            self.now_ms += 20
            self.caller.heard(payload, self.now_ms)
            is_speaking = self.caller.frame(self.now_ms) != SILENCE
            if is_speaking and not self._was_speaking:
                self.said_at.append(self.now_ms)
            self._was_speaking = is_speaking
            for act in self.caller.due(self.now_ms):
                if isinstance(act, Press):
                    self.pressed += act.digit
                else:
                    assert isinstance(act, HangUp)
                    self.has_hung_up = True

    def turn(self, agent_ms: int) -> None:
        self.hear(LOUD, agent_ms)
        self.hear(SILENCE, 1_500)


def test_the_whole_call_from_greeting_to_hanging_up() -> None:
    talk = Talk(script(4, has_farewell=True))
    talk.turn(1_000)
    talk.turn(2_000)
    talk.hear(LOUD, 2_000)
    talk.hear(SILENCE, 1_000)
    assert len(talk.said_at) == 3
    talk.turn(2_000)
    assert talk.pressed == KEYS
    talk.turn(1_000)
    assert len(talk.said_at) == 4
    assert talk.has_hung_up


def test_the_caller_waits_until_the_agent_has_finished() -> None:
    talk = Talk(script(2))
    talk.hear(LOUD, 2_000)
    talk.hear(SILENCE, SENTENCE_OVER_MS - 40)
    assert not talk.said_at
    talk.hear(SILENCE, 60)
    assert len(talk.said_at) == 1


def test_the_last_answer_is_interrupted_after_it_was_heard_for_a_while() -> None:
    talk = Talk(script(2))
    talk.turn(1_000)
    began_ms = talk.now_ms
    talk.hear(LOUD, 3_000)
    assert talk.said_at[-1] == began_ms + INTERRUPTS_AFTER_MS


def test_no_step_waits_for_ever() -> None:
    talk = Talk(script(2))
    talk.hear(SILENCE, 100_000)
    assert talk.has_hung_up


@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_the_last_utterance_interrupts_and_all_others_ask(count: int) -> None:
    made = script(count)
    assert made.interruption == utterance(count - 1)
    assert made.questions == tuple(utterance(n) for n in range(max(1, count - 1)))
    assert made.farewell is None
    assert made.agent_turns == len(made.questions) + 3


def test_a_single_utterance_is_said_twice() -> None:
    spoken = [step.audio for step in script(1).steps() if isinstance(step, Speak)]
    assert spoken == [utterance(0).audio] * 2


@pytest.mark.parametrize("words", [FULL, QUICK, recorded(1), recorded(4)])
def test_every_question_has_an_answer_of_its_own(words: Words) -> None:
    assert len(words.agent.answers) == len(words.questions)


def test_the_answer_that_is_interrupted_is_the_longest() -> None:
    for words in (FULL, QUICK, recorded(3)):
        lengths: Sequence[int] = [len(sentence) for sentence in words.agent_sentences()]
        assert len(words.agent.answers[-1]) == max(lengths)


def test_recorded_speech_is_shown_by_its_length() -> None:
    assert Utterance("", b"\xff" * 12_000).shown == "recorded speech, 1.5 s"
    assert Utterance("Hello.", b"").shown == "“Hello.”"
