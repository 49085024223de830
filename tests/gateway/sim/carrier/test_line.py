"""The carrier's end of one media stream, on a virtual clock."""

import base64
from collections.abc import Callable
from itertools import pairwise
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.gateway.sim.carrier import capture, playback
from voicegate.gateway.sim.carrier import faults as carrier_faults
from voicegate.gateway.sim.carrier import line as carrier
from voicegate.gateway.sim.carrier import messages as carrier_messages
from voicegate.gateway.sim.carrier import settings as carrier_settings
from voicegate.gateway.sim.carrier.faults import CarrierFault, FaultKind
from voicegate.gateway.sim.carrier.line import CarrierStream
from voicegate.gateway.sim.carrier.messages import StreamIdentity
from voicegate.gateway.sim.carrier.playback import SILENCE
from voicegate.gateway.sim.carrier.settings import CarrierSettings
from voicegate.gateway.sim.outputs import Close, Drop, Note, Output, Played, Send

IDENTITY = StreamIdentity("AC" + "1" * 32, "CA" + "2" * 32, "MZ" + "3" * 32)
SID = IDENTITY.stream_sid
TONE = b"\x10" * 160


class Tone:
    """A microphone that hears one tone."""

    def __init__(self, payload: bytes = TONE) -> None:
        self.payload = payload

    def frame(self, now_ms: int) -> bytes:
        return self.payload


class Line:
    """Drives one stream from deadline to deadline and keeps what came out, and when."""

    def __init__(
        self,
        *faults: CarrierFault,
        seed: int = 1,
        payload: bytes = TONE,
        settings: CarrierSettings | None = None,
        identity: StreamIdentity = IDENTITY,
    ) -> None:
        settings = settings or CarrierSettings(faults=faults)
        parameters = {"tok": 't-1 "quoted"'}
        self.stream = CarrierStream(settings, identity, parameters, Tone(payload), Random(seed))
        self.now_ms = 1_000
        self.log: list[tuple[int, Output]] = []
        self._keep(self.stream.opened(self.now_ms))

    def run_to(self, now_ms: int) -> None:
        while (deadline_ms := self.stream.deadline_ms) is not None and deadline_ms <= now_ms:
            self.now_ms = max(self.now_ms, deadline_ms)
            self._keep(self.stream.wake(self.now_ms))
        self.now_ms = now_ms
        self._keep(self.stream.wake(now_ms))  # what was played since the last frame

    def say(self, message: str | bytes | dict[str, Any]) -> None:
        text = orjson.dumps(message).decode() if isinstance(message, dict) else message
        self._keep(self.stream.receive(text, self.now_ms))

    def media(self, audio: bytes) -> None:
        payload = base64.b64encode(audio).decode()
        self.say({"event": "media", "streamSid": SID, "media": {"payload": payload}})

    def mark(self, name: str) -> None:
        self.say({"event": "mark", "streamSid": SID, "mark": {"name": name}})

    def clear(self) -> None:
        self.say({"event": "clear", "streamSid": SID})

    def do(self, act: Callable[..., list[Output]], *args: str) -> None:
        self._keep(act(*args, self.now_ms))

    def _keep(self, out: list[Output]) -> None:
        self.log += ((self.now_ms, each) for each in out)

    @property
    def messages(self) -> list[tuple[int, dict[str, Any]]]:
        return [(at, orjson.loads(out.text)) for at, out in self.log if isinstance(out, Send)]

    def events(self, *names: str) -> list[tuple[int, dict[str, Any]]]:
        return [(at, message) for at, message in self.messages if message["event"] in names]

    @property
    def echoes(self) -> list[tuple[int, str]]:
        return [(at, message["mark"]["name"]) for at, message in self.events("mark")]

    @property
    def notes(self) -> list[str]:
        return [out.kind for _, out in self.log if isinstance(out, Note)]

    @property
    def heard(self) -> bytes:
        return b"".join(out.payload for _, out in self.log if isinstance(out, Played))

    @property
    def ends(self) -> list[Output]:
        return [out for _, out in self.log if isinstance(out, Close | Drop)]


