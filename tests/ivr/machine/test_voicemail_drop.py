"""A message on somebody's machine."""

from collections.abc import Callable

from voicegate.ivr.headless.case import Answer, BeepSounds, Press
from voicegate.ivr.headless.player import Player
from voicegate.ivr.machine.actions import Play, SetDisposition
from voicegate.ivr.machine.events import Answerer

Call = Callable[..., Player]

OUT = """
first: {type: say, prompt: hello, next: first2}
first2: {type: voicemail, box: b, exits: {saved: end, empty: end}}
drop: {type: voicemail_drop, prompt: bye, max_wait_s: 30, next: end}
"""


def said(player: Player) -> list[str]:
    return [a.clips[0].name for a in player.world.asked if isinstance(a, Play)]


def test_it_speaks_after_the_beep_and_hangs_up(call_of: Call) -> None:
    player = call_of(OUT, outbound=True)
    player.do(Answer(Answerer.MACHINE))
    player.run_for(9000)
    assert said(player) == ["hello"]
    player.do(BeepSounds())
    assert said(player) == ["hello", "bye"]
    player.do(BeepSounds())  # an echo
    player.run_for(1000)
    assert said(player) == ["hello", "bye"]
    assert SetDisposition("machine_left") in player.world.asked
    assert player.world.is_over


def test_without_a_beep_it_speaks_at_last(call_of: Call) -> None:
    player = call_of(OUT, outbound=True)
    player.do(Answer(Answerer.MACHINE))
    player.run_for(29_999)
    assert said(player) == ["hello"]
    player.run_for(1)
    assert said(player) == ["hello", "bye"]


def test_a_person_is_never_taken_for_a_machine_later(call_of: Call) -> None:
    told, pressed = call_of(OUT, outbound=True), call_of(OUT, outbound=True)
    told.do(Answer(Answerer.HUMAN))
    pressed.do(Press("1"))
    for player in (told, pressed):
        player.do(Answer(Answerer.MACHINE))
        assert player.world.machine.node != "drop"


def test_a_machine_is_found_once(call_of: Call) -> None:
    player = call_of(OUT, outbound=True)
    player.do(Answer(Answerer.SCREENING))
    assert player.world.machine.node == "first"
    player.do(Answer(Answerer.MACHINE))
    player.do(BeepSounds())
    player.do(Answer(Answerer.MACHINE))
    assert said(player) == ["hello", "bye"]


def test_a_flow_without_that_handler_goes_on(call_of: Call) -> None:
    player = call_of(OUT)
    player.do(Answer(Answerer.MACHINE))
    assert player.world.machine.node == "first"
