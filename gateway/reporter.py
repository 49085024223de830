"""What happens to a call, as log lines and figures: each fact once, and nothing that was said."""

import traceback
from collections.abc import Mapping
from pathlib import PurePath

import structlog

from .core.actions import Action, Fact, Field
from .core.events import Event
from .core.kpi import CallTally
from .core.uplink import Booked
from .metrics import Metrics

_LOG = structlog.stdlib.get_logger("voicegate.call")
_WARNINGS = frozenset({"error.model", "model.lost", "model.refused", "response.missed"})
_VERDICT = "bargein."
_NO_ANSWER = "http_0"  # the call's word for a connection that no HTTP status ended


class Reporter:
    """The watcher of one call; `model_at` is host and port of its model, told if nobody answers."""

    def __init__(self, call_id: str, metrics: Metrics, model_at: str = "") -> None:
        self._log = _LOG.bind(call=call_id)
        self._metrics = metrics
        self._model_at = model_at
        self._tally = CallTally()

    def saw_fact(self, fact: Fact, now_ms: int) -> None:
        """One line, and the figures it moves; after the last fact a line of figures."""
        write = self._log.info
        if fact.fields.get("alarm"):
            write = self._log.error
        elif fact.name in _WARNINGS:
            write = self._log.warning
        write(fact.name, at_ms=now_ms, **self._in_words(fact.fields))
        self._tally.saw(fact, now_ms)
        if fact.name == "call.ended":
            self._count_end(fact.fields)
            self._report_figures()
        elif fact.name.startswith(_VERDICT):
            self._count_bargein(fact.name.removeprefix(_VERDICT), fact.fields)

    def saw_step(self, event: Event | None, actions: list[Action], now_ms: int) -> None:
        """Nothing: frames and deltas are no news."""

    def saw_crash(self, error: Exception) -> None:
        """Where it happened; the error's own text may hold what a caller said."""
        frames = traceback.extract_tb(error.__traceback__)
        where = [f"{PurePath(frame.filename).name}:{frame.lineno}" for frame in frames]
        self._log.error("call.crashed", error=type(error).__name__, where=where)

    def _in_words(self, fields: Mapping[str, Field]) -> Mapping[str, Field]:
        if fields.get("cause") != _NO_ANSWER:
            return fields
        return {**fields, "cause": "unreachable", "model_at": self._model_at}

    def _count_end(self, fields: Mapping[str, Field]) -> None:
        self._metrics.calls_ended.labels(fields["reason"]).inc()
        self._metrics.uplink_frames.labels("forwarded").inc(int(fields.get("frames_forwarded", 0)))
        for why in Booked:
            self._metrics.uplink_frames.labels(why).inc(int(fields.get(f"booked_{why}", 0)))

    def _report_figures(self) -> None:
        figures = self._tally.figures()
        self._log.info("call.figures", **figures.summary())
        for ttfa_ms in figures.ttfa_ms:
            self._metrics.ttfa_ms.observe(ttfa_ms)

    def _count_bargein(self, verdict: str, fields: Mapping[str, Field]) -> None:
        self._metrics.bargeins.labels(verdict).inc()
        if verdict == "cut":
            self._metrics.cut_heard_ms.observe(int(fields["heard_ms"]))
            self._metrics.cut_unheard_ms.observe(int(fields["unheard_ms"]))