def test_connected_then_start_with_the_documented_fields() -> None:
    """C170.1: `connected` at once, `start` 10 ms after it, sequence number "1"."""
    line = Line()
    line.run_to(1_100)
    (connected_ms, connected), (start_ms, start) = line.messages
    assert connected == {"event": "connected", "protocol": "Call", "version": "1.0.0"}
    assert start_ms - connected_ms == 10
    assert start == {
        "event": "start",
        "sequenceNumber": "1",
        "streamSid": SID,
        "start": {
            "streamSid": SID,
            "accountSid": IDENTITY.account_sid,
            "callSid": IDENTITY.call_sid,
            "tracks": ["inbound"],
            "customParameters": {"tok": 't-1 "quoted"'},
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        },
    }


@pytest.mark.parametrize("seed", range(5))
def test_the_media_of_a_caller_comes_as_captured_streams_have_it(seed: int) -> None:
    """C170.2: first media ~140 ms after `start`; timestamps 100-200, then 19.97 ms on average."""
    line = Line(seed=seed)
    line.run_to(61_000)
    media = line.events("media")
    times = [at for at, _ in media]
    stamps = [int(message["media"]["timestamp"]) for _, message in media]
    assert 125 <= times[0] - 1_010 <= 155
    assert 100 <= stamps[0] <= 200
    steps = [later - earlier for earlier, later in pairwise(stamps)]
    assert len(set(steps)) > 3
    assert all(13 <= step <= 26 for step in steps)
    assert stamps[-1] - stamps[0] == pytest.approx(19.97 * (len(stamps) - 1), abs=7)
    assert [at - times[0] for at in times] == [stamp - stamps[0] for stamp in stamps]
    for number, (_, message) in enumerate(media, 1):
        assert message["media"]["chunk"] == str(number)
        assert message["sequenceNumber"] == str(number + 1)
        assert message["media"]["track"] == "inbound"
        assert base64.b64decode(message["media"]["payload"]) == TONE


def test_silence_is_sent_too() -> None:
    """C170.2: a quiet caller still sends 50 frames a second."""
    line = Line(payload=SILENCE)
    line.run_to(3_000)
    payloads = {message["media"]["payload"] for _, message in line.events("media")}
    assert len(line.events("media")) > 90
    assert payloads == {"/" * 213 + "w=="}


def test_the_order_of_keys_changes_between_the_types_of_messages() -> None:
    """C170.2: whoever reads by position reads wrongly."""
    line = Line()
    line.run_to(1_300)
    line.mark("m")
    line.do(line.stream.press, "5")
    line.do(line.stream.hang_up)
    orders = {tuple(message) for _, message in line.events("media", "mark", "dtmf", "start")}
    assert {keys.index("streamSid") for keys in orders} == {1, 2, 3}


def test_audio_of_any_size_plays_continuously_from_the_millisecond_of_its_arrival() -> None:
    """C170.3: one queue, 8 bytes a millisecond; the mark comes when all before it has played."""
    line = Line()
    line.run_to(1_507)
    for size in (1, 7, 333, 0, 2_059):
        line.media(b"\x01" * size)
    line.mark("all")
    line.run_to(3_000)
    assert line.echoes == [(1_507 + 300, "all")]
    assert line.heard.find(b"\x01") == 507 * 8
    assert line.heard.rstrip(b"\xff") == b"\xff" * 507 * 8 + b"\x01" * 2_400
    assert line.stream.played_ms(3_000) == 300
    assert len(line.heard) == 2_000 * 8


def test_a_mark_on_an_empty_queue_is_echoed_at_once() -> None:
    """C170.3."""
    line = Line()
    line.run_to(1_500)
    line.mark("probe")
    assert line.echoes == []
    line.run_to(1_500)
    assert line.echoes == [(1_500, "probe")]


def test_the_caller_has_heard_part_of_a_message_when_time_stands_inside_it() -> None:
    line = Line()
    line.run_to(1_500)
    line.media(b"\x01" * 8_000)
    line.run_to(1_533)
    assert line.stream.played_ms(1_533) == 33


