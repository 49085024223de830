"""What must hold of the agent's audio: what is sent, cut, heard, and told to the model."""

from collections.abc import Iterator
from enum import Enum

from ...core.actions import Action, CancelResponse, ClearAudio, DeleteItem, TruncateItem
from .sent import Sent
from .violation import Check, Violation
from .virtual_call import VirtualCall

LEAD_MS_MAX = 20_000
DELTA_MS_MAX = 1_200  # the longest delta, and a frame to round it up
RANKS: dict[type[Action], int] = {
    ClearAudio: 1,
    CancelResponse: 2,
    TruncateItem: 3,
    DeleteItem: 3,
}


def _items_add_up(call: VirtualCall) -> Iterator[Violation]:
    """I4: of each item received = waiting + sent + dropped, and at the end nothing is in flight."""
    for item in call.session.call.playout.items.values():
        waiting = len(item.waiting)
        if item.received != waiting + item.sent + item.dropped or item.in_flight:
            what = (
                f"item {item.item_id}: received {item.received} = waiting {waiting} + sent "
                f"{item.sent} + dropped {item.dropped}; in flight {item.in_flight}"
            )
            yield Violation("I4", call.world.now_ms, what)


def _cut_items_stay_silent(call: VirtualCall) -> Iterator[Violation]:
    """I5: no frame of a cut item goes to the carrier after its clear."""
    cut: set[int] = set()
    playing: set[int] = set()
    for sent in call.witness.sent:
        if sent.is_clear:
            cut |= playing
            playing = set()
        else:
            playing |= sent.numbers
            if sent.numbers & cut:
                yield Violation("I5", sent.at_ms, f"item {sent.numbers & cut} after its clear")


def _cuts_are_in_order(call: VirtualCall) -> Iterator[Violation]:
    """I6, I7: clear, then cancel, then truncates, in one batch; one truncate for each item."""
    for at_ms, _, actions in call.witness.steps:
        ranks = [rank for action in actions if (rank := RANKS.get(type(action)))]
        if ranks != sorted(ranks):
            yield Violation("I6", at_ms, f"cut out of order: {actions}")
        truncated = [a.item_id for a in actions if isinstance(a, TruncateItem)]
        if len(truncated) != len(set(truncated)):
            yield Violation("I7", at_ms, f"an item truncated twice in one cut: {truncated}")


def _truncates_are_possible(call: VirtualCall) -> Iterator[Violation]:
    """I7: no truncate goes beyond what was received, or sent."""
    items = call.session.call.playout.items
    for at_ms, _, actions in call.witness.steps:
        for action in actions:
            if not isinstance(action, TruncateItem):
                continue
            item = items[action.item_id]
            if action.heard_ms * 8 > min(item.received, item.sent):
                what = f"{action} beyond received {item.received // 8}, sent {item.sent // 8} ms"
                yield Violation("I7", at_ms, what)


def _claims_are_near(call: VirtualCall) -> Iterator[Violation]:
    """I8: a claim is off by one frame at most, and by what the line was late."""
    bound_ms = 20 + call.extra_delay_ms + call.injected_ms
    for claim in call.claims():
        if abs(claim.error_ms) > bound_ms:
            what = f"claimed {claim.claimed_ms} ms, heard {claim.heard_ms} ms, bound {bound_ms}"
            yield Violation("I8", claim.at_ms, what)


def _lead_is_bounded(call: VirtualCall) -> Iterator[Violation]:
    """I19: no more waits at the carrier than the lead limit and one delta."""
    if call.witness.queued_ms_max > LEAD_MS_MAX + DELTA_MS_MAX:
        yield Violation("I19", call.world.now_ms, f"{call.witness.queued_ms_max} ms in the queue")


def _agent_is_silent_after_the_end(call: VirtualCall) -> Iterator[Violation]:
    """I28: what the caller hears after the end was on its way before."""
    if not call.witness.ends:
        return
    until_ms = call.witness.ends[0][0] + call.scenario.carrier_line.delay_ms + call.extra_delay_ms
    until_ms += call.injected_ms
    late = [at_ms for at_ms, _ in call.heard.agent_at if at_ms > until_ms + 60]
    if late:
        yield Violation("I28", late[0], "the agent is heard after the end")


class Voice(Enum):
    """Whose audio a message carries; cover, agent and last words follow each other in this order."""

    COVER = 1
    AGENT = 2
    LAST_WORDS = 3


def _voices_follow_each_other(call: VirtualCall) -> Iterator[Violation]:
    """I28: cover is cut before the agent speaks and never comes back; last words are the last."""
    voice = Voice.COVER
    covered_until_ms = 0
    for sent in call.witness.sent:
        if sent.is_clear:
            covered_until_ms = 0
            continue
        spoken = _voice(sent)
        if spoken.value < voice.value:
            yield Violation("I28", sent.at_ms, f"{spoken} after {voice}")
        if spoken is Voice.COVER:
            covered_until_ms = max(covered_until_ms, sent.at_ms) + len(sent.payload) // 8
        elif sent.at_ms < covered_until_ms:
            yield Violation("I28", sent.at_ms, f"{spoken} while the cover still plays")
        voice = spoken


def _voice(sent: Sent) -> Voice:
    if sent.numbers:
        return Voice.AGENT
    return Voice.COVER if sent.payload[:1] in (b"\xfb", b"\xff") else Voice.LAST_WORDS


AUDIO_CHECKS: tuple[Check, ...] = (
    _items_add_up,
    _cut_items_stay_silent,
    _cuts_are_in_order,
    _truncates_are_possible,
    _claims_are_near,
    _lead_is_bounded,
    _agent_is_silent_after_the_end,
    _voices_follow_each_other,
)
