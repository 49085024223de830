"""Steps of the gateway become happenings, in their order."""

from voicegate.gateway.core.actions import (
    CancelResponse,
    ClearAudio,
    HearAudio,
    TruncateItem,
    fact,
)
from voicegate.gateway.core.events import (
    CallerAudio,
    CallerDigit,
    LegClosed,
    LegEnd,
    ModelAudio,
    ModelHeardSpeech,
    ModelOpened,
)
from voicegate.gateway.sim.demo.log import CallLog
from voicegate.gateway.sim.demo.watcher import GatewayWatcher


def watched(zero_ms: int = 1_000) -> tuple[GatewayWatcher, CallLog]:
    log = CallLog(lambda _: None)
    return GatewayWatcher(log, zero_ms), log


def test_a_step_is_its_event_then_what_was_done() -> None:
    watcher, log = watched()
    cut = [
        ClearAudio(),
        CancelResponse("cancel-1", "r1"),
        TruncateItem("truncate-2", "a", 700),
        fact("bargein.cut", heard_ms=700),
    ]
    watcher.saw_step(ModelHeardSpeech("u1", 40), list(cut), 1_250)
    assert [(h.at_ms, h.who, h.what) for h in log.happenings] == [
        (250, "model", "ModelHeardSpeech"),
        (250, "gateway", "ClearAudio"),
        (250, "gateway", "CancelResponse"),
        (250, "gateway", "TruncateItem"),
        (250, "gateway", "bargein.cut"),
    ]
    assert log.happenings[3].fields == {
        "event_id": "truncate-2",
        "item_id": "a",
        "heard_ms": 700,
    }


def test_audio_is_kept_as_its_length() -> None:
    watcher, log = watched()
    watcher.saw_step(ModelAudio("a", "r1", b"\x20" * 1_600), [], 1_000)
    (happening,) = log.happenings
    assert happening.fields == {"item_id": "a", "response_id": "r1", "payload_ms": 200}


def test_frames_of_the_caller_are_no_news() -> None:
    watcher, log = watched()
    watcher.saw_step(CallerAudio(b"\x20" * 160, 100), [HearAudio(b"\x20" * 160)], 1_000)
    assert not log.happenings


def test_a_wake_has_no_event_and_a_leg_is_the_carriers() -> None:
    watcher, log = watched()
    watcher.saw_step(None, [fact("cover.started")], 1_000)
    watcher.saw_step(CallerDigit("5"), [], 1_000)
    watcher.saw_step(LegClosed(LegEnd.STOPPED), [], 1_000)
    assert [(h.who, h.what) for h in log.happenings] == [
        ("gateway", "cover.started"),
        ("carrier", "CallerDigit"),
        ("carrier", "LegClosed"),
    ]
    assert log.happenings[2].fields == {"why": "stopped"}


def test_only_plain_members_are_kept() -> None:
    watcher, log = watched()
    watcher.saw_step(ModelOpened("pcmu", "pcmu", ("voice",)), [], 1_000)
    assert log.happenings[0].fields == {"input_format": "pcmu", "output_format": "pcmu"}


def test_a_crash_is_seen() -> None:
    watcher, log = watched()
    watcher.saw_crash(KeyError("secret"))
    assert log.happenings[0].fields == {"error": "KeyError"}