@given(st.integers(0, 2**32), st.integers(1, 900), st.integers(1, 5))
def test_clear_echoes_all_outstanding_marks_in_order_within_40_ms(
    seed: int, after_ms: int, marks: int
) -> None:
    """C170.3: cleared and played marks look the same; audio after the `clear` is heard."""
    line = Line(seed=seed)
    line.run_to(1_500)
    names = [f"m{number}" for number in range(marks)]
    for name in names:
        line.media(b"\x01" * 8_000)
        line.mark(name)
    line.run_to(1_500 + after_ms)
    line.clear()
    line.media(b"\x02" * 800)
    line.mark("new")
    line.run_to(3_000)
    assert [name for _, name in line.echoes] == [*names, "new"]
    assert all(0 <= at - 1_500 - after_ms <= 40 for at, _ in line.echoes[:-1])
    assert line.heard.count(b"\x01") == after_ms * 8
    assert line.heard.count(b"\x02") == 800
    assert set(line.events("mark")[0][1]) == set(line.events("mark")[-1][1])


def test_a_second_clear_does_not_put_off_the_echoes_of_the_first() -> None:
    """C170.3."""
    line = Line(settings=CarrierSettings(clear_echo_ms=(40, 40)))
    line.run_to(1_500)
    line.media(b"\x01" * 8_000)
    line.mark("m")
    line.clear()
    line.run_to(1_530)
    line.clear()
    line.run_to(2_000)
    assert line.echoes == [(1_540, "m")]


def test_more_than_ten_minutes_of_audio_are_discarded() -> None:
    """C170.4: 31931."""
    line = Line()
    line.run_to(1_500)
    line.media(b"\x01" * 8_000 * 599)
    assert line.notes == []
    line.media(b"\x01" * 8_000 * 2)
    assert line.notes == ["31931"]
    line.mark("end")
    line.run_to(1_500 + 601_000)
    assert line.echoes == [(1_500 + 600_000, "end")]


def media_for(sid: str, **more: object) -> dict[str, object]:
    return {"event": "media", "streamSid": sid, "media": {"payload": "AQEB", **more}}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b'{"event":"clear"}', "31950"),
        ("{", "31951"),
        ("[]", "31951"),
        ("null", "31951"),
        (media_for("MZ" + "4" * 32), "31951"),
        (media_for(SID, track="inbound"), "31951"),
        (media_for(SID) | {"sequenceNumber": "1"}, "31951"),
        ({"event": "media", "streamSid": SID}, "31951"),
        ({"event": "media", "streamSid": SID, "media": {"payload": 7}}, "31951"),
        ({"event": "media", "streamSid": SID, "media": {"payload": "AQ*B"}}, "31951"),
        ({"event": "mark", "streamSid": SID}, "31951"),
        ({"event": "mark", "streamSid": SID, "name": "m"}, "31951"),
        ({"event": "mark", "mark": {"name": "m"}}, "31951"),
        ({"event": "stop", "streamSid": SID}, "31951"),
        ({"event": "clear", "streamSid": SID, "why": "x"}, "31951"),
        (f'{{"event":"mark","streamSid":"{SID}","mark":{{"name":"a"b"}}}}', "31951"),
    ],
)
def test_what_is_wrong_is_logged_and_ignored(message: Any, code: str) -> None:
    """C170.4: 31950 for binary frames, 31951 for the rest."""
    line = Line()
    line.run_to(1_500)
    line.say(message)
    line.run_to(1_600)
    assert line.notes == [code]
    assert line.echoes == []
    assert line.heard.count(0xFF) == len(line.heard)
    line.mark("still here")
    line.run_to(1_700)
    assert [name for _, name in line.echoes] == ["still here"]


@pytest.mark.parametrize("name", ["plain", 'quo"te', "back\\slash", "ünï\u2028", "tab\t", ""])
def test_a_name_comes_back_as_it_was_whatever_its_spelling(name: str) -> None:
    """C170.4: only what is wrong is refused: other spellings of good JSON are read."""
    line = Line()
    line.run_to(1_500)
    line.mark(name)
    line.say(f'{{ "mark": {{"name": "sp\\u0061ced"}}, "streamSid": "{SID}", "event": "mark" }}')
    line.say(f'{{"event":"media","streamSid":"{SID}","media":{{"payload":"\\/w=="}}}}')
    line.run_to(1_600)
    assert [echo for _, echo in line.echoes] == [name, "spaced"]
    assert line.notes == []


