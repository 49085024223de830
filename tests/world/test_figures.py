"""The figures of whole calls, made from facts, beside what their wires and phones know."""

import binascii
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

import orjson
import pytest
from click.testing import CliRunner

from voicegate.gateway.core.actions import Fact
from voicegate.gateway.core.kpi import CallFigures, figures
from voicegate.gateway.core.spans import Turn, Turns
from voicegate.gateway.sim.cli import sim
from voicegate.gateway.sim.tags import read_tags
from voicegate.gateway.sim.world.runs import play
from voicegate.gateway.sim.world.scenario import draw
from voicegate.gateway.sim.world.virtual_call import VirtualCall
from voicegate.gateway.sim.world.witness import FROM_MODEL, TO_CARRIER

SEEDS = range(20)
PLACED_MS = 50  # the detector's grid of 32 ms, and a frame of the carrier


@cache
def played(seed: int) -> VirtualCall:
    """Some of these calls have faults."""
    return play(draw(seed))


def facts(call: VirtualCall, name: str) -> list[Fact]:
    return [fact for _, fact in call.witness.facts if fact.name == name]


def end(call: VirtualCall) -> Fact:
    (ended,) = facts(call, "call.ended")
    return ended


# -- the record ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_the_totals_of_a_call_can_be_made_from_its_other_facts(seed: int) -> None:
    """C163, I29: the reason, the items, how many were cut, and what was heard of each."""
    call = played(seed)
    ended, sent = end(call), {fact.text("item") for fact in facts(call, "audio.first_sent")}
    cut = {f.text("item"): f.whole("heard_ms") for f in facts(call, "audio.cut")}
    whole = {f.text("item"): f.whole("ms") for f in facts(call, "audio.heard_all")}
    endings = facts(call, "call.ending")
    assert ended.text("reason") == (endings or [ended])[0].text("reason")
    assert ended.whole("items") == len(sent)
    assert ended.whole("cut_items") == len(sent & cut.keys())
    assert ended.whole("heard_ms") == sum(cut.values()) + sum(whole.values())


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_facts_tell_is_what_the_call_kept(seed: int) -> None:
    """C27, C163, I29: each item ends once, as the ledger has it; no frame is left out."""
    call = played(seed)
    ends = [*facts(call, "audio.cut"), *facts(call, "audio.heard_all")]
    told = {f.text("item"): f.whole("heard_ms") or f.whole("ms") for f in ends}
    kept = {i.item_id: i for i in call.session.call.playout.items.values() if not i.is_house}
    assert len(told) == len(ends)
    assert {item: ms for item, ms in told.items() if ms} == {
        item_id: item.heard // 8 for item_id, item in kept.items() if item.heard >= 8
    }
    assert {item_id for item_id, item in kept.items() if item.sent} <= told.keys()
    ended, uplink = end(call), call.session.call.uplink
    booked = {name: n for name, n in ended.fields.items() if name.startswith("booked_")}
    assert booked == {f"booked_{why}": frames for why, frames in uplink.booked.items()}
    assert ended.whole("frames_in") == ended.whole("frames_forwarded") + sum(
        map(int, booked.values())
    )


# -- the first audio -------------------------------------------------------------------------------


def committed(call: VirtualCall) -> dict[str, int]:
    """When the model's word of each turn was here, read off the wire."""
    events = [
        (at, orjson.loads(m)) for at, m in call.witness.on_wire(FROM_MODEL) if b"committed" in m
    ]
    return {e["item_id"]: at for at, e in events if e["type"] == "input_audio_buffer.committed"}


def first_media(call: VirtualCall) -> dict[int, int]:
    """When the first sound of each item left, by its number, read off the wire."""
    first: dict[int, int] = {}
    for at_ms, message in call.witness.on_wire(TO_CARRIER):
        if b'"media"' in message[:20]:
            payload = binascii.a2b_base64(orjson.loads(message)["media"]["payload"])
            for number, _ in read_tags(payload):
                first.setdefault(number, at_ms)
    return first


def answers(call: VirtualCall) -> Iterator[tuple[Turn, int]]:
    """The answered turns, each with the number of the item that was heard first."""
    turns, first_items = Turns(), dict[str, str]()
    for at_ms, fact in call.witness.facts:
        turns.saw(fact, at_ms)
        if fact.name == "audio.first_sent":
            first_items.setdefault(fact.text("response"), fact.text("item"))
    for turn in turns.all:
        if turn.first_sent_ms is not None:
            yield turn, call.witness.numbers[first_items[turn.response_id]]


def faultless() -> list[VirtualCall]:
    return [played(seed) for seed in SEEDS if not draw(seed).names]


def test_the_time_to_the_first_audio_is_that_of_the_wires() -> None:
    """C167: K1 from facts, and from the messages that came and went."""
    compared = 0
    for call in faultless():
        arrived, left = committed(call), first_media(call)
        measured = [left[number] - arrived[turn.item_id] for turn, number in answers(call)]
        assert figures(call.witness.facts).ttfa_ms == tuple(measured)
        compared += len(measured)
    assert compared > 20


# -- voice to voice --------------------------------------------------------------------------------


def test_the_stages_sum_up_to_what_the_caller_waited() -> None:
    """C36, C164, K2: from their last sound into the phone to the first that came out of it.

    Known to the millisecond but for what no gateway can know: where on the detector's grid the
    speech ended, and how much later than its best the line was at that moment.
    """
    errors: list[int] = []
    for call in faultless():
        heard_at = {number: at_ms for at_ms, number in reversed(call.heard.agent_at)}
        for turn, number in answers(call):
            spans = turn.spans(end(call).whole("round_trip_ms"))
            if spans is None or number not in heard_at:
                continue
            spoke_ms = [at for at in call.witness.loud_at if at < turn.committed_ms - 300]
            error = spans.voice_to_voice_ms - (heard_at[number] - spoke_ms[-1] - 20)
            assert abs(error) <= PLACED_MS + call.extra_delay_ms
            errors.append(abs(error))
    assert len(errors) > 20
    assert sorted(errors)[len(errors) // 2] <= 20


def test_a_turn_is_late_where_its_time_went() -> None:
    """C164: the longest stage of an answer that nothing held up is the detector's silence."""
    longest = Counter(s.longest for c in faultless() for s in figures(c.witness.facts).spans)
    assert longest.most_common(1)[0][0] == "vad"


# -- the run ---------------------------------------------------------------------------------------


def test_the_latency_of_a_run_is_printed() -> None:
    """C175: the same figures, over all its calls."""
    args = ["--seeds", "3", "--workers", "1", "--report", "latency"]
    printed = CliRunner().invoke(sim, args).output
    counted = dict(re.findall(r"^([a-z ]+): (\d+), p50 \d+ ms, p95 \d+ ms$", printed, re.MULTILINE))
    calls: list[CallFigures] = [figures(played(seed).witness.facts) for seed in range(3)]
    assert counted == {
        "first audio after a turn": str(sum(len(call.ttfa_ms) for call in calls)),
        "voice to voice": str(sum(len(call.spans) for call in calls)),
        "longest dead air of a call": "3",
    }
