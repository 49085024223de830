"""What a scrape shows, and that no label can single out a call."""

from prometheus_client.parser import text_string_to_metric_families

from voicegate.gateway.metrics import Metrics


def families(metrics: Metrics) -> dict[str, dict[tuple[str, ...], float]]:
    """Sample values by name and labels."""
    text = metrics.render()[0].decode()
    return {
        family.name: {
            (sample.name, *sample.labels.values()): sample.value for sample in family.samples
        }
        for family in text_string_to_metric_families(text)
    }


def test_what_was_counted_is_shown() -> None:
    metrics = Metrics()
    metrics.webhooks.labels("/twilio/voice", "200").inc()
    metrics.webhooks_refused.labels("/twilio/voice", "signature").inc()
    metrics.streams_refused.labels("used").inc(99)
    metrics.calls_live.inc()
    metrics.calls_ended.labels("caller_hung_up").inc()
    metrics.bargeins.labels("cut").inc()
    metrics.cut_heard_ms.observe(740)
    metrics.uplink_frames.labels("forwarded").inc(50)
    shown = families(metrics)
    assert shown["voicegate_streams_refused"]["voicegate_streams_refused_total", "used"] == 99
    assert shown["voicegate_calls_live"]["voicegate_calls_live",] == 1
    assert shown["voicegate_cut_heard_ms"]["voicegate_cut_heard_ms_sum",] == 740
    assert shown["voicegate_uplink_frames"]["voicegate_uplink_frames_total", "forwarded"] == 50


def test_no_label_can_hold_a_call_or_a_number() -> None:
    """C146: the labels are these, and each has few values."""
    metrics = Metrics()
    labels = {
        name: names
        for name in vars(metrics)
        if (names := getattr(getattr(metrics, name), "_labelnames", ()))
    }
    assert labels == {
        "webhooks": ("path", "answer"),
        "webhooks_refused": ("path", "cause"),
        "streams_refused": ("cause",),
        "calls_ended": ("reason",),
        "bargeins": ("verdict",),
        "uplink_frames": ("fate",),
    }


def test_all_names_begin_with_voicegate() -> None:
    assert all(name.startswith("voicegate_") for name in families(Metrics()))


def test_two_gateways_in_one_process_do_not_share_figures() -> None:
    one, other = Metrics(), Metrics()
    one.calls_live.set(7)
    assert families(other)["voicegate_calls_live"]["voicegate_calls_live",] == 0


def test_the_content_type_is_that_of_the_exposition_format() -> None:
    assert Metrics().render()[1].startswith("text/plain; version=")
