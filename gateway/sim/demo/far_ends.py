"""What the simulated carrier and model notice of a demo call."""

import time

from ..carrier.call_report import CallReport
from ..carrier.server import CarrierServer
from .log import CallLog

_SPEECH_STARTED = '"input_audio_buffer.speech_started"'
_CLEAR = '"clear"'


class Reaction:
    """How long it takes from `speech_started` leaving the model to `clear` reaching the carrier."""

    def __init__(self) -> None:
        self._since: float | None = None

    def model_sends(self, message: str) -> None:
        """A message is about to leave the model."""
        if _SPEECH_STARTED in message:
            self._since = time.perf_counter()

    def carrier_gets(self, message: str | bytes) -> float | None:
        """A message has reached the carrier; the milliseconds, if it is the clear."""
        if self._since is None or not isinstance(message, str) or _CLEAR not in message:
            return None
        since, self._since = self._since, None
        return round((time.perf_counter() - since) * 1_000, 2)


class CarrierEar:
    """Notes what the carrier tells; `zero_ms` is the beginning of the call on its clock."""

    def __init__(
        self, carrier: CarrierServer, log: CallLog, reaction: Reaction, zero_ms: int
    ) -> None:
        self._carrier = carrier
        self._log = log
        self._reaction = reaction
        self._zero_ms = zero_ms
        self._requests = self._notes = 0

    def overhear(self, message: str | bytes) -> None:
        """A message of the gateway has come."""
        after_ms = self._reaction.carrier_gets(message)
        if after_ms is not None:
            self._log.saw(self._now_ms(), "carrier", "cleared", after_ms=after_ms)

    def tell(self, _line: str) -> None:
        """There is something new in the call's report."""
        report, at_ms = self._report(), self._now_ms()
        for asked in report.requests[self._requests :]:
            took_ms = at_ms - (asked.at_ms - self._zero_ms)
            self._log.saw(at_ms, "carrier", "webhook", path=asked.path, took_ms=took_ms)
        for note in report.notes[self._notes :]:
            self._log.saw(at_ms, "carrier", "note", text=f"{note.kind} {note.detail}".rstrip())
        self._requests, self._notes = len(report.requests), len(report.notes)

    def _now_ms(self) -> int:
        return self._carrier.now_ms() - self._zero_ms

    def _report(self) -> CallReport:
        return next(reversed(self._carrier.reports.values()))
