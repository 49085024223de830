"""A menu: what a key, a wrong key, half a number and silence lead to, and when."""

from collections.abc import Callable

from voicegate.ivr.headless.case import Press
from voicegate.ivr.headless.player import Player
from voicegate.ivr.machine.actions import Play, StopPlay

Call = Callable[..., Player]

MENU = """
first:
  type: menu
  prompt: ask
  set: vars.choice
  options: {"1": {next: one}, "23": {next: two, value: both}}
  noinput: {retries: 1, next: quiet, prompt: silent}
  nomatch: {retries: 2, next: lost, prompt: wrong}
one: {type: voicemail, box: b, exits: {saved: end, empty: end}}
two: {type: voicemail, box: b, exits: {saved: end, empty: end}}
quiet: {type: voicemail, box: b, exits: {saved: end, empty: end}}
lost: {type: voicemail, box: b, exits: {saved: end, empty: end}}
"""
PROMPT_MS, FIRST_MS, INTER_MS = 1000, 5000, 3000


def prompts(player: Player) -> list[str]:
    return [a.clips[0].name for a in player.world.asked if isinstance(a, Play)]


def test_an_unambiguous_key_leads_on_at_once(call_of: Call) -> None:
    player = call_of(MENU)
    player.do(Press("1"))
    assert player.world.machine.node == "one"
    assert player.world.machine.slots == {"vars.choice": "1"}


def test_a_key_stops_the_prompt_in_the_same_turn(call_of: Call) -> None:
    player = call_of(MENU)
    player.run_for(400)
    before = len(player.world.asked)
    player.do(Press("2"))
    assert player.world.asked[before:] == [StopPlay()]


def test_two_keys_make_one_choice(call_of: Call) -> None:
    player = call_of(MENU)
    player.do(Press("23", every_ms=INTER_MS - 1))
    assert player.world.machine.node == "two"
    assert player.world.machine.slots == {"vars.choice": "both"}


def test_half_a_number_is_a_wrong_key_once_the_inter_digit_timer_ends(call_of: Call) -> None:
    player = call_of(MENU)
    player.do(Press("2"))
    player.run_for(INTER_MS - 1)
    assert prompts(player) == ["ask"]
    player.run_for(1)
    assert prompts(player) == ["ask", "wrong"]


def test_the_first_digit_timer_begins_when_the_prompt_has_been_heard(call_of: Call) -> None:
    """F5: not with the prompt, and not at its last millisecond."""
    player = call_of(MENU)
    player.run_for(PROMPT_MS + FIRST_MS - 1)
    assert prompts(player) == ["ask"]
    player.run_for(1)
    assert prompts(player) == ["ask", "silent"]


def test_the_first_digit_ends_its_timer_for_good(call_of: Call) -> None:
    """F5: a first key at the last moment has the whole inter-digit time for the second."""
    player = call_of(MENU)
    player.run_for(PROMPT_MS + FIRST_MS - 100)
    player.do(Press("23", every_ms=INTER_MS - 100))
    assert player.world.machine.node == "two"


def test_silence_and_wrong_keys_are_counted_apart(call_of: Call) -> None:
    player = call_of(MENU)
    player.do(Press("8"))
    player.do(Press("8"))
    player.run_for(PROMPT_MS + FIRST_MS)
    assert prompts(player) == ["ask", "wrong", "wrong", "silent"]
    player.do(Press("8"))
    assert player.world.machine.node == "lost"


def test_silence_has_its_own_exit(call_of: Call) -> None:
    player = call_of(MENU)
    player.run_for(2 * (PROMPT_MS + FIRST_MS) - 1)
    assert player.world.machine.node == "first"
    player.run_for(1)
    assert player.world.machine.node == "quiet"


def test_keys_from_before_answer_a_question_that_is_not_asked(call_of: Call) -> None:
    player = call_of(
        "first: {type: say, prompt: hello, interrupt: false, next: menu}\n"
        + MENU.replace("first:", "menu:", 1)
    )
    player.do(Press("23"))
    player.run_for(PROMPT_MS)
    assert player.world.machine.node == "two"
    assert prompts(player)[:1] == ["hello"]
    assert "ask" not in prompts(player)


def test_keys_from_before_end_with_a_wrong_one(call_of: Call) -> None:
    player = call_of(
        "first: {type: say, prompt: hello, interrupt: false, next: menu}\n"
        + MENU.replace("first:", "menu:", 1)
    )
    player.do(Press("81"))
    player.run_for(PROMPT_MS)
    assert prompts(player) == ["hello", "wrong"]
    assert player.world.machine.node == "menu"


def test_keys_after_a_wrong_one_are_dropped(call_of: Call) -> None:
    """They were meant for another question than the one that comes now."""
    say = "first: {type: say, prompt: hello, interrupt: false, next: menu}\n"
    second = "lost: {type: menu, prompt: again, options: {'1': {next: one}}, noinput: {retries: 0, next: quiet}, nomatch: {retries: 0, next: quiet}}\n"
    menu = MENU.replace("first:", "menu:", 1).replace("retries: 2", "retries: 0")
    rest = "".join(line for line in menu.splitlines(keepends=True) if "lost:" not in line)
    player = call_of(say + rest + second)
    player.do(Press("81"))
    player.run_for(PROMPT_MS)
    assert player.world.machine.node == "lost"


def test_after_a_wrong_key_the_first_digit_timer_runs_again(call_of: Call) -> None:
    """F5: from the end of the new prompt."""
    player = call_of(MENU)
    player.do(Press("8"))
    player.run_for(PROMPT_MS + FIRST_MS - 1)
    assert prompts(player) == ["ask", "wrong"]
    player.run_for(1)
    assert prompts(player) == ["ask", "wrong", "silent"]


def test_half_a_choice_from_before_waits_for_the_rest(call_of: Call) -> None:
    player = call_of(
        "first: {type: say, prompt: hello, interrupt: false, next: menu}\n"
        + MENU.replace("first:", "menu:", 1)
    )
    player.do(Press("2"))
    player.run_for(PROMPT_MS)
    player.do(Press("3"))
    assert player.world.machine.node == "two"


def test_a_language_menu_is_said_in_all_and_sets_the_one(call_of: Call) -> None:
    player = call_of("""
first:
  type: menu
  prompt: ask
  in: all
  set: language
  options: {"1": {next: greet, value: en-US}, "2": {next: greet, value: es-US}}
  noinput: {retries: 1, next: greet}
  nomatch: {retries: 1, next: greet}
greet: {type: say, prompt: hello, next: end}
""")
    played = next(a for a in player.world.asked if isinstance(a, Play))
    assert [clip.language for clip in played.clips] == ["en-US", "es-US"]
    player.do(Press("2"))
    greeted = [a for a in player.world.asked if isinstance(a, Play)][-1]
    assert [(c.name, c.language) for c in greeted.clips] == [("hello", "es-US")]
