"""A say: a prompt, and the keys that stop it."""

from collections.abc import Callable

from voicegate.ivr.headless.case import Press
from voicegate.ivr.headless.player import Player
from voicegate.ivr.machine.actions import Play, StopPlay
from voicegate.ivr.machine.events import PromptDone

Call = Callable[..., Player]

SAY = """
first: {type: say, prompt: hello, next: menu%s}
menu:
  type: menu
  prompt: ask
  options: {"1": {next: box}}
  noinput: {retries: 0, next: end}
  nomatch: {retries: 0, next: end}
box: {type: voicemail, box: b, exits: {saved: end, empty: end}}
"""


def test_a_prompt_is_heard_to_its_end_before_the_next_node(call_of: Call) -> None:
    player = call_of(SAY % "")
    player.run_for(999)
    assert player.world.machine.node == "first"
    player.run_for(1)
    assert player.world.machine.node == "menu"


def test_the_end_of_another_sound_is_not_its_own(call_of: Call) -> None:
    player = call_of(SAY % "")
    player.world.tell(PromptDone(99))
    assert player.world.machine.node == "first"


def test_a_key_stops_it_and_is_kept_for_the_next_node(call_of: Call) -> None:
    player = call_of(SAY % "")
    player.do(Press("1"))
    assert StopPlay() in player.world.asked
    assert player.world.machine.node == "box"


def test_what_must_be_heard_is_not_stopped_and_the_key_waits(call_of: Call) -> None:
    player = call_of(SAY % ", interrupt: false")
    assert [a.is_interruptible for a in player.world.asked if isinstance(a, Play)] == [False]
    player.do(Press("1"))
    player.run_for(999)
    assert player.world.machine.node == "first"
    player.run_for(1)
    assert player.world.machine.node == "box"


def test_a_key_waits_ten_seconds_and_no_longer(call_of: Call) -> None:
    ten = "".join(
        f"say{n}: {{type: say, prompt: hello, interrupt: false, next: say{n + 1}}}\n"
        for n in range(1, 10)
    )
    text = SAY.replace("first: {type: say, prompt: hello, next: menu%s}", "") + ten
    text += "first: {type: say, prompt: hello, interrupt: false, next: say1}\n"
    text += "say10: {type: say, prompt: hello, interrupt: false, next: menu}\n"
    fresh, old = call_of(text), call_of(text)
    old.run_for(999)
    old.do(Press("1"))  # 10.001 s before the menu
    fresh.run_for(1000)
    fresh.do(Press("1"))
    old.run_for(10_001)
    fresh.run_for(10_000)
    assert fresh.world.machine.node == "box"
    assert old.world.machine.node == "menu"
