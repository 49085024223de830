"""Counters read at scrape: what the shell counts, in a registry of its own.

No label holds a call, a number or anything a stranger can choose: paths are routes, the rest are
members of enums.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

_SHORT_MS = (0.5, 1, 2, 5, 10, 20, 50, 100, 200)
_TTFA_MS = (200, 250, 300, 350, 400, 450, 500, 600, 800, 1_000, 1_500, 2_000, 5_000)
_SPEECH_MS = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)


class Metrics:
    """One process's figures; bump the attributes, `render` when asked."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.webhooks = Counter(
            "voicegate_webhooks",
            "Webhooks answered, by route and HTTP status.",
            ("path", "answer"),
            registry=registry,
        )
        self.webhooks_refused = Counter(
            "voicegate_webhooks_refused",
            "Webhooks refused before anything was stored.",
            ("path", "cause"),
            registry=registry,
        )
        self.streams_refused = Counter(
            "voicegate_streams_refused",
            "Media sockets refused, before or after the upgrade.",
            ("cause",),
            registry=registry,
        )
        self.calls_live = Gauge(
            "voicegate_calls_live", "Calls between their webhook and their end.", registry=registry
        )
        self.model_breaker_open = Gauge(
            "voicegate_model_breaker_open",
            "1 while new calls are kept from a model that fails.",
            registry=registry,
        )
        self.calls_ended = Counter(
            "voicegate_calls_ended", "Calls ended.", ("reason",), registry=registry
        )
        self.bargeins = Counter(
            "voicegate_bargeins", "Callers speaking over us.", ("verdict",), registry=registry
        )
        self.cut_heard_ms = Histogram(
            "voicegate_cut_heard_ms",
            "Of an item that was cut: how much the caller heard.",
            buckets=_SPEECH_MS,
            registry=registry,
        )
        self.cut_unheard_ms = Histogram(
            "voicegate_cut_unheard_ms",
            "Of an item that was cut: how much was never heard.",
            buckets=_SPEECH_MS,
            registry=registry,
        )
        self.ttfa_ms = Histogram(
            "voicegate_ttfa_ms",
            "From the caller's turn committed to the first audio of its answer written.",
            buckets=_TTFA_MS,
            registry=registry,
        )
        self.uplink_frames = Counter(
            "voicegate_uplink_frames",
            "Caller frames of 20 ms: forwarded, or booked under the reason why not.",
            ("fate",),
            registry=registry,
        )
        self.loop_lag_ms = Histogram(
            "voicegate_loop_lag_ms",
            "How late the event loop was.",
            buckets=_SHORT_MS,
            registry=registry,
        )
        self.gc_pause_ms = Histogram(
            "voicegate_gc_pause_ms",
            "How long one garbage collection took.",
            buckets=_SHORT_MS,
            registry=registry,
        )

    def render(self) -> tuple[bytes, str]:
        """The exposition text and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST
