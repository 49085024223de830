"""What goes wrong on one media stream when it is told to, and nothing else with it."""

import base64
from itertools import pairwise

import orjson
import pytest

from voicegate.gateway.sim.carrier.driven_line import DrivenLine
from voicegate.gateway.sim.carrier.faults import CarrierFault, FaultKind
from voicegate.gateway.sim.outputs import Close, Drop, Output


@pytest.mark.parametrize(
    ("kind", "payloads"),
    [
        ("frame_lost", [160, 160, 160]),
        ("frame_doubled", [160, 160, 160, 160, 160]),
        ("frame_empty", [160, 0, 160, 160]),
        ("frame_short", [160, 80, 160, 160]),
        ("frame_long", [160, 320, 160]),
    ],
)
def test_a_fault_at_a_frame_changes_that_frame(kind: FaultKind, payloads: list[int]) -> None:
    """C173, carrier: frames lost, doubled, of 0, 80 and 320 bytes."""
    line = DrivenLine(CarrierFault(kind, at_index=1))
    line.run_to(1_300)
    sizes = [len(base64.b64decode(each["media"]["payload"])) for _, each in line.events("media")]
    assert sizes[: len(payloads)] == payloads
    chunks = [int(each["media"]["chunk"]) for _, each in line.events("media")]
    assert chunks == list(range(1, len(chunks) + 1))


def test_media_stops_for_a_while() -> None:
    """C173, carrier: no media."""
    line = DrivenLine(CarrierFault("media_stops", at_ms=1_000, length=(500, 500)))
    line.run_to(4_000)
    times = [at for at, _ in line.events("media")]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert 480 <= max(gaps) <= 560
    assert sorted(gaps)[-2] < 30


def test_a_stall_holds_everything_back_and_releases_it_in_order() -> None:
    """C173, carrier: bunching and stalls towards the gateway; playback goes on."""
    line = DrivenLine(CarrierFault("stall_out", at_ms=1_000, length=(700, 700)))
    line.run_to(2_100)
    line.media(b"\x01" * 800)
    line.mark("held")
    line.run_to(4_000)
    numbers = [int(message["sequenceNumber"]) for _, message in line.messages[1:]]
    assert numbers == list(range(1, len(numbers) + 1))
    (echo_ms, _), *_ = line.echoes
    assert 2_690 <= echo_ms <= 2_730
    assert not [at for at, _ in line.messages if 2_030 < at < echo_ms]
    assert len([at for at, _ in line.messages if at == echo_ms]) > 30
    assert line.heard.find(b"\x01") == 1_100 * 8


def test_what_a_stall_held_back_is_not_overtaken_by_what_comes_at_its_end() -> None:
    """C173: TCP never reorders; a late wake finds the end of the stall and younger frames at once."""
    line = DrivenLine(CarrierFault("stall_out", at_ms=1_000, length=(700, 700)))
    line.run_to(2_600)
    line.do(line.stream.wake)
    line.now_ms = 3_400
    line.do(line.stream.wake)
    numbers = [int(message["sequenceNumber"]) for _, message in line.messages[1:]]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_stall_of_the_gateways_direction_delays_what_it_sends() -> None:
    """C173, carrier: stalls from the gateway, with the order kept."""
    line = DrivenLine(CarrierFault("stall_in", at_ms=1_000, length=(300, 300)))
    line.run_to(2_100)
    line.media(b"\x01" * 800)
    line.clear()
    line.media(b"\x02" * 800)
    line.run_to(4_000)
    assert line.heard.count(b"\x01") == 0
    assert 1_300 * 8 <= line.heard.find(b"\x02") <= 1_330 * 8


def marked(*faults: CarrierFault) -> list[tuple[int, str]]:
    line = DrivenLine(*faults)
    line.run_to(1_500)
    for name in ("a", "b", "c"):
        line.media(b"\x01" * 800)
        line.mark(name)
    line.run_to(9_000)
    return [(at - 1_500, name) for at, name in line.echoes]


