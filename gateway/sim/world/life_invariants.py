"""What must hold of a call's life: its end, its deadlines, its time, its facts."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise

from ...core.phases import Phase
from .violation import Check, Violation
from .virtual_call import VirtualCall

WAKES_PER_S_MAX = 100


def _ends_once(call: VirtualCall) -> Iterator[Violation]:
    """I1: the call ends, with exactly one reason."""
    ends = call.witness.ends
    if len(ends) != 1:
        yield Violation("I1", call.world.now_ms, f"{len(ends)} ends instead of one: {ends}")
    if call.witness.crashes:
        yield Violation("I1", call.world.now_ms, f"crashed: {call.witness.crashes[0]!r}")
    if not call.session.is_over:
        yield Violation("I1", call.world.now_ms, f"still {call.session.call.phase} at the limit")


def _nothing_stays_open(call: VirtualCall) -> Iterator[Violation]:
    """I2: after the end there is no deadline, and both sockets are closed."""
    if call.session.call.phase is Phase.ENDED and call.session.call.deadline_ms is not None:
        yield Violation("I2", call.world.now_ms, "a deadline after the end")
    if call.session.is_over and not call.stream.is_closed and call.session.has_leg:
        yield Violation("I2", call.world.now_ms, "the carrier's stream is still open")
    for end in call.model_ends:
        if call.session.is_over and not end.is_over:
            yield Violation("I2", call.world.now_ms, "a model session is still open")


def _deadlines_lead_on(call: VirtualCall) -> Iterator[Violation]:
    """I25: no deadline stays in the past, and a wake makes progress."""
    seconds = max(1, (call.world.now_ms - call.began_ms) // 1_000)
    if call.witness.wakes > WAKES_PER_S_MAX * seconds:
        yield Violation("I25", call.world.now_ms, f"{call.witness.wakes} wakes in {seconds} s")
    if call.witness.late_deadlines:
        what = f"{call.witness.late_deadlines} deadlines in the past after a step"
        yield Violation("I25", call.world.now_ms, what)


def _time_never_runs_back(call: VirtualCall) -> Iterator[Violation]:
    """I26: in core time never falls; a clock that was set back is noticed, one that was not is not."""
    steps = call.witness.steps
    for (before_ms, _, _), (now_ms, _, _) in pairwise(steps):
        if now_ms < before_ms:
            yield Violation("I26", now_ms, f"a step at {now_ms} ms after one at {before_ms} ms")
    times = call.session.times_set_back
    if times and not call.scenario.clock_jumps:
        yield Violation("I26", call.world.now_ms, f"{times} times set back, and it never was")
    if not times and _is_set_back(call):
        yield Violation("I26", call.world.now_ms, "nobody noticed that the clock was set back")


def _is_set_back(call: VirtualCall) -> bool:
    """Between two frames, by more than the time between them."""
    ends = call.witness.ends
    end_ms = ends[0][0] if ends else call.world.now_ms
    return any(
        before_ms < from_ms <= after_ms < min(end_ms, before_ms - by_ms)
        for from_ms, by_ms in call.scenario.clock_jumps
        for before_ms, after_ms in pairwise(call.witness.frames_at)
    )


def _facts_tell_the_whole(call: VirtualCall) -> Iterator[Violation]:
    """I29: the facts alone give the totals, and every item that was sent has its own."""
    ended = [fact.fields for _, fact in call.witness.facts if fact.name == "call.ended"]
    if len(ended) != 1:
        yield Violation("I29", call.world.now_ms, f"{len(ended)} facts of the end")
        return
    if call.witness.crashes:
        return
    sent = {f.fields["item"] for _, f in call.witness.facts if f.name == "audio.first_sent"}
    items = [item for item in call.session.call.playout.items.values() if not item.is_house]
    kept = {item.item_id for item in items if item.sent}
    if kept != sent:
        yield Violation("I29", call.world.now_ms, f"items and facts differ: {kept ^ sent}")
    end_ms = call.witness.ends[0][0]
    arrived = call.witness.frames_at
    least, most = bisect_left(arrived, end_ms), bisect_right(arrived, end_ms)
    if not least <= int(ended[0]["frames_in"]) <= most:
        what = f"{ended[0]['frames_in']} frames in the fact, {least} to {most} on the wire"
        yield Violation("I29", call.world.now_ms, what)


LIFE_CHECKS: tuple[Check, ...] = (
    _ends_once,
    _nothing_stays_open,
    _deadlines_lead_on,
    _time_never_runs_back,
    _facts_tell_the_whole,
)
