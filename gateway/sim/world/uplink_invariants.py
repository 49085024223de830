"""What must hold of the caller's audio on its way to the model, and of both sides' messages."""

from collections.abc import Iterator

from ...core.uplink import UplinkLimits
from .violation import Check, Violation
from .virtual_call import VirtualCall
from .witness import FROM_CARRIER, FROM_MODEL, TO_MODEL

APPEND = b'{"type":"input_audio_buffer.append","audio":"'
CARRIER_COMPLAINTS = ("31950", "31951", "31931", "31924")
SCHEMA_ERRORS = (
    "invalid_event",
    "invalid_json",
    "invalid_value",
    "invalid_type",
    "unknown_parameter",
    "missing_required_parameter",
    "item_truncate_invalid_item_id",
    "unsupported_content_type",
)
RING_MS = UplinkLimits().ring_ms
GAP_MS_MAX = 10_000  # the longest silence that stands in for frames that never came
QUIET_MS = 5_000
LATE_MS = 100  # a frame that is later does not come over a quiet line
TIME_APART_MS = 40
STRETCHED = ("frame_doubled", "frame_short", "frame_long")  # these bend the line's own time
FRAME_US = 19_970


def _frames_add_up(call: VirtualCall) -> Iterator[Violation]:
    """I3: frames in = forwarded + booked."""
    uplink = call.session.call.uplink
    booked = sum(uplink.booked.values())
    if uplink.frames_in != uplink.forwarded + booked:
        what = f"{uplink.frames_in} in, {uplink.forwarded} forwarded, {booked} booked"
        yield Violation("I3", call.world.now_ms, what)


def _ring_is_bounded(call: VirtualCall) -> Iterator[Violation]:
    """I20: no more waits for the model than the ring holds, and one gap that was filled."""
    if call.witness.waiting_ms_max > RING_MS + GAP_MS_MAX:
        what = f"{call.witness.waiting_ms_max} ms of caller audio waited"
        yield Violation("I20", call.world.now_ms, what)


def _no_audio_before_settings(call: VirtualCall) -> Iterator[Violation]:
    """I21: no audio for a model session before its `session.updated`."""
    is_configured = False
    for at_ms, who, message in call.witness.log:
        if who == FROM_MODEL and b'"session.' in message[:20]:
            is_configured = b"updated" in message[:30]
        elif who == TO_MODEL and not is_configured and message.startswith(APPEND):
            yield Violation("I21", at_ms, "audio before `session.updated`")
            return


def _nobody_complains(call: VirtualCall) -> Iterator[Violation]:
    """I23: no 319xx of the carrier, no schema error of the model, unless it was told to."""
    injected = {fault.name for fault in call.scenario.model_faults}
    for at_ms, who, kind, detail in call.witness.notes:
        if who == "carrier" and kind in CARRIER_COMPLAINTS:
            yield Violation("I23", at_ms, f"the carrier notes {kind} {detail}")
        code = detail.split(": ")[1] if kind == "refused" else ""
        if who == "model" and code in SCHEMA_ERRORS and "update_refused" not in injected:
            yield Violation("I23", at_ms, f"the model refuses: {kind} {detail}")


def _model_time_is_line_time(call: VirtualCall) -> Iterator[Violation]:
    """I27: after five seconds of quiet the model has been given as much time as has passed.

    Less is right by what was left out with a reason; frames of a wrong length bend the line's
    time itself and are left aside.
    """
    if not _has_one_steady_line(call):
        return
    left_out_ms = 20 * sum(call.session.call.uplink.booked.values())
    loud = set(call.witness.loud_at)
    way_ms = call.scenario.carrier_line.delay_ms
    nearest_ms: int | None = None  # in the present stretch of quiet
    quiet_from_ms = 0
    for at_ms, captured_ms, behind_ms in _behind(call):
        if captured_ms in loud or at_ms - captured_ms > way_ms + LATE_MS:
            if nearest_ms is not None and not -TIME_APART_MS <= nearest_ms <= TIME_APART_MS:
                yield Violation("I27", at_ms, f"the model is {nearest_ms} ms behind the line")
            quiet_from_ms, nearest_ms = captured_ms, None
        elif captured_ms - quiet_from_ms >= QUIET_MS:
            excused_ms = max(0, behind_ms - left_out_ms) if behind_ms > 0 else behind_ms
            known_ms = excused_ms if nearest_ms is None else nearest_ms
            nearest_ms = min(known_ms, excused_ms, key=abs)


def _has_one_steady_line(call: VirtualCall) -> bool:
    kinds = {fault.kind for fault in call.scenario.carrier_faults}
    return len(call.model_ends) == 1 and not kinds.intersection(STRETCHED)


def _behind(call: VirtualCall) -> Iterator[tuple[int, int, int]]:
    """At each frame: now, its capture, and how much less than the line's time the model was given."""
    given_ms = first_ms = 0
    line: tuple[int, int, int] | None = None  # of the frame before: what came of it is known now
    for at_ms, who, message in call.witness.log:
        if who == TO_MODEL and message.startswith(APPEND):
            size = len(message) - len(APPEND) - 2
            given_ms += (size // 4 * 3 - message[-6:].count(b"=")) // 8
        elif who == FROM_CARRIER and b'"media"' in message[:20]:
            if line is not None and given_ms:
                yield line[0], line[1], line[2] - given_ms
            stamp_ms = _stamp(message)
            first_ms = first_ms or stamp_ms
            frames = round((stamp_ms - first_ms) * 1_000 / FRAME_US) + 1
            line = (at_ms, call.witness.first_frame_ms + stamp_ms - first_ms, frames * 20)


def _stamp(message: bytes) -> int:
    start = message.index(b'"timestamp":"') + 13
    return int(message[start : message.index(b'"', start)])


UPLINK_CHECKS: tuple[Check, ...] = (
    _frames_add_up,
    _ring_is_bounded,
    _no_audio_before_settings,
    _nobody_complains,
    _model_time_is_line_time,
)