def test_marks_go_wrong_as_told() -> None:
    """C173, carrier: marks late, doubled, lost, reordered, early."""
    assert marked() == [(100, "a"), (200, "b"), (300, "c")]
    late = marked(CarrierFault("mark_late", at_index=1, length=(400, 400)))
    assert late == [(100, "a"), (600, "b"), (600, "c")]
    early = marked(CarrierFault("mark_early", at_index=2, length=(50, 50)))
    assert early == [(100, "a"), (200, "b"), (250, "c")]
    doubled = marked(CarrierFault("mark_doubled", at_index=0))
    assert doubled == [(100, "a"), (100, "a"), (200, "b"), (300, "c")]
    assert marked(CarrierFault("mark_lost", at_index=1)) == [(100, "a"), (300, "c")]
    swapped = marked(CarrierFault("mark_reordered", at_index=2))
    assert swapped == [(100, "a"), (200, "c"), (300, "b")]


def test_a_slow_clear_acts_late_and_not_on_what_came_after_it() -> None:
    """C173, carrier: `clear` slow."""
    line = DrivenLine(CarrierFault("clear_slow", probability=1.0, length=(200, 200)))
    line.run_to(1_500)
    line.media(b"\x01" * 8_000)
    line.run_to(1_600)
    line.clear()
    line.media(b"\x02" * 80)
    line.run_to(3_000)
    assert line.heard.count(b"\x01") == 300 * 8
    assert line.heard.count(b"\x02") == 80


@pytest.mark.parametrize(
    ("kind", "has_stop", "end"),
    [
        ("close_without_stop", False, [Close(1000)]),
        ("stop_without_close", True, []),
        ("drop", False, [Drop()]),
    ],
)
def test_a_stream_can_end_otherwise(kind: FaultKind, has_stop: bool, end: list[Output]) -> None:  # noqa: FBT001
    """C173, carrier: close without `stop`, `stop` without close, 1006."""
    line = DrivenLine(CarrierFault(kind, at_ms=1_000))
    line.run_to(9_000)
    assert bool(line.events("stop")) == has_stop
    assert line.ends == end
    assert len(line.events("media")) < 60
    assert line.notes == ["fault"]


def test_messages_nobody_knows() -> None:
    """C173, carrier: unknown event, huge message."""
    line = DrivenLine(
        CarrierFault("unknown_event", at_ms=500), CarrierFault("huge_message", at_ms=900)
    )
    line.run_to(3_000)
    sizes = [len(orjson.dumps(each)) for _, each in line.events("simulated")]
    assert len(sizes) == 2
    assert sizes[0] < 300 < 70_000 < sizes[1]


def test_start_comes_late_or_never() -> None:
    """C173, carrier: `start` late or missing."""
    late = DrivenLine(CarrierFault("start_late", at_index=0, length=(3_000, 3_000)))
    late.run_to(6_000)
    assert late.events("start")[0][0] == 1_000 + 10 + 3_000
    never = DrivenLine(CarrierFault("start_missing", at_index=0))
    never.run_to(60_000)
    assert len(never.messages) == 1
    never.do(never.stream.hang_up)
    assert never.ends == [Close(1000)]


def test_one_fault_more_does_not_move_the_others() -> None:
    """C173: each fault has its own random stream."""

    def lost(*more: CarrierFault) -> list[int]:
        line = DrivenLine(*more, CarrierFault("frame_lost", probability=0.1))
        line.run_to(6_000)
        times = [at for at, _ in line.events("media")]
        return [at for at, later in pairwise(times) if later - at > 30]

    alone = lost()
    assert len(alone) > 5
    assert lost(CarrierFault("mark_lost", probability=0.5)) == alone
    with_doubles = lost(CarrierFault("frame_doubled", probability=0.3))
    assert with_doubles == alone
