"""A collect: digits into a slot, and what a card leaves behind, which is nothing."""

import gc
from collections.abc import Callable, Iterator

import pytest

from voicegate.ivr.headless.case import HangUp, Press, Speak, ToolEnds
from voicegate.ivr.headless.player import Player
from voicegate.ivr.headless.trace import render
from voicegate.ivr.machine.actions import (
    Alert,
    BlindAi,
    CallTool,
    Noted,
    PauseRecording,
    Play,
    Suppress,
)
from voicegate.ivr.machine.digits import Digits

Call = Callable[..., Player]

ORDER = """
first:
  type: collect
  prompt: ask
  retry_prompt: again
  digits: "3-5"
  to: vars.order
  tries: 2
  exits: {ok: good, failed: bad, timeout: quiet}
"""
LEAVES = """
good: {type: voicemail, box: b, exits: {saved: end, empty: end}}
bad: {type: voicemail, box: b, exits: {saved: end, empty: end}}
quiet: {type: voicemail, box: b, exits: {saved: end, empty: end}}
"""
CARD = """
first: {type: collect, prompt: ask, sensitive: true, digits: "13-19", check: luhn, to: pay.pan, exits: {ok: charge, failed: bad, timeout: quiet}}
charge: {type: tool, call: payments.charge, uses: [pay.pan], timeout_s: 12, exits: {ok: good, error: bad, timeout: bad}}
"""
PAN = "4111111111111111"


@pytest.fixture
def no_earlier_call() -> None:
    """What tests before this one have left is gone, and not only when memory is next tidied."""
    gc.collect()


def buffers_of_digits() -> Iterator[bytearray]:
    """Of every number typed that this process still knows."""
    for each in gc.get_objects():
        if isinstance(each, Digits):
            yield from (held for held in vars(each).values() if isinstance(held, bytearray))


def prompts(player: Player) -> list[str]:
    return [a.clips[0].name for a in player.world.asked if isinstance(a, Play)]


@pytest.mark.parametrize(
    ("typed", "kept"), [("123#", "123"), ("12345", "12345"), ("1234#", "1234")]
)
def test_finish_or_the_last_digit_ends_at_once(typed: str, kept: str, call_of: Call) -> None:
    player = call_of(ORDER + LEAVES)
    player.do(Press(typed))
    assert player.world.machine.node == "good"
    assert player.world.machine.slots == {"vars.order": kept}


def test_a_first_digit_at_the_last_moment_and_slow_ones_after_it_are_taken(call_of: Call) -> None:
    """F5: first digit 100 ms before the timer ends, then gaps just within the inter-digit timer."""
    player = call_of(ORDER + LEAVES)
    player.run_for(1000 + 8000 - 100)
    player.do(Press("12345", every_ms=3999))
    assert player.world.machine.slots == {"vars.order": "12345"}


def test_sixteen_digits_as_fast_as_tones_come_are_taken_in_order(call_of: Call) -> None:
    """F4: 40 ms of tone, 40 ms of gap; the first one cuts the prompt and none is lost."""
    player = call_of(ORDER.replace("3-5", "16") + LEAVES)
    player.do(Press("1234567890123456", every_ms=80))
    assert player.world.machine.slots == {"vars.order": "1234567890123456"}


def test_the_inter_digit_timer_ends_a_whole_number(call_of: Call) -> None:
    player = call_of(ORDER + LEAVES)
    player.do(Press("123"))
    player.run_for(3999)
    assert player.world.machine.node == "first"
    player.run_for(1)
    assert player.world.machine.node == "good"


@pytest.mark.parametrize("typed", ["12#", "#", "1*345"])
def test_a_wrong_number_is_asked_for_again(typed: str, call_of: Call) -> None:
    player = call_of(ORDER + LEAVES)
    player.do(Press(typed))
    assert prompts(player) == ["ask", "again"]
    player.do(Press("777#"))
    assert player.world.machine.slots == {"vars.order": "777"}


def test_the_last_try_tells_wrong_from_silent(call_of: Call) -> None:
    wrong, silent = call_of(ORDER + LEAVES), call_of(ORDER + LEAVES)
    wrong.run_for(9000)  # the first try of each: silent here, wrong there
    wrong.do(Press("1#"))
    silent.do(Press("1#"))
    silent.run_for(9000)
    assert wrong.world.machine.node == "bad"
    assert silent.world.machine.node == "quiet"


def test_keys_from_before_are_taken(call_of: Call) -> None:
    say = "first: {type: say, prompt: hello, next: number}\n"
    player = call_of(say + ORDER.replace("first:", "number:") + LEAVES)
    player.do(Press("456#"))
    assert player.world.machine.slots == {"vars.order": "456"}


def test_a_sensitive_number_is_kept_from_model_recording_and_every_text(call_of: Call) -> None:
    """F3: blind and paused before the prompt; no action, trace, slot or repr shows a digit."""
    player = call_of(CARD + LEAVES)
    assert player.world.asked[1:3] == [BlindAi(is_on=True), PauseRecording(is_on=True)]
    player.do(Press(f"{PAN}#"))
    assert Noted("collect.typed", "first", 16) in player.world.asked
    seen = repr(player.world.asked) + render(player.world.trace) + repr(player.world.machine.slots)
    assert PAN[:4] not in seen
    assert "Digits(16)" in repr(player.world.asked)
    assert BlindAi(is_on=False) in player.world.asked
    assert PauseRecording(is_on=False) in player.world.asked


