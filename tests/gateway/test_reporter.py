"""Facts of a call as figures and lines."""

import pytest
from structlog.testing import capture_logs

from voicegate.gateway.core.actions import EndReason, fact
from voicegate.gateway.core.uplink import Booked
from voicegate.gateway.metrics import Metrics
from voicegate.gateway.reporter import Reporter


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_an_end_is_counted_under_its_reason() -> None:
    """C20."""
    for reason in EndReason:
        metrics = Metrics()
        Reporter("one", metrics).saw_fact(fact("call.ended", reason=reason), 0)
        assert value(metrics, "voicegate_calls_ended_total", reason=reason.value) == 1.0


def test_frames_are_counted_at_the_end_as_forwarded_or_by_the_reason_why_not() -> None:
    """C27."""
    metrics = Metrics()
    reporter = Reporter("one", metrics)
    for forwarded, booked in ((48, 2), (10, 0)):
        reasons = {f"booked_{why}": booked * n for n, why in enumerate(Booked, start=1)}
        reporter.saw_fact(
            fact("call.ended", reason="drained", frames_forwarded=forwarded, **reasons), 0
        )
    name = "voicegate_uplink_frames_total"
    assert value(metrics, name, fate="forwarded") == 58.0
    assert [value(metrics, name, fate=why) for why in Booked] == [2.0, 4.0, 6.0, 8.0, 10.0]


def test_a_cut_is_counted_with_what_was_heard_and_what_was_not() -> None:
    metrics = Metrics()
    reporter = Reporter("one", metrics)
    reporter.saw_fact(fact("bargein.cut", source="speech", heard_ms=700, unheard_ms=300), 0)
    reporter.saw_fact(fact("bargein.ignored", source="speech", heard_ms=0, unheard_ms=9_000), 0)
    assert value(metrics, "voicegate_bargeins_total", verdict="cut") == 1.0
    assert value(metrics, "voicegate_bargeins_total", verdict="ignored") == 1.0
    assert value(metrics, "voicegate_cut_heard_ms_sum") == 700.0
    assert value(metrics, "voicegate_cut_unheard_ms_sum") == 300.0


def test_every_fact_is_one_line_with_the_call_its_time_and_its_fields() -> None:
    with capture_logs() as lines:
        Reporter("one", Metrics()).saw_fact(fact("model.ready", attempt=2), 1_234)
    assert lines == [
        {"event": "model.ready", "log_level": "info", "call": "one", "at_ms": 1_234, "attempt": 2}
    ]


def test_faults_weigh_more_than_news_and_alarms_more_than_faults() -> None:
    reporter = Reporter("one", Metrics())
    with capture_logs() as lines:
        reporter.saw_fact(fact("model.ready"), 0)
        reporter.saw_fact(fact("error.model", row="E14", alarm=False), 0)
        reporter.saw_fact(fact("error.model", row="E13", alarm=True), 0)
    assert [line["log_level"] for line in lines] == ["info", "warning", "error"]


def test_a_model_that_nobody_reaches_is_told_with_its_place() -> None:
    """E1."""
    with capture_logs() as lines:
        reporter = Reporter("one", Metrics(), "api.openai.com:443")
        reporter.saw_fact(fact("model.refused", row="E1", cause="http_0"), 0)
        reporter.saw_fact(fact("model.refused", row="E2", cause="http_401"), 0)
    assert [line["cause"] for line in lines] == ["unreachable", "http_401"]
    assert [line.get("model_at") for line in lines] == ["api.openai.com:443", None]


def crash_over(words: str) -> Exception:
    heard: dict[str, int] = {}
    with pytest.raises(KeyError) as caught:
        del heard[words]
    return caught.value


def test_a_crash_tells_where_and_nothing_that_was_said() -> None:
    """C146."""
    words = "my card number is four two four two"
    with capture_logs() as lines:
        Reporter("one", Metrics()).saw_crash(crash_over(words))
    assert len(lines) == 1
    assert words not in repr(lines)
    assert (lines[0]["call"], lines[0]["error"]) == ("one", "KeyError")
    assert lines[0]["where"][0].startswith("test_reporter.py:")


def test_steps_are_no_news() -> None:
    with capture_logs() as lines:
        Reporter("one", Metrics()).saw_step(None, [fact("model.ready")], 0)
    assert lines == []


# -- figures ---------------------------------------------------------------------------------------

CALL = (
    (0, fact("leg.started", stream="MZ1")),
    (10, fact("call.talking", greets=False)),
    (2_000, fact("turn.committed", item="u1")),
    (2_090, fact("response.created", response="r1")),
    (2_380, fact("audio.first_sent", item="a", response="r1", lead_ms=0)),
    (4_000, fact("turn.committed", item="u2")),
    (4_090, fact("response.created", response="r2")),
    (4_470, fact("audio.first_sent", item="b", response="r2", lead_ms=0)),
    (9_000, fact("call.ended", reason="caller_hung_up", frames_in=450, frames_forwarded=450)),
)


def test_the_time_to_the_first_audio_of_each_answer_is_observed() -> None:
    """C167: 380 and 470 ms, one of them within the goal of 450 ms."""
    metrics = Metrics()
    reporter = Reporter("one", metrics)
    for at_ms, each in CALL:
        reporter.saw_fact(each, at_ms)
    assert value(metrics, "voicegate_ttfa_ms_count") == 2.0
    assert value(metrics, "voicegate_ttfa_ms_sum") == 850.0
    assert value(metrics, "voicegate_ttfa_ms_bucket", le="450.0") == 1.0


def test_a_call_ends_with_one_line_of_figures() -> None:
    """C167: after its last fact; numbers, and nothing that was said."""
    reporter = Reporter("one", Metrics())
    with capture_logs() as lines:
        for at_ms, each in CALL:
            reporter.saw_fact(each, at_ms)
    figures = lines.pop()
    assert {line["event"] for line in lines} == {each.name for _, each in CALL}
    assert (figures.pop("event"), figures.pop("call")) == ("call.figures", "one")
    assert figures.pop("log_level") == "info"
    assert (figures["answered"], figures["ttfa_p50_ms"], figures["ttfa_p95_ms"]) == (2, 380, 470)
    assert all(isinstance(figure, int) for figure in figures.values())
