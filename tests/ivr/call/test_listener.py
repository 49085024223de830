"""Speech on the line while no model listens."""

import pytest

from voicegate.ivr.call.listener import ONSET_FRAMES, RELEASE_FRAMES, TONE_FRAMES, Listener

LOUD = b"\x10\x90" * 80
SILENCE = b"\xff" * 160
NOISE = b"\x65\xe5" * 80


def changes(listener: Listener, *frames: bytes) -> list[tuple[int, bool]]:
    found = [(n, listener.hear(frame)) for n, frame in enumerate(frames)]
    return [(n, change) for n, change in found if change is not None]


@pytest.mark.parametrize("background", [SILENCE, NOISE])
def test_speech_begins_and_ends_once_whatever_the_line_is_like(background: bytes) -> None:
    """Also where there is no noise at all to tell it from."""
    line = [background] * 50 + [LOUD] * 150 + [background] * 50
    begun, ended = 50 + ONSET_FRAMES - 1, 200 + RELEASE_FRAMES - 1
    assert changes(Listener("ulaw"), *line) == [(begun, True), (ended, False)]


def test_silence_and_noise_are_no_speech() -> None:
    assert changes(Listener("ulaw"), *[SILENCE] * 100, *[NOISE] * 500, b"") == []


def test_the_tone_of_a_key_is_no_speech() -> None:
    listener = Listener("ulaw")
    assert changes(listener, *[NOISE] * 50) == []
    listener.expect_tone()
    assert changes(listener, *[LOUD] * TONE_FRAMES, *[NOISE] * 50) == []
