"""A queue: places told, an offer, and the ways out."""

from collections.abc import Callable

import pytest

from voicegate.ivr.headless.case import HangUp, Press, QueueTells
from voicegate.ivr.headless.player import Player
from voicegate.ivr.machine.actions import (
    Clip,
    ClipKind,
    Enqueue,
    LeaveQueue,
    Play,
    SetDisposition,
    StopPlay,
)
from voicegate.ivr.machine.events import Bridged, QueueState

Call = Callable[..., Player]

QUEUE = """
first: {type: queue, to: people, position_every_s: 45, offer: {after_s: 60, key: "5", next: back}, exits: {answered: talked, timeout: late, full: crowded}}
talked: {type: voicemail, box: b, exits: {saved: end, empty: end}}
late: {type: voicemail, box: b, exits: {saved: end, empty: end}}
crowded: {type: voicemail, box: b, exits: {saved: end, empty: end}}
back: {type: voicemail, box: b, exits: {saved: end, empty: end}}
"""


def positions(player: Player) -> list[Clip]:
    plays = (action for action in player.world.asked if isinstance(action, Play))
    return [play.clips[0] for play in plays if play.clips[0].kind is ClipKind.POSITION]


@pytest.mark.parametrize(
    ("state", "node"), [(QueueState.ANSWERED, "talked"), (QueueState.FULL, "crowded")]
)
def test_the_queue_says_how_it_ends(state: QueueState, node: str, call_of: Call) -> None:
    player = call_of(QUEUE)
    assert isinstance(player.world.asked[-1], Enqueue)
    player.do(QueueTells(state))
    player.run_for(5000)
    assert player.world.machine.node == node
    assert LeaveQueue() not in player.world.asked


def test_nobody_waits_longer_than_the_queue_allows(call_of: Call) -> None:
    player = call_of(QUEUE)
    player.run_for(179_999)
    assert player.world.machine.node == "first"
    player.run_for(1)
    assert player.world.machine.node == "late"
    assert LeaveQueue() in player.world.asked


def test_the_last_known_place_is_told_now_and_then(call_of: Call) -> None:
    player = call_of(QUEUE)
    player.run_for(45_000)
    assert positions(player) == []  # nobody told it yet
    player.do(QueueTells(QueueState.POSITION, 3))
    player.do(QueueTells(QueueState.POSITION, 2))
    player.run_for(45_000)
    assert positions(player) == [Clip(ClipKind.POSITION, "2", "en-US")]


def test_the_offer_holds_from_its_time_on(call_of: Call) -> None:
    player = call_of(QUEUE)
    player.run_for(59_999)
    player.do(Press("5"))
    assert player.world.machine.node == "first"
    player.run_for(1)
    player.do(Press("5"))
    assert player.world.machine.node == "back"
    assert LeaveQueue() in player.world.asked


def test_without_an_offer_keys_mean_nothing(call_of: Call) -> None:
    player = call_of(QUEUE.replace('offer: {after_s: 60, key: "5", next: back}, ', ""))
    player.run_for(61_000)
    player.do(Press("5"))
    assert player.world.machine.node == "first"


def test_a_talk_is_not_disturbed_by_places_and_time(call_of: Call) -> None:
    player = call_of(QUEUE)
    player.do(QueueTells(QueueState.POSITION, 1))
    player.run_for(45_000)
    player.world.tell(Bridged())
    assert player.world.asked[-1] == StopPlay()
    player.run_for(400_000)
    assert player.world.machine.node == "first"
    assert len(positions(player)) == 1
    player.do(HangUp("caller"))
    assert SetDisposition("transferred") in player.world.asked
