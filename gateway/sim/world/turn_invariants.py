"""What must hold of the conversation: one answer at a time, and one for every turn."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from ...core.actions import AddNote, AskForResponse, CancelResponse
from ...core.bargein import Interruption
from ...core.events import CallerDigit, ModelResponded, ModelResponding
from .scenario import Scenario
from .violation import Check, Violation
from .virtual_call import VirtualCall

ANSWER_BY_MS = 10_000
CANCEL_WAIT_MS = 2_000
SPEECH_MS = 400
SOUND_BY_MS = 2_000
# No response, ask again; one without sound, cancel, wait for its end, ask again; no sound: the end.
WATCHDOGS_MS = 2_000 + 6_000 + 2_000 + 2_000 + 6_000
UNHEARD_FAULTS = {  # they touch neither the caller's audio nor the detector's word
    "mark_late",
    "mark_doubled",
    "mark_lost",
    "mark_reordered",
    "start_late",
    "one_delta",
    "null_usage",
    "late_deltas",
    "extra_fields",
    "unknown_event",
    "unknown_error",
    "transcription_failed",
    "transcription_late",
    "transcription_empty",
}


def _one_response_at_a_time(call: VirtualCall) -> Iterator[Violation]:
    """I10: never a `response.create` over an active response."""
    active: dict[str, int | None] = {}  # -> when it was cancelled
    for at_ms, event, actions in call.witness.steps:
        if isinstance(event, ModelResponded):
            active.pop(event.response_id, None)
        for action in actions:
            if isinstance(action, CancelResponse) and action.response_id in active:
                active[action.response_id] = at_ms
            if isinstance(action, AskForResponse) and not _all_stale(active, at_ms):
                yield Violation("I10", at_ms, f"asked while {set(active)} is active")
        if isinstance(event, ModelResponding):
            active = {event.response_id: None}


def _all_stale(active: dict[str, int | None], now_ms: int) -> bool:
    """A response that was cancelled and never ends does not count for ever."""
    return all(at_ms is not None and now_ms - at_ms >= CANCEL_WAIT_MS for at_ms in active.values())


def _turns_are_answered(call: VirtualCall) -> Iterator[Violation]:
    """I11: every committed turn gets an answer or a booked reason within ten seconds."""
    owed_ms: int | None = None
    is_active = False  # while another answer runs, the one to this turn has to wait
    end = (call.witness.ends[0][0] if call.witness.ends else call.world.now_ms, None)
    for at_ms, fact in (*call.witness.facts, end):
        if owed_ms is not None and not is_active and at_ms - owed_ms > ANSWER_BY_MS:
            yield Violation("I11", owed_ms, "a committed turn without answer or reason for 10 s")
            owed_ms = None
        match fact.name if fact is not None else "":
            case "turn.committed":
                owed_ms = at_ms
            case "response.created":
                is_active, owed_ms = True, None
            case "response.done":
                is_active, owed_ms = False, owed_ms and at_ms
            case "response.missed" | "turn.caller_started" | "call.ending":
                owed_ms = None
            case _:
                pass


def _speech_cuts(call: VirtualCall) -> Iterator[Violation]:
    """I13: speech of 400 ms over an item: that item is silent 1 s later, the way included."""
    scenario = call.scenario
    if scenario.interruption is not Interruption.CUT or not _is_heard_well(scenario):
        return
    ways_ms = 2 * scenario.carrier_line.delay_ms + 2 * scenario.model_line.delay_ms
    ways_ms += call.extra_delay_ms + call.model_extra_delay_ms
    played = call.heard.agent_at
    for began_ms, ms in call.witness.spoken():
        during = {n for at_ms, n in played if began_ms + 100 <= at_ms < began_ms + 140}
        late_ms = began_ms + 600 + ways_ms
        after = {n for at_ms, n in played if late_ms <= at_ms < late_ms + 60}
        is_deaf = any(began_ms - 1_500 <= at_ms <= began_ms + 500 for at_ms in call.witness.keys_at)
        if ms >= SPEECH_MS and during & after and not is_deaf:
            what = f"item {during & after} went on under {ms} ms of speech"
            yield Violation("I13", began_ms, what)


def _is_heard_well(scenario: Scenario) -> bool:
    """Nothing was injected that keeps the caller's sound from the model's detector."""
    return UNHEARD_FAULTS.issuperset(scenario.names)


def _policy_holds(call: VirtualCall) -> Iterator[Violation]:
    """I14: what may not be cut is not cut by speech."""
    if call.scenario.interruption is Interruption.OFF:
        for at_ms, fact in call.witness.facts:
            if fact.name == "bargein.cut" and fact.fields["source"] == "speech":
                yield Violation("I14", at_ms, "speech cut what may not be cut")


def _keys_are_told_once(call: VirtualCall) -> Iterator[Violation]:
    """C76: what the model is told of keys was pressed, in that order, and each key once."""
    pressed = iter("".join(e.digit for _, e, _ in call.witness.steps if isinstance(e, CallerDigit)))
    for at_ms, _, actions in call.witness.steps:
        for action in actions:
            if isinstance(action, AddNote) and action.text.startswith("The caller pressed"):
                keys = re.findall(r"(?<= )[0-9*#A-D](?= )", action.text)
                if not all(key in pressed for key in keys):
                    yield Violation("C76", at_ms, f"not pressed, or not again: {action.text}")


def _one_greeting(call: VirtualCall) -> Iterator[Violation]:
    """I16: the agent greets once."""
    greetings = [
        at_ms
        for at_ms, _, actions in call.witness.steps
        for action in actions
        if isinstance(action, AddNote) and "Greet" in action.text
    ]
    if len(greetings) > 1:
        yield Violation("I16", greetings[1], f"{len(greetings)} greetings")


def _nobody_waits_in_silence(call: VirtualCall) -> Iterator[Violation]:
    """I18: from the leg's opening, and from the end of each turn, the caller hears something soon.

    Within two seconds where only the network is at work; where the model fails, within what the
    watchdogs of a turn take together: this version covers the beginning of a call with ringback,
    and nothing later.
    """
    sounds = sorted([*call.heard.house_at, *(at_ms for at_ms, _ in call.heard.agent_at)])
    # A key takes its time on the line: what the gateway hears of it after the turn is for it to heed.
    keys_at = [at_ms for at_ms, fact in call.witness.facts if fact.name == "dtmf.key"]
    breaks = sorted([*sounds, *call.witness.loud_at, *keys_at, _end_ms(call)])
    late_ms = 2 * call.scenario.carrier_line.delay_ms + 2 * call.scenario.model_line.delay_ms
    late_ms += call.extra_delay_ms + call.model_extra_delay_ms + call.injected_ms
    for at_ms, fact in call.witness.facts:
        if fact.name not in ("leg.started", "turn.committed"):
            continue
        is_steady = fact.name == "leg.started" or _is_heard_well(call.scenario)
        by_ms = at_ms + late_ms + (SOUND_BY_MS if is_steady else WATCHDOGS_MS)
        next_at = bisect_left(breaks, at_ms)
        if next_at < len(breaks) and breaks[next_at] > by_ms:
            what = f"nothing is heard for {breaks[next_at] - at_ms} ms after {fact.name}"
            yield Violation("I18", at_ms, what)


def _end_ms(call: VirtualCall) -> int:
    return call.witness.ends[0][0] if call.witness.ends else call.world.now_ms


TURN_CHECKS: tuple[Check, ...] = (
    _one_response_at_a_time,
    _turns_are_answered,
    _speech_cuts,
    _policy_holds,
    _keys_are_told_once,
    _one_greeting,
    _nobody_waits_in_silence,
)
