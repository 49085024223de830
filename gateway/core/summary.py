"""The totals of a call, from which its record and its figures can be made."""

from .actions import Action, EndReason, fact
from .leg_faults import LegFaults
from .playout import Playout
from .uplink import Uplink


def call_ended(
    reason: EndReason,
    detail: EndReason,
    uplink: Uplink,
    playout: Playout,
    leg_faults: LegFaults,
) -> Action:
    """`reason` is the first cause of the end, `detail` the last one."""
    items = [item for item in playout.items.values() if not item.is_house]
    spoken = [item for item in items if item.sent]
    booked = {f"booked_{why}": frames for why, frames in uplink.booked.items()}
    return fact(
        "call.ended",
        reason=reason,
        detail=detail,
        frames_in=uplink.frames_in,
        frames_forwarded=uplink.forwarded,
        **booked,
        padded_ms=uplink.padded_ms,
        filled_ms=uplink.filled_ms,
        items=len(spoken),
        cut_items=sum(item.is_cut for item in spoken),
        received_ms=sum(playout.ms(item.received) for item in items),
        heard_ms=sum(playout.ms(item.heard) for item in items),
        stale_echoes=playout.marks.echoes.stale,
        holes=leg_faults.holes,
        round_trip_ms=playout.round_trip_ms,
    )
