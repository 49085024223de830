"""An ai node: how it is entered, left, lost, and what a silent caller gets."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from voicegate.ivr.flow import Flow
from voicegate.ivr.headless.case import (
    AT,
    AgentIs,
    AgentLeaves,
    AgentSwitches,
    Press,
    Speak,
    Temper,
)
from voicegate.ivr.headless.player import Player
from voicegate.ivr.machine.actions import Moved, NudgeAi, Play, StartAi, StopAi, TellAi
from voicegate.ivr.machine.ai import is_of_type
from voicegate.ivr.machine.events import AiDown, AiExit, AiUp, Key, Sounding, Who
from voicegate.ivr.machine.facts import Facts
from voicegate.ivr.machine.machine import Machine

Call = Callable[..., Player]

AI = """
first:
  type: ai
  agent: clerk
  disclose: true
  record: {notice: true}
  exits: {done: box, later: {next: box, data: {at: datetime, count: number, note: text}}}
  keys: {"0": box}
  unavailable: menu
  timeout: quiet
  max_s: 60
menu:
  type: menu
  prompt: ask
  options: {"1": {next: first}, "2": {next: box}}
  noinput: {retries: 0, next: first}
  nomatch: {retries: 0, next: first}
box: {type: voicemail, box: b, exits: {saved: end, empty: end}}
quiet: {type: voicemail, box: b, exits: {saved: end, empty: end}}
"""


def asked(player: Player, kind: type) -> list[object]:
    return [action for action in player.world.asked if isinstance(action, kind)]


def test_the_model_is_told_what_it_may_do(call_of: Call) -> None:
    player = call_of(AI)
    start = asked(player, StartAi)[0]
    assert isinstance(start, StartAi)
    assert (start.agent, start.language, start.languages) == ("clerk", "en-US", ("en-US", "es-US"))
    assert dict(start.exits["later"]) == {"at": "datetime", "count": "number", "note": "text"}
    assert (start.is_recorded, start.has_transcript, start.is_first) == (True, True, True)


def test_a_model_not_up_in_two_and_a_half_seconds_is_lost(call_of: Call) -> None:
    player = call_of(AI)
    player.do(AgentIs(Temper.DOWN))
    player.run_for(2499)
    assert player.world.machine.node == "first"
    player.run_for(1)
    assert player.world.machine.node == "menu"
    assert player.world.asked[-3] == StopAi(is_cut=True)


def test_a_model_that_dies_is_replaced_by_a_prompt_in_the_same_turn(call_of: Call) -> None:
    """F2: killed in the middle of a sentence; its sound is cleared, and the call goes on."""
    player = call_of(AI)
    player.run_for(2000)
    player.do(AgentIs(Temper.DOWN))
    assert player.world.asked[-3] == StopAi(is_cut=True)
    assert isinstance(player.world.asked[-1], Play)
    assert not player.world.is_over


def test_a_silent_model_is_replaced_within_four_seconds(call_of: Call) -> None:
    """F2: whoever owns its turns tells; here that is the virtual agent."""
    player = call_of(AI)
    player.do(AgentIs(Temper.MUTE))
    player.run_for(300 + 4000)
    assert player.world.machine.node == "menu"


def test_a_lost_model_is_tried_again_only_by_a_key(call_of: Call) -> None:
    by_key, unasked = call_of(AI), call_of(AI)
    for player in (by_key, unasked):
        player.do(AgentIs(Temper.DOWN))
        player.run_for(2500)
    by_key.do(Press("1"))
    assert len(asked(by_key, StartAi)) == 2
    unasked.do(Press("5"))
    assert len(asked(unasked, StartAi)) == 1
    assert unasked.world.machine.node == "fallback"


def test_a_model_lost_for_good_has_the_nodes_own_way_out(flow_of: Callable[..., Flow]) -> None:
    """The flow's handler is entered once; whoever comes back after it leaves by `unavailable`."""
    flow = flow_of(AI)
    handlers = replace(flow.handlers, ai_unavailable="menu")
    machine = Machine(replace(flow, handlers=handlers), Facts(), lambda now_ms: AT)
    machine.begin(0)
    machine.wake(2500)
    first, second = machine.handle(Key("5"), 3000), machine.handle(Key("5"), 4000)
    assert Moved("menu", None, "handlers.ai_unavailable") in first
    assert Moved("menu", "first", "unavailable") in second
    assert not [action for action in (*first, *second) if isinstance(action, StartAi)]


def test_an_exit_leads_on_and_lets_the_last_words_be_heard(call_of: Call) -> None:
    player = call_of(AI)
    player.do(AgentLeaves("done"))
    assert player.world.machine.node == "box"
    assert StopAi(is_cut=False) in player.world.asked