def test_before_start_nothing_is_played() -> None:
    line = Line()
    line.media(TONE)
    line.run_to(1_500)
    assert line.notes == ["31951"]
    assert line.heard.count(0xFF) == len(line.heard)


def test_a_hang_up_is_stop_then_close_and_outstanding_marks_are_lost() -> None:
    """C170.5: what was heard is known to the millisecond of the hang-up."""
    line = Line()
    line.run_to(1_500)
    line.media(b"\x01" * 8_000)
    line.mark("never")
    line.run_to(1_533)
    line.do(line.stream.hang_up)
    line.run_to(9_000)
    (stopped_ms, stop), *_ = line.events("stop")
    assert stop["stop"] == {"accountSid": IDENTITY.account_sid, "callSid": IDENTITY.call_sid}
    assert line.messages[-1] == (stopped_ms, stop)
    assert line.log[-1] == (stopped_ms + 10, Close(1000))
    assert line.echoes == []
    assert line.heard.count(b"\x01") == 33 * 8
    assert line.stream.deadline_ms is None
    assert line.stream.is_closed


def test_after_the_gateways_close_nothing_comes() -> None:
    """C170.5: the carrier neither answers nor repeats anything on a closed socket."""
    line = Line()
    line.run_to(1_500)
    line.media(b"\x01" * 8_000)
    line.mark("never")
    line.run_to(1_611)
    line.do(line.stream.disconnected)
    count = len(line.messages)
    line.do(line.stream.hang_up)
    line.do(line.stream.press, "1")
    line.media(TONE)
    line.run_to(20_000)
    assert len(line.messages) == count
    assert line.ends == []
    assert line.heard.count(b"\x01") == 111 * 8
    assert line.stream.deadline_ms is None


def test_a_new_stream_of_the_call_counts_from_1_again() -> None:
    """C170.6: after a redirect the call has a new `MZ`."""
    other = StreamIdentity(IDENTITY.account_sid, IDENTITY.call_sid, "MZ" + "5" * 32)
    first, second = Line(), Line(identity=other)
    for line in (first, second):
        line.run_to(2_000)
    assert second.events("start")[0][1]["sequenceNumber"] == "1"
    assert second.events("media")[0][1]["media"]["chunk"] == "1"
    assert {message.get("streamSid") for _, message in second.messages} == {None, other.stream_sid}


def test_a_key_is_one_message_with_its_own_track_name() -> None:
    """C170.7: `inbound_track`, one digit, in the common sequence."""
    line = Line()
    line.run_to(1_500)
    before = int(line.messages[-1][1]["sequenceNumber"])
    line.do(line.stream.press, "#")
    assert line.messages[-1][1] == {
        "event": "dtmf",
        "streamSid": SID,
        "sequenceNumber": str(before + 1),
        "dtmf": {"track": "inbound_track", "digit": "#"},
    }


def test_a_late_wake_does_everything_in_the_order_it_was_due() -> None:
    """A server's timer may be late: timestamps and playback do not move."""
    punctual, late = Line(), Line()
    for line in (punctual, late):
        line.run_to(1_500)
        line.media(b"\x01" * 4_000)
        line.mark("m")
    punctual.run_to(2_500)
    late.now_ms = 2_500
    late.do(late.stream.wake)
    assert [out for _, out in late.log] == [out for _, out in punctual.log]


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
    line = Line(CarrierFault(kind, at_index=1))
    line.run_to(1_300)
    sizes = [len(base64.b64decode(each["media"]["payload"])) for _, each in line.events("media")]
    assert sizes[: len(payloads)] == payloads
    chunks = [int(each["media"]["chunk"]) for _, each in line.events("media")]
    assert chunks == list(range(1, len(chunks) + 1))


def test_media_stops_for_a_while() -> None:
    """C173, carrier: no media."""
    line = Line(CarrierFault("media_stops", at_ms=1_000, length=(500, 500)))
    line.run_to(4_000)
    times = [at for at, _ in line.events("media")]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert 480 <= max(gaps) <= 560
    assert sorted(gaps)[-2] < 30


