"""All that the demo's caller says, hears and presses is noted, at the right time."""

from voicegate.gateway.sim.carrier.caller import loud
from voicegate.gateway.sim.carrier.playback import SILENCE
from voicegate.gateway.sim.demo.caller import DemoCaller
from voicegate.gateway.sim.demo.log import CallLog
from voicegate.gateway.sim.demo.script import Script, Utterance

ZERO_MS = 5_000
FINGERS = ("presses", "hangs up")
QUESTION = Utterance("Is it open?", SILENCE * 3 + loud(300))  # it begins like a pause
STOP = Utterance("Stop!", loud(400))


def played() -> CallLog:
    """A whole call: the agent speaks for 2 s, is silent for 2 s, and so on."""
    log = CallLog(lambda _: None)
    caller = DemoCaller(Script((QUESTION,), STOP), log, ZERO_MS)
    for tick in range(1, 1_000):
        now_ms = ZERO_MS + 20 * tick
        caller.frame(now_ms - 3)
        caller.heard(loud(20) if tick % 200 < 100 else SILENCE, now_ms)
        caller.due(now_ms)
    return log


def test_what_is_said_is_noted_with_its_words_and_length() -> None:
    said = [h for h in played().happenings if h.what == "speaks"]
    assert [h.fields for h in said] == [
        {"shown": "“Is it open?”", "sound_ms": 300},
        {"shown": "“Stop!”", "sound_ms": 400},
    ]


def test_the_track_has_the_utterances_where_they_were_noted() -> None:
    log = played()
    for happening, utterance in zip(
        (h for h in log.happenings if h.what == "speaks"), (QUESTION, STOP), strict=True
    ):
        sounding = utterance.audio.lstrip(b"\xff")
        start = happening.at_ms * 8
        assert log.caller.audio[start : start + len(sounding)] == sounding


def test_keys_and_the_end_are_noted() -> None:
    done = [(h.what, h.text("key")) for h in played().happenings if h.what in FINGERS]
    assert done == [("presses", "5"), ("presses", "#"), ("hangs up", "")]


def test_the_phone_is_heard_to_begin_and_to_fall_silent() -> None:
    log = CallLog(lambda _: None)
    caller = DemoCaller(Script((QUESTION,), STOP), log, ZERO_MS)
    late = b"\xff" * 40 + b"\x20" * 120
    for tick, payload in enumerate((SILENCE, late, loud(20), SILENCE), 1):
        caller.heard(payload, ZERO_MS + 20 * tick)
    assert [(h.at_ms, h.what) for h in log.happenings] == [(25, "plays"), (60, "falls silent")]
    assert bytes(log.agent.audio) == SILENCE + late + loud(20)
