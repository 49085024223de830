"""A demo call made by hand, to the millisecond."""

from random import Random

import pytest

from voicegate.gateway.sim.demo.events import Happening
from voicegate.gateway.sim.demo.figures import Figures, figures
from voicegate.gateway.sim.demo.lines import Line
from voicegate.gateway.sim.demo.log import CallLog

LENGTH_MS = 12_500


def _answers(log: CallLog, item: str, at_ms: int, words: str, made_ms: int, heard_ms: int) -> None:
    """An answer whose first audio comes at `at_ms` and sounds 2 ms later."""
    audio = bytes(Random(item).choices(range(1, 255), k=made_ms * 8))
    delta = {"item_id": item, "payload_ms": made_ms}
    log.add(Happening(at_ms, "model", "ModelAudio", delta), audio)
    log.saw(at_ms, "gateway", "PlayAudio", item_id=item, payload_ms=made_ms)
    log.saw(at_ms, "gateway", "audio.first_sent", item=item)
    log.saw(at_ms + 2, "phone", "plays")
    log.agent.put(audio[: heard_ms * 8], at_ms + 2)
    if heard_ms == made_ms:
        log.saw(at_ms + 40, "model", "ModelSaid", item_id=item, text=words, is_final=True)
        log.saw(at_ms + 2 + heard_ms, "phone", "falls silent")
    else:
        log.saw(at_ms + 40, "model", "ModelSaid", item_id=item, text=words, is_final=False)


def _speaks(log: CallLog, at_ms: int, words: str, sound_ms: int) -> None:
    log.saw(at_ms, "caller", "speaks", shown=f"“{words}”", sound_ms=sound_ms)
    log.caller.put(b"\x20" * sound_ms * 8, at_ms)


def _is_cut(log: CallLog) -> None:
    log.saw(6_600, "model", "ModelHeardSpeech", item_id="u2", audio_start_ms=6_000)
    log.saw(6_600, "gateway", "ClearAudio")
    log.saw(6_600, "gateway", "CancelResponse", response_id="r2")
    log.saw(6_600, "gateway", "TruncateItem", item_id="b", heard_ms=1_190)
    log.saw(6_600, "gateway", "bargein.cut", source="speech", heard_ms=1_190, unheard_ms=2_810)
    log.saw(6_601, "carrier", "cleared", after_ms=0.84)
    log.saw(6_602, "phone", "falls silent")


def _set_up(log: CallLog) -> None:
    log.saw(0, "caller", "dials")
    log.saw(12, "carrier", "webhook", path="/twilio/voice", took_ms=9)
    log.saw(30, "gateway", "model.ready")
    log.saw(400, "gateway", "leg.started", stream="MZ1")


@pytest.fixture
def lines() -> list[Line]:
    """What the screen was given, in order."""
    return []


@pytest.fixture
def log(lines: list[Line]) -> CallLog:
    """Greeting, question, interrupted answer, answer, keys, answer, hang-up."""
    log = CallLog(lines.append)
    _set_up(log)
    _answers(log, "a", 850, "Good morning.", made_ms=1_000, heard_ms=1_000)
    _speaks(log, 3_000, "What do I bring?", 1_500)
    log.saw(5_000, "model", "ModelHeardQuiet", item_id="u1")
    _answers(log, "b", 5_400, "Please bring your card and", made_ms=4_000, heard_ms=1_200)
    _speaks(log, 6_500, "Stop!", 1_000)
    _is_cut(log)
    log.saw(8_000, "model", "ModelHeardQuiet", item_id="u2")
    _answers(log, "c", 8_300, "Press five.", made_ms=1_000, heard_ms=1_000)
    log.saw(10_000, "caller", "presses", key="5")
    log.saw(10_300, "caller", "presses", key="#")
    log.saw(10_300, "gateway", "dtmf.collected", count=1)
    _answers(log, "d", 10_700, "You pressed 5.", made_ms=1_000, heard_ms=1_000)
    log.saw(LENGTH_MS, "caller", "hangs up")
    ended = {"reason": "caller_hung_up", "frames_in": 605, "frames_forwarded": 603}
    log.saw(LENGTH_MS, "gateway", "call.ended", **ended)
    return log


@pytest.fixture
def measured(log: CallLog) -> Figures:
    """Its figures."""
    return figures(log.happenings, log.answers.heard_on(log.agent), log.length_ms, late_ms=3)
