"""A tool: what it is given, how it ends, and the keys that wait for it."""

from collections.abc import Callable

import pytest

from voicegate.ivr.headless.case import Press, ToolEnds
from voicegate.ivr.headless.player import Player
from voicegate.ivr.machine.actions import CallTool, Play, StopPlay
from voicegate.ivr.machine.events import ToolResult

Call = Callable[..., Player]

TOOL = """
first: {type: collect, prompt: ask, digits: "3", to: vars.order, exits: {ok: look, failed: end, timeout: end}}
look: {type: tool, call: orders.find, args: {kind: open}, uses: [vars.order, vars.other], timeout_s: 8, filler: filler, exits: {ok: good, found: good, error: bad, timeout: late}}
good: {type: menu, prompt: hello, options: {"1": {next: one}}, noinput: {retries: 0, next: end}, nomatch: {retries: 0, next: end}}
one: {type: voicemail, box: b, exits: {saved: end, empty: end}}
bad: {type: voicemail, box: b, exits: {saved: end, empty: end}}
late: {type: voicemail, box: b, exits: {saved: end, empty: end}}
"""


def looking(call_of: Call) -> tuple[Player, CallTool]:
    player = call_of(TOOL)
    player.do(Press("123"))
    return player, next(a for a in player.world.asked if isinstance(a, CallTool))


def test_it_is_given_what_the_flow_lets_it_read(call_of: Call) -> None:
    _, called = looking(call_of)
    assert (called.name, dict(called.args)) == ("orders.find", {"kind": "open"})
    assert dict(called.slots) == {"vars.order": "123"}
    assert dict(called.secrets) == {}


@pytest.mark.parametrize(
    ("status", "node"), [("ok", "good"), ("found", "good"), ("error", "bad"), ("strange", "bad")]
)
def test_its_result_is_an_exit_or_an_error(status: str, node: str, call_of: Call) -> None:
    player, _ = looking(call_of)
    player.do(ToolEnds(status))
    assert player.world.machine.node == node


def test_it_is_not_waited_for_longer_than_its_time(call_of: Call) -> None:
    player, called = looking(call_of)
    player.run_for(7999)
    assert player.world.machine.node == "look"
    player.run_for(1)
    assert player.world.machine.node == "late"
    player.world.tell(ToolResult(called.id, "ok"))
    assert player.world.machine.node == "late"


def test_the_result_of_another_call_is_not_its_own(call_of: Call) -> None:
    player, called = looking(call_of)
    player.world.tell(ToolResult(called.id + 1, "ok"))
    assert player.world.machine.node == "look"


def test_the_filler_ends_with_it(call_of: Call) -> None:
    player, _ = looking(call_of)
    assert isinstance(player.world.asked[-1], Play)
    player.run_for(500)
    player.do(ToolEnds("ok"))
    assert StopPlay() in player.world.asked
    player, _ = looking(call_of)
    player.run_for(1500)  # heard to its end
    before = len(player.world.asked)
    player.do(ToolEnds("ok"))
    assert StopPlay() not in player.world.asked[before:]


def test_keys_wait_for_the_next_node(call_of: Call) -> None:
    player, _ = looking(call_of)
    player.do(Press("1"))
    assert player.world.machine.node == "look"
    player.do(ToolEnds("ok"))
    assert player.world.machine.node == "one"
