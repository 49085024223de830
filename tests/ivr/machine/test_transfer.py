"""A transfer: who is rung, how the caller comes back, and when nobody does anything."""

from collections.abc import Callable

import pytest

from voicegate.ivr.headless.case import HangUp, TransferEnds
from voicegate.ivr.headless.player import Player
from voicegate.ivr.machine.actions import (
    CancelTransfer,
    Clip,
    ClipKind,
    SetDisposition,
    StartAi,
    Transfer,
)
from voicegate.ivr.machine.events import Bridged, Fault, TransferEnd
from voicegate.ivr.nodes import TransferMode

Call = Callable[..., Player]

BOXES = "".join(
    f"{name}: {{type: voicemail, box: b, exits: {{saved: end, empty: end}}}}\n"
    for name in ("talked", "nobody", "busy", "broken", "refused")
)
EXITS = "completed: talked, no_answer: nobody, busy: busy, failed: broken"
COLD = f"first: {{type: transfer, to: phone, exits: {{{EXITS}}}}}\n" + BOXES
WARM = (
    "first: {type: transfer, mode: warm, to: phone, whisper: whisper, accept_s: 5, "
    f"exits: {{{EXITS}, declined: refused}}}}\n" + BOXES
)
NODES = {
    TransferEnd.COMPLETED: "talked",
    TransferEnd.NO_ANSWER: "nobody",
    TransferEnd.BUSY: "busy",
    TransferEnd.FAILED: "broken",
    TransferEnd.DECLINED: "refused",
}


def transfer_of(player: Player) -> Transfer:
    return next(action for action in player.world.asked if isinstance(action, Transfer))


@pytest.mark.parametrize("end", TransferEnd)
def test_every_end_of_a_warm_transfer_has_its_exit(end: TransferEnd, call_of: Call) -> None:
    player = call_of(WARM)
    player.do(TransferEnds(end))
    player.run_for(5000)
    assert player.world.machine.node == NODES[end]
    assert CancelTransfer() not in player.world.asked


def test_a_cold_one_knows_no_refusal(call_of: Call) -> None:
    player = call_of(COLD)
    player.do(TransferEnds(TransferEnd.DECLINED))
    assert player.world.machine.node == "broken"


def test_the_person_hears_the_whisper_in_the_flows_first_language(call_of: Call) -> None:
    asked = transfer_of(call_of(WARM))
    assert asked.whisper == Clip(ClipKind.PROMPT, "whisper", "en-US")
    assert (asked.mode, asked.music, asked.accept_key) == (TransferMode.WARM, "calm", "1")
    assert not asked.has_summary
    summed_up = transfer_of(call_of(WARM.replace("whisper: whisper", "whisper: summary")))
    assert (summed_up.whisper, summed_up.has_summary) == (None, True)


def test_a_machine_or_nobody_gives_the_caller_back_after_twenty_five_seconds(call_of: Call) -> None:
    """F7: 20 s of ringing and 5 s to accept; no model hears any of it."""
    player = call_of(WARM)
    player.run_for(24_999)
    assert player.world.machine.node == "first"
    player.run_for(1)
    assert player.world.machine.node == "nobody"
    assert CancelTransfer() in player.world.asked
    assert not [action for action in player.world.asked if isinstance(action, StartAi)]


def test_a_talk_may_last_longer_than_the_ringing(call_of: Call) -> None:
    player = call_of(WARM)
    player.world.tell(Bridged())
    player.run_for(60_000)
    assert player.world.machine.node == "first"
    player.do(HangUp("caller"))
    assert SetDisposition("transferred") in player.world.asked


def test_a_cold_one_takes_no_time_of_the_call(call_of: Call) -> None:
    player = call_of(COLD)
    assert player.world.machine.deadline_ms == 600_000  # the call's own limit, no other
    player.run_for(10)
    assert player.world.machine.deadline_ms is None


def test_whoever_hangs_up_while_it_rings_was_not_transferred(call_of: Call) -> None:
    player = call_of(WARM)
    player.do(HangUp("caller"))
    assert SetDisposition("caller_hangup") in player.world.asked
    assert CancelTransfer() in player.world.asked


def test_an_error_stops_the_ringing(call_of: Call) -> None:
    player = call_of(WARM)
    player.world.tell(Fault("no line"))
    assert CancelTransfer() in player.world.asked
    assert player.world.machine.node == "trouble"
