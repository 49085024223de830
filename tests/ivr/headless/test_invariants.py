"""Each invariant is broken by a call that was spoilt, and by nothing else."""

from collections.abc import Callable

import pytest

from voicegate.ivr.flow import Flow
from voicegate.ivr.headless.case import AT, AgentLeaves, HangUp, Press
from voicegate.ivr.headless.invariants import broken
from voicegate.ivr.headless.player import Player
from voicegate.ivr.headless.world import World
from voicegate.ivr.machine.actions import CallTool, Moved, Play, SetDisposition, TellAi
from voicegate.ivr.machine.facts import Facts

Named = Callable[[str], Flow]
PAN = "4111111111111111"


@pytest.fixture
def world(flow_named: Named) -> World:
    """A card was typed, then the caller hung up."""
    player = Player(World(flow_named("renew-outbound"), Facts(), AT))
    player.world.begin()
    for act in (AgentLeaves("pay"), Press(f"{PAN}#"), Press("123#"), HangUp("caller")):
        assert player.do(act) is None
    return player.world


def told(world: World, *, is_silent: bool = False) -> list[str]:
    return [*broken(world, [f"{PAN}#", "123#"], is_silent=is_silent)]


def test_a_sound_call_breaks_none(world: World) -> None:
    assert told(world) == []


def test_a_call_without_an_end(flow_named: Named) -> None:
    endless = World(flow_named("renew-outbound"), Facts(), AT)
    endless.begin()
    assert "the call never ends" in told(endless)


def test_two_dispositions_or_none(world: World) -> None:
    world.asked.append(SetDisposition("sale"))
    assert told(world) == ["2 dispositions"]
    world.asked = [each for each in world.asked if not isinstance(each, SetDisposition)]
    assert told(world) == ["0 dispositions"]


def test_an_action_after_the_hang_up(flow_named: Named) -> None:
    player = Player(World(flow_named("clinic-main"), Facts(), AT))
    player.world.begin()
    assert player.run_out()
    assert told(player.world) == []
    player.world.asked.append(Play((), 99))
    assert told(player.world) == ["something is asked for after Hangup"]


def test_too_many_steps(world: World) -> None:
    world.asked += [Moved("end", None, "start")] * 150
    assert len(told(world)) == 1
    assert told(world)[0].endswith(" steps")


def test_a_call_that_is_too_long(world: World) -> None:
    world.ended_ms = 930_001
    assert told(world) == ["the call lasted 930.0 s"]
    world.lost_ms = 1
    assert told(world) == []


def test_a_silent_caller_who_is_kept(world: World) -> None:
    world.ended_ms = 90_001
    assert told(world) == []
    assert told(world, is_silent=True) == ["a silent caller was kept for 90.0 s"]


def test_digits_that_are_shown(world: World) -> None:
    """F3: the search itself finds what it should."""
    world.note(f"typed {PAN}")
    assert told(world) == ["digits of a card are shown"]
    assert PAN not in repr(TellAi(PAN))


def test_digits_that_are_left(world: World) -> None:
    """F3: in the buffer of the tool."""
    called = next(each for each in world.asked if isinstance(each, CallTool))
    called.secrets["pay.pan"].add("4")
    assert told(world) == ["digits of a card are left in memory"]