def test_the_tool_reads_the_card_and_then_it_is_overwritten(call_of: Call) -> None:
    """F3: one buffer, zeros after the tool."""
    player = call_of(CARD + LEAVES)
    player.do(Press(f"{PAN}#"))
    called = next(a for a in player.world.asked if isinstance(a, CallTool))
    held = called.secrets["pay.pan"].view()
    assert held.tobytes() == PAN.encode()
    player.do(ToolEnds("ok"))
    assert held.tobytes() == bytes(16)
    assert len(called.secrets["pay.pan"]) == 0


@pytest.mark.usefixtures("no_earlier_call")
def test_the_card_is_overwritten_when_the_caller_hangs_up(call_of: Call) -> None:
    """F3: in the middle of typing, and while the tool runs."""
    for typed in (f"{PAN}#", PAN[:9]):
        player = call_of(CARD + LEAVES)
        player.do(Press(typed))
        player.do(HangUp("caller"))
        buffers = [*buffers_of_digits()]
        assert buffers
        assert not [each for each in buffers if PAN[:9].encode() in each]


@pytest.mark.usefixtures("no_earlier_call")
def test_a_card_from_an_earlier_node_is_overwritten_too(call_of: Call) -> None:
    """F3: the number waits in its slot while the code is typed."""
    code = "charge: {type: collect, prompt: again, sensitive: true, digits: '3', to: pay.cvc, exits: {ok: end, failed: end, timeout: end}}\n"
    player = call_of(CARD.split("charge:")[0] + code + LEAVES)
    player.do(Press(f"{PAN}#"))
    held = [each for each in buffers_of_digits() if PAN.encode() in each]
    assert len(held) == 1
    player.do(HangUp("caller"))
    assert held == [bytes(19)]


@pytest.mark.usefixtures("no_earlier_call")
def test_a_card_typed_again_overwrites_the_first(call_of: Call) -> None:
    """F3: a slot holds one number, and nothing is left of the other."""
    again = "charge: {type: collect, prompt: again, sensitive: true, digits: '13-19', to: pay.pan, exits: {ok: good, failed: end, timeout: end}}\n"
    player = call_of(CARD.split("charge:")[0] + again + LEAVES)
    player.do(Press(f"{PAN}#"))
    held = [each for each in buffers_of_digits() if PAN.encode() in each]
    player.do(Press("5555555555554444#"))
    assert held == [bytes(19)]


def test_the_star_leaves_a_sensitive_collect(call_of: Call) -> None:
    player = call_of(CARD + LEAVES)
    player.do(Press("4111*"))
    assert player.world.machine.node == "bad"


def test_keys_from_before_are_dropped_by_a_sensitive_collect(call_of: Call) -> None:
    say = "first: {type: say, prompt: hello, interrupt: false, next: card}\n"
    player = call_of(say + CARD.replace("first:", "card:") + LEAVES)
    player.do(Press("41"))
    player.run_for(1000)
    assert prompts(player) == ["hello", "ask"]
    player.do(Press("11111111111#"))
    assert Noted("collect.typed", "card", 11) in player.world.asked


def test_what_a_sensitive_collect_dropped_does_not_come_back_after_it(call_of: Call) -> None:
    say = "first: {type: say, prompt: hello, interrupt: false, next: card}\n"
    menu = "bad: {type: menu, prompt: wrong, options: {'4': {next: good}}, noinput: {retries: 0, next: quiet}, nomatch: {retries: 0, next: quiet}}\n"
    leaves = "".join(line for line in LEAVES.splitlines(keepends=True) if "bad:" not in line)
    player = call_of(say + CARD.replace("first:", "card:") + leaves + menu)
    player.do(Press("4"))
    player.run_for(1000)
    player.do(Press("*"))
    assert player.world.machine.node == "bad"


def test_digits_of_a_card_are_neither_an_opt_out_nor_an_emergency(call_of: Call) -> None:
    drop = "drop: {type: voicemail_drop, prompt: bye, next: end}\n"
    player = call_of(CARD + LEAVES + drop, outbound=True)
    player.do(Press("91191"))
    assert not [a for a in player.world.asked if isinstance(a, Alert | Suppress)]
    player.do(Press("*"))
    assert player.world.machine.node == "bad"


def test_in_a_plain_collect_only_the_first_key_can_be_an_opt_out(call_of: Call) -> None:
    drop = "drop: {type: voicemail_drop, prompt: bye, next: end}\n"
    late = call_of(ORDER + LEAVES + drop, outbound=True)
    late.do(Press("199#"))
    assert late.world.machine.slots == {"vars.order": "199"}
    first = call_of(ORDER + LEAVES + drop, outbound=True)
    first.do(Press("9"))
    assert first.world.machine.node == "gone"


def test_words_while_a_card_is_typed_change_nothing(call_of: Call) -> None:
    player = call_of(CARD + LEAVES)
    player.do(Press(PAN[:8]))
    player.do(Speak("one moment", 500))
    player.do(Press(f"{PAN[8:]}#"))
    assert player.world.machine.node == "charge"
