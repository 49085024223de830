"""Exactly one disposition a call, and a number that wants no more calls."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from voicegate.ivr.headless.case import AgentLeaves, HangUp, Press
from voicegate.ivr.headless.player import Player
from voicegate.ivr.machine.actions import Hangup, Noted, Play, SetDisposition, Suppress
from voicegate.ivr.machine.outcome import Ending, Outcome

Call = Callable[..., Player]

TWO = """
first: {type: disposition, code: sale, prompt: hello, next: second}
second: {type: disposition, code: refund, next: end}
"""
LATER = """
first: {type: ai, agent: a, disclose: true, exits: {later: {next: later, data: {at: datetime}}}, unavailable: end, timeout: end}
later: {type: disposition, code: callback, at: vars.at, next: end}
"""
NO_MORE = "first: {type: disposition, code: dnc, prompt: bye, next: end}\n"


def set_by(player: Player) -> list[SetDisposition]:
    return [action for action in player.world.asked if isinstance(action, SetDisposition)]


def test_the_first_of_a_flow_counts_and_a_second_is_noted(call_of: Call) -> None:
    player = call_of(TWO)
    assert set_by(player) == [SetDisposition("sale")]  # before its prompt was heard
    player.run_out()
    assert set_by(player) == [SetDisposition("sale")]
    assert Noted("disposition.ignored", "second") in player.world.asked
    assert player.world.machine.disposition == "sale"


def test_keys_do_not_cut_what_it_says(call_of: Call) -> None:
    player = call_of(TWO)
    player.do(Press("1"))
    assert player.world.machine.node == "first"
    player.run_for(1000)
    assert player.world.is_over


def test_a_time_comes_from_a_slot_or_is_the_campaigns(call_of: Call) -> None:
    known, unknown = call_of(LATER), call_of(LATER)
    known.do(AgentLeaves("later", {"at": "2026-12-01T15:00"}))
    unknown.do(AgentLeaves("later"))
    assert set_by(known) == [SetDisposition("callback", "2026-12-01T15:00")]
    assert set_by(unknown) == [SetDisposition("callback")]


def test_a_number_is_suppressed_before_the_prompt_is_played(call_of: Call) -> None:
    player = call_of(NO_MORE)
    first_three = [type(action) for action in player.world.asked[1:4]]
    assert first_three == [Suppress, SetDisposition, Play]
    assert Suppress("+12125550199") in player.world.asked
    assert "+12125550199" not in repr(player.world.asked)


def test_hanging_up_after_it_changes_nothing(call_of: Call) -> None:
    player = call_of(TWO)
    player.do(HangUp("caller"))
    assert [each.code for each in set_by(player)] == ["sale"]


def test_hang_up_is_the_last_action(call_of: Call) -> None:
    player = call_of("first: {type: hangup, cause: closed}")
    assert player.world.asked[-2:] == [SetDisposition("no_disposition"), Hangup("closed")]


def test_who_hung_up_matters(call_of: Call) -> None:
    for by, code in (("caller", "caller_hangup"), ("operator", "no_disposition")):
        player = call_of(TWO.replace("disposition, code: sale", "say"))
        player.do(HangUp(by))
        assert [each.code for each in set_by(player)] == [code]


@given(st.lists(st.sampled_from(Ending)), st.lists(st.sampled_from(["sale", "dnc"]), max_size=2))
def test_there_is_one_whatever_happens_and_the_flows_word_beats_all(
    endings: list[Ending], codes: list[str]
) -> None:
    outcome = Outcome()
    found: list[SetDisposition] = []
    for ending in endings:
        outcome.happened(ending)
    for code in codes:
        found += outcome.set_by_flow(code, None)
    found += outcome.close()
    found += outcome.close()
    order = [*Ending]
    first = min(endings, key=order.index, default=Ending.NO_DISPOSITION)
    assert [each.code for each in found] == [codes[0] if codes else first.value]