def test_a_stall_holds_everything_back_and_releases_it_in_order() -> None:
    """C173, carrier: bunching and stalls towards the gateway; playback goes on."""
    line = Line(CarrierFault("stall_out", at_ms=1_000, length=(700, 700)))
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
    line = Line(CarrierFault("stall_out", at_ms=1_000, length=(700, 700)))
    line.run_to(2_600)
    line.do(line.stream.wake)
    line.now_ms = 3_400
    line.do(line.stream.wake)
    numbers = [int(message["sequenceNumber"]) for _, message in line.messages[1:]]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_stall_of_the_gateways_direction_delays_what_it_sends() -> None:
    """C173, carrier: stalls from the gateway, with the order kept."""
    line = Line(CarrierFault("stall_in", at_ms=1_000, length=(300, 300)))
    line.run_to(2_100)
    line.media(b"\x01" * 800)
    line.clear()
    line.media(b"\x02" * 800)
    line.run_to(4_000)
    assert line.heard.count(b"\x01") == 0
    assert 1_300 * 8 <= line.heard.find(b"\x02") <= 1_330 * 8


def marked(*faults: CarrierFault) -> list[tuple[int, str]]:
    line = Line(*faults)
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
    line = Line(CarrierFault("clear_slow", probability=1.0, length=(200, 200)))
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
    line = Line(CarrierFault(kind, at_ms=1_000))
    line.run_to(9_000)
    assert bool(line.events("stop")) == has_stop
    assert line.ends == end
    assert len(line.events("media")) < 60
    assert line.notes == ["fault"]


def test_messages_nobody_knows() -> None:
    """C173, carrier: unknown event, huge message."""
    line = Line(CarrierFault("unknown_event", at_ms=500), CarrierFault("huge_message", at_ms=900))
    line.run_to(3_000)
    sizes = [len(orjson.dumps(each)) for _, each in line.events("simulated")]
    assert len(sizes) == 2
    assert sizes[0] < 300 < 70_000 < sizes[1]


def test_start_comes_late_or_never() -> None:
    """C173, carrier: `start` late or missing."""
    late = Line(CarrierFault("start_late", at_index=0, length=(3_000, 3_000)))
    late.run_to(6_000)
    assert late.events("start")[0][0] == 1_000 + 10 + 3_000
    never = Line(CarrierFault("start_missing", at_index=0))
    never.run_to(60_000)
    assert len(never.messages) == 1
    never.do(never.stream.hang_up)
    assert never.ends == [Close(1000)]


def test_one_fault_more_does_not_move_the_others() -> None:
    """C173: each fault has its own random stream."""

    def lost(*more: CarrierFault) -> list[int]:
        line = Line(*more, CarrierFault("frame_lost", probability=0.1))
        line.run_to(6_000)
        times = [at for at, _ in line.events("media")]
        return [at for at, later in pairwise(times) if later - at > 30]

    alone = lost()
    assert len(alone) > 5
    assert lost(CarrierFault("mark_lost", probability=0.5)) == alone
    with_doubles = lost(CarrierFault("frame_doubled", probability=0.3))
    assert with_doubles == alone


def test_the_same_seed_gives_the_same_bytes() -> None:
    """C174: a stream is a function of its inputs."""
    faults = (CarrierFault("bunch", probability=0.02), CarrierFault("frame_lost", 0.02))

    def log(seed: int) -> list[tuple[int, Output]]:
        line = Line(*faults, seed=seed)
        line.run_to(5_000)
        line.media(TONE * 10)
        line.clear()
        line.run_to(10_000)
        return line.log

    assert log(7) == log(7)
    assert log(7) != log(8)


def test_every_behaviour_names_its_source() -> None:
    """C169: documented, reported or assumed, and by whom."""
    modules = (capture, carrier, carrier_faults, carrier_messages, carrier_settings, playback)
    known = [each for module in modules for each in getattr(module, "ASSUMPTIONS", ())]
    assert len(known) > 20
    assert all(each.behaviour and each.source for each in known)


def test_a_wander_that_would_reorder_frames_is_refused() -> None:
    with pytest.raises(ValueError, match="wander_ms"):
        CarrierSettings(wander_ms=10)
