"""A voicemail: prompt, tone, message, and its end."""

from collections.abc import Callable

from voicegate.ivr.headless.case import HangUp, Press, Speak, Wait
from voicegate.ivr.headless.player import Player
from voicegate.ivr.machine.actions import (
    Action,
    ClipKind,
    EndRecord,
    Play,
    Record,
    SetDisposition,
    StopPlay,
)
from voicegate.ivr.machine.events import Sounding, Who

Call = Callable[..., Player]

BOX = """
first: {type: voicemail, box: sales, prompt: ask, max_s: 20, silence_s: 4, exits: {saved: kept, empty: none}}
kept: {type: menu, prompt: bye, options: {"1": {next: end}}, noinput: {retries: 0, next: end}, nomatch: {retries: 0, next: end}}
none: {type: menu, prompt: bye, options: {"1": {next: end}}, noinput: {retries: 0, next: end}, nomatch: {retries: 0, next: end}}
"""
RECORDS_AT_MS = 1000 + 400  # after the prompt and the tone


def kinds(actions: list[Action]) -> list[ClipKind]:
    return [action.clips[0].kind for action in actions if isinstance(action, Play)]


def recording(call_of: Call) -> Player:
    player = call_of(BOX)
    player.do(Wait(RECORDS_AT_MS))
    return player


def test_the_tone_comes_first_and_the_recording_after_it(call_of: Call) -> None:
    player = call_of(BOX)
    player.run_for(RECORDS_AT_MS - 1)
    assert kinds(player.world.asked) == [ClipKind.PROMPT, ClipKind.TONE]
    assert Record("sales") not in player.world.asked
    player.run_for(1)
    assert player.world.asked[-1] == Record("sales")


def test_silence_ends_it(call_of: Call) -> None:
    player = recording(call_of)
    player.do(Speak("call me", 3000))
    player.run_for(3999)
    assert player.world.machine.node == "first"
    player.run_for(1)
    assert player.world.machine.node == "kept"
    assert EndRecord(is_kept=True) in player.world.asked


def test_a_short_pause_does_not(call_of: Call) -> None:
    player = recording(call_of)
    for _ in range(3):
        player.do(Speak("and", 300))
        player.run_for(3900)
    assert player.world.machine.node == "first"
    player.run_for(100)
    assert player.world.machine.node == "none"  # 0.9 s in all


def test_less_than_a_second_of_speech_keeps_nothing(call_of: Call) -> None:
    player = recording(call_of)
    player.do(Speak("oh", 999))
    player.run_for(4000)
    assert player.world.machine.node == "none"
    assert EndRecord(is_kept=False) in player.world.asked


def test_the_finish_key_ends_it_and_others_do_not(call_of: Call) -> None:
    player = recording(call_of)
    player.do(Speak("call me", 1000))
    player.do(Press("5"))
    assert player.world.machine.node == "first"
    player.do(Press("#"))
    assert player.world.machine.node == "kept"


def test_it_ends_when_it_is_long_enough(call_of: Call) -> None:
    player = recording(call_of)
    player.world.tell(Sounding(Who.CALLER, is_on=True))
    player.run_for(19_999)
    assert player.world.machine.node == "first"
    player.run_for(1)
    assert player.world.machine.node == "kept"


def test_whoever_speaks_before_the_tone_is_heard_from_the_tone_on(call_of: Call) -> None:
    player = call_of(BOX)
    player.do(Speak("are you there", RECORDS_AT_MS + 1000))
    player.do(HangUp("caller"))
    assert player.world.asked[-2:] == [EndRecord(is_kept=True), SetDisposition("voicemail")]


def test_a_key_skips_the_prompt_and_not_the_tone(call_of: Call) -> None:
    player = call_of(BOX)
    player.do(Press("1"))
    assert StopPlay() in player.world.asked
    player.run_for(399)
    player.do(Press("1"))
    assert Record("sales") not in player.world.asked
    player.run_for(1)
    assert player.world.asked[-1] == Record("sales")


def test_a_hang_up_keeps_what_was_said(call_of: Call) -> None:
    player = recording(call_of)
    player.do(Speak("call me", 2000))
    player.do(HangUp("caller"))
    assert player.world.asked[-2:] == [EndRecord(is_kept=True), SetDisposition("voicemail")]


def test_a_box_may_have_no_prompt(call_of: Call) -> None:
    player = call_of(BOX.replace("prompt: ask, ", ""))
    assert kinds(player.world.asked) == [ClipKind.TONE]