def test_what_an_exit_brings_is_kept_if_it_is_what_it_should_be(call_of: Call) -> None:
    player = call_of(AI)
    slots = {"at": "2026-12-01T15:00", "count": "many", "note": "ring twice", "more": "x"}
    player.do(AgentLeaves("later", slots))
    assert player.world.machine.slots == {"vars.at": "2026-12-01T15:00", "vars.note": "ring twice"}


def test_an_unknown_exit_does_not_move_the_flow(call_of: Call) -> None:
    player = call_of(AI)
    player.world.tell(AiExit("transfer"))
    assert player.world.machine.node == "first"


def test_a_mapped_key_leaves_at_once_and_cuts_the_model(call_of: Call) -> None:
    player = call_of(AI)
    player.run_for(1500)
    player.do(Press("0"))
    assert player.world.machine.node == "box"
    assert StopAi(is_cut=True) in player.world.asked


def test_other_keys_are_ignored_or_told(call_of: Call) -> None:
    ignored = call_of(AI)
    told = call_of(AI.replace("max_s: 60", "digits: tell"))
    for player in (ignored, told):
        player.do(Press("5"))
        assert player.world.machine.node == "first"
    assert asked(ignored, TellAi) == []
    assert asked(told, TellAi) == [TellAi("5")]


def test_a_key_from_before_leaves_before_the_model_starts(call_of: Call) -> None:
    say = "first: {type: say, prompt: hello, interrupt: false, next: clerk}\n"
    clerk = AI.replace("first:", "clerk:").replace("next: first", "next: clerk")
    player = call_of(say + clerk)
    player.do(Press("50"))  # the 5 means nothing to it
    player.run_for(1000)
    assert player.world.machine.node == "box"
    assert asked(player, StartAi) == []


def test_a_silent_caller_is_asked_twice_and_let_go_after_thirty_seconds(call_of: Call) -> None:
    player = call_of(AI)
    player.world.agent.stop()  # what it says is told by hand
    player.world.tell(AiUp())
    for begin_ms, is_on in ((1000, True), (3000, False)):
        player.run_for(begin_ms - player.world.now_ms)
        player.world.tell(Sounding(Who.AGENT, is_on=is_on))
    player.run_for(9999)
    assert asked(player, NudgeAi) == []
    player.run_for(1)
    assert asked(player, NudgeAi) == [NudgeAi(1)]
    player.run_for(10_000)
    assert asked(player, NudgeAi) == [NudgeAi(1), NudgeAi(2)]
    player.run_for(9999)
    assert player.world.machine.node == "first"
    player.run_for(1)
    assert player.world.machine.node == "quiet"


def test_silence_counts_from_the_moment_the_model_is_up(call_of: Call) -> None:
    player = call_of(AI)
    player.world.agent.stop()
    player.run_for(1000)
    player.world.tell(AiUp())
    player.run_for(9999)
    assert asked(player, NudgeAi) == []
    player.run_for(1)
    assert asked(player, NudgeAi) == [NudgeAi(1)]


def test_whoever_speaks_again_is_asked_anew(call_of: Call) -> None:
    player = call_of(AI.replace("max_s: 60", "max_s: 600"))
    for _ in range(4):
        player.run_for(25_000)
        player.do(Speak("I am here", 1000))
    assert player.world.machine.node == "first"


def test_the_longest_talk_ends(call_of: Call) -> None:
    player = call_of(AI)
    player.do(Speak("and so on", 59_999))
    assert player.world.machine.node == "first"
    player.run_for(1)
    assert player.world.machine.node == "quiet"


def test_the_model_may_change_the_language(call_of: Call) -> None:
    player = call_of(AI)
    player.do(AgentSwitches("es-US"))
    player.do(AgentIs(Temper.DOWN))
    played = [a for a in player.world.asked if isinstance(a, Play)]
    assert player.world.machine.language == "es-US"
    assert played[-1].clips[0].language == "es-US"


def test_a_language_that_the_flow_does_not_speak_changes_nothing(call_of: Call) -> None:
    player = call_of(AI)
    player.do(AgentSwitches("de-DE"))
    assert player.world.machine.language == "en-US"


def test_a_loss_elsewhere_is_nobodys_business(call_of: Call) -> None:
    player = call_of(AI)
    player.do(Press("0"))
    player.world.tell(AiDown("closed"))
    assert player.world.machine.node == "box"


@pytest.mark.parametrize(
    ("value", "kind", "is_right"),
    [
        ("2026-12-01", "date", True),
        ("tomorrow", "date", False),
        ("2026-12-01T15:00:00+01:00", "datetime", True),
        ("3.5", "number", True),
        ("three", "number", False),
        ("three", "text", True),
        (" ", "text", False),
        ("", "number", False),
    ],
)
def test_values_have_types(value: str, kind: str, *, is_right: bool) -> None:
    assert is_of_type(value, kind) is is_right
