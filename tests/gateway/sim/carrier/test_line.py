"""The carrier's end of one media stream, on a virtual clock."""

import base64
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.gateway.sim.carrier import capture, playback
from voicegate.gateway.sim.carrier import faults as carrier_faults
from voicegate.gateway.sim.carrier import line as carrier
from voicegate.gateway.sim.carrier import messages as carrier_messages
from voicegate.gateway.sim.carrier import settings as carrier_settings
from voicegate.gateway.sim.carrier.driven_line import IDENTITY, SID, TONE, DrivenLine
from voicegate.gateway.sim.carrier.faults import CarrierFault
from voicegate.gateway.sim.carrier.messages import StreamIdentity
from voicegate.gateway.sim.carrier.playback import SILENCE
from voicegate.gateway.sim.carrier.settings import CarrierSettings
from voicegate.gateway.sim.outputs import Close, Output


def test_connected_then_start_with_the_documented_fields() -> None:
    """C170.1: `connected` at once, `start` 10 ms after it, sequence number "1"."""
    line = DrivenLine()
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
    line = DrivenLine(seed=seed)
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
    line = DrivenLine(payload=SILENCE)
    line.run_to(3_000)
    payloads = {message["media"]["payload"] for _, message in line.events("media")}
    assert len(line.events("media")) > 90
    assert payloads == {"/" * 213 + "w=="}


def test_the_order_of_keys_changes_between_the_types_of_messages() -> None:
    """C170.2: whoever reads by position reads wrongly."""
    line = DrivenLine()
    line.run_to(1_300)
    line.mark("m")
    line.do(line.stream.press, "5")
    line.do(line.stream.hang_up)
    orders = {tuple(message) for _, message in line.events("media", "mark", "dtmf", "start")}
    assert {keys.index("streamSid") for keys in orders} == {1, 2, 3}


def test_audio_of_any_size_plays_continuously_from_the_millisecond_of_its_arrival() -> None:
    """C170.3: one queue, 8 bytes a millisecond; the mark comes when all before it has played."""
    line = DrivenLine()
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
    line = DrivenLine()
    line.run_to(1_500)
    line.mark("probe")
    assert line.echoes == []
    line.run_to(1_500)
    assert line.echoes == [(1_500, "probe")]


def test_the_caller_has_heard_part_of_a_message_when_time_stands_inside_it() -> None:
    line = DrivenLine()
    line.run_to(1_500)
    line.media(b"\x01" * 8_000)
    line.run_to(1_533)
    assert line.stream.played_ms(1_533) == 33


@given(st.integers(0, 2**32), st.integers(1, 900), st.integers(1, 5))
def test_clear_echoes_all_outstanding_marks_in_order_within_40_ms(
    seed: int, after_ms: int, marks: int
) -> None:
    """C170.3: cleared and played marks look the same; audio after the `clear` is heard."""
    line = DrivenLine(seed=seed)
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
    line = DrivenLine(settings=CarrierSettings(clear_echo_ms=(40, 40)))
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
    line = DrivenLine()
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
    line = DrivenLine()
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
    line = DrivenLine()
    line.run_to(1_500)
    line.mark(name)
    line.say(f'{{ "mark": {{"name": "sp\\u0061ced"}}, "streamSid": "{SID}", "event": "mark" }}')
    line.say(f'{{"event":"media","streamSid":"{SID}","media":{{"payload":"\\/w=="}}}}')
    line.run_to(1_600)
    assert [echo for _, echo in line.echoes] == [name, "spaced"]
    assert line.notes == []


def test_before_start_nothing_is_played() -> None:
    line = DrivenLine()
    line.media(TONE)
    line.run_to(1_500)
    assert line.notes == ["31951"]
    assert line.heard.count(0xFF) == len(line.heard)


def test_a_hang_up_is_stop_then_close_and_outstanding_marks_are_lost() -> None:
    """C170.5: what was heard is known to the millisecond of the hang-up."""
    line = DrivenLine()
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
    line = DrivenLine()
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
    first, second = DrivenLine(), DrivenLine(identity=other)
    for line in (first, second):
        line.run_to(2_000)
    assert second.events("start")[0][1]["sequenceNumber"] == "1"
    assert second.events("media")[0][1]["media"]["chunk"] == "1"
    assert {message.get("streamSid") for _, message in second.messages} == {None, other.stream_sid}


def test_a_key_is_one_message_with_its_own_track_name() -> None:
    """C170.7: `inbound_track`, one digit, in the common sequence."""
    line = DrivenLine()
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
    punctual, late = DrivenLine(), DrivenLine()
    for line in (punctual, late):
        line.run_to(1_500)
        line.media(b"\x01" * 4_000)
        line.mark("m")
    punctual.run_to(2_500)
    late.now_ms = 2_500
    late.do(late.stream.wake)
    assert [out for _, out in late.log] == [out for _, out in punctual.log]


def test_the_same_seed_gives_the_same_bytes() -> None:
    """C174: a stream is a function of its inputs."""
    faults = (CarrierFault("bunch", probability=0.02), CarrierFault("frame_lost", 0.02))

    def log(seed: int) -> list[tuple[int, Output]]:
        line = DrivenLine(*faults, seed=seed)
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
