"""Watches over an agent's voice: when the caller hears it, and that it does not stay away."""

from collections import deque

from ...gateway.core.playout import FRAME_MS, Playout
from ...gateway.core.responses import Responses
from ..machine.events import Event, Sounding, Who

SILENT_MS = 4_000  # without a sound where one is due


class Vigil:
    """One part's. Tells changes by `news`; our own sounds are not the agent's voice."""

    def __init__(self, playout: Playout, responses: Responses, news: deque[Event]) -> None:
        self._playout = playout
        self._responses = responses
        self._news = news
        self._is_sounding = False
        self._sounds_until_ms: int | None = None
        self._silent_since_ms: int | None = None

    @property
    def deadline_ms(self) -> int | None:
        """When the voice should have ended, or should have come."""
        silent_by_ms = None if self._silent_since_ms is None else self._silent_since_ms + SILENT_MS
        due = (self._sounds_until_ms, silent_by_ms)
        return min((at for at in due if at is not None), default=None)

    def look(self, now_ms: int) -> bool:
        """After each step of the agent; True where it has been silent for too long."""
        playout, responses = self._playout, self._responses
        is_sounding = playout.unheard_ms(now_ms, only_model=True) > 0
        until_ms = max(playout.ends_at_ms(now_ms), now_ms + FRAME_MS)
        self._sounds_until_ms = until_ms if is_sounding else None
        if is_sounding != self._is_sounding:
            self._is_sounding = is_sounding
            self._news.append(Sounding(Who.AGENT, is_on=is_sounding))
        is_due = responses.is_active or responses.is_answer_owed
        if is_sounding or not is_due or responses.is_caller_speaking:
            self._silent_since_ms = None
        elif self._silent_since_ms is None:
            self._silent_since_ms = now_ms
        return self._silent_since_ms is not None and now_ms - self._silent_since_ms >= SILENT_MS
