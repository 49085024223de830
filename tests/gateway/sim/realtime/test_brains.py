"""The script gives its answers in order; the assistant of the demo knows when it was cut off."""

from voicegate.gateway.sim.realtime.brains import (
    Answer,
    Cause,
    ScriptBrain,
    Speech,
    TalkingBrain,
    Transcript,
    Turn,
)
from voicegate.gateway.sim.realtime.items import Item, Part

FIRST, SECOND = Answer((Speech("one"),)), Answer((Speech("two"),))


def turn(*context: Item, number: int = 1, cause: Cause = "request") -> Turn:
    return Turn(number, cause, context, "", {})


def agent(*, is_truncated: bool = False, status: str = "completed") -> Item:
    item = Item("a", "message", role="assistant", parts=[Part("output_audio", "hi", b"", 100)])
    item.is_generated, item.is_truncated = True, is_truncated
    item.status = "incomplete" if status == "incomplete" else "completed"
    return item


def typed(text: str) -> Item:
    return Item("k", "message", role="user", parts=[Part("input_text", text)])


def heard() -> Item:
    return Item(
        "u", "message", role="user", parts=[Part("input_audio", "my number is 7", b"", 900)]
    )


def words(brain: TalkingBrain, asked: Turn) -> str:
    (item,) = brain.answer(asked).items
    assert isinstance(item, Speech)
    assert item.pcm == item.text.encode()
    return item.text


def talking(*lines: str) -> TalkingBrain:
    return TalkingBrain(str.encode, lines)


def test_a_script_gives_its_answers_in_order_and_begins_again():
    brain = ScriptBrain([FIRST, SECOND])
    assert [brain.answer(turn(number=n)) for n in (1, 2, 5)] == [FIRST, SECOND, FIRST]


def test_side_answers_do_not_use_up_the_script():
    brain = ScriptBrain([FIRST, SECOND], side_answers=[SECOND])
    assert brain.answer(turn(number=0)) == SECOND
    assert brain.answer(turn()) == FIRST


def test_transcripts_belong_to_their_turns_and_end_empty():
    brain = ScriptBrain([FIRST], [Transcript("a"), Transcript("b")])
    assert [brain.transcript(n, 100).text for n in (2, 1, 3)] == ["b", "a", ""]
    assert [talking("a").transcript(n, 100).text for n in (1, 2)] == ["a", ""]


def test_the_assistant_greets_first_and_only_once():
    brain = talking()
    greeting = words(brain, turn())
    assert "Hello" in greeting
    answers = {words(brain, turn(agent(), heard(), cause="speech")) for _ in range(3)}
    assert greeting not in answers
    assert len(answers) == 3


def test_the_assistant_does_not_greet_when_the_caller_speaks_first():
    assert "Hello" not in words(talking(), turn(heard(), cause="speech"))


def test_the_assistant_acknowledges_an_interruption():
    brain = talking()
    cut = words(brain, turn(agent(is_truncated=True), heard(), cause="speech"))
    assert cut == words(brain, turn(agent(status="incomplete"), heard(), cause="speech"))
    assert "go on" in cut
    assert cut != words(brain, turn(agent(), heard(), cause="speech"))


def test_the_assistant_repeats_a_pressed_key_but_not_a_spoken_number():
    brain = talking()
    assert words(brain, turn(agent(), typed("The caller pressed 5."))) == "You pressed 5."
    assert words(brain, turn(agent(), typed("DTMF: #"))) == "You pressed hash."
    assert "pressed" not in words(brain, turn(agent(), heard(), cause="speech"))
    assert "pressed" not in words(brain, turn(agent(), typed("call 112 now"), cause="speech"))
