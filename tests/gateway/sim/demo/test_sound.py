"""Two tracks on one clock, as the phone had them."""

import wave
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voicegate.codecs.g711 import ulaw_decode
from voicegate.gateway.sim.carrier.playback import SILENCE
from voicegate.gateway.sim.demo.sound import Track, leading_silence, sounding_ms, write_stereo

FRAME = b"\x20" * 160


@given(st.lists(st.integers(-7, 7), min_size=1, max_size=50))
def test_frames_that_wander_make_an_unbroken_sound(wander_ms: list[int]) -> None:
    track = Track()
    at_ms = [40 + 20 * number for number in range(len(wander_ms))]
    for number, (due_ms, late_ms) in enumerate(zip(at_ms, wander_ms, strict=True)):
        track.put(FRAME, due_ms + (late_ms if number else 0))
    assert bytes(track.audio) == b"\xff" * 320 + FRAME * len(wander_ms)


def test_after_a_pause_sound_stands_at_its_own_time() -> None:
    track = Track()
    track.put(FRAME, 0)
    track.put(SILENCE, 20)
    track.put(FRAME, 500)
    assert bytes(track.audio) == FRAME + b"\xff" * 480 * 8 + FRAME


@given(st.integers(0, 300), st.integers(0, 300))
def test_agreement_ends_where_something_else_sounded(played: int, rest: int) -> None:
    payload = bytes(number % 200 + 1 for number in range(played + rest))
    track = Track()
    track.put(payload[:played] + b"\xff" * rest, 0)
    assert track.agreed(payload, 0) == played


def test_a_sound_is_found_where_it_was_played() -> None:
    track = Track()
    track.put(b"\x01\x02\x03\x04" * 40, 100)
    assert track.find(b"\x01\x02\x03\x04", 0) == 800
    assert track.find(b"\x09", 0) is None


def test_the_file_is_stereo_caller_left_agent_right(tmp_path: Path) -> None:
    caller, agent = Track(), Track()
    caller.put(b"\x10" * 160, 0)
    agent.put(b"\x90" * 160, 20)
    path = tmp_path / "call.wav"
    write_stereo(path, caller, agent, 60)
    with wave.open(str(path)) as file:
        shape = (file.getnchannels(), file.getsampwidth(), file.getframerate(), file.getnframes())
        samples = np.frombuffer(file.readframes(480), "<i2").reshape(-1, 2)
    assert shape == (2, 2, 8_000, 480)
    left, right = (int(ulaw_decode(code)[0]) for code in (b"\x10", b"\x90"))
    assert samples[:160].tolist() == [[left, 0]] * 160
    assert samples[160:320].tolist() == [[0, right]] * 160
    assert not samples[320:].any()


def test_levels_are_the_loudest_sample_of_20_ms() -> None:
    track = Track()
    track.put(b"\x00" + b"\xff" * 159, 20)
    assert track.peaks(60).round(2).tolist() == [0.0, 0.98, 0.0]


def test_an_utterance_sounds_from_its_first_to_its_last_audible_sample() -> None:
    assert sounding_ms(b"\xff" * 80 + FRAME + b"\xff" * 80) == (10, 30)
    assert sounding_ms(b"\xff" * 80) == (0, 0)


def test_silence_before_a_sound_is_counted() -> None:
    assert leading_silence(b"\xff" * 40 + b"\x20" * 120) == 40
    assert leading_silence(SILENCE) == 0
