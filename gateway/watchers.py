"""Several watchers of one call, as one; and one of all calls, who looks for what they share."""

import structlog

from .core.actions import Action, Fact
from .core.breaker import Breaker
from .core.events import Event
from .session import Watcher

_LOG = structlog.stdlib.get_logger("voicegate.model")


class BreakerWatch:
    """Tells the breaker what happens in every call, and the log when it opens or closes."""

    def __init__(self, breaker: Breaker) -> None:
        self._breaker = breaker

    def saw_fact(self, fact: Fact, now_ms: int) -> None:
        """One alarm for all calls that the same failure meets."""
        told = self._breaker.saw(fact, now_ms)
        if told is not None:
            write = _LOG.error if told.fields.get("alarm") else _LOG.info
            write(told.name, **told.fields)

    def saw_step(self, event: Event | None, actions: list[Action], now_ms: int) -> None:
        """Nothing."""

    def saw_crash(self, error: Exception) -> None:
        """Nothing: a bug of ours is not the model's."""


class Together:
    """Each sees everything, in the order in which they are given."""

    def __init__(self, *watchers: Watcher) -> None:
        self._watchers = watchers

    def saw_fact(self, fact: Fact, now_ms: int) -> None:
        """To all."""
        for watcher in self._watchers:
            watcher.saw_fact(fact, now_ms)

    def saw_step(self, event: Event | None, actions: list[Action], now_ms: int) -> None:
        """To all."""
        for watcher in self._watchers:
            watcher.saw_step(event, actions, now_ms)

    def saw_crash(self, error: Exception) -> None:
        """To all."""
        for watcher in self._watchers:
            watcher.saw_crash(error)
