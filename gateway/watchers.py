"""Several watchers of one call, as one."""

from .core.actions import Action, Fact
from .core.events import Event
from .session import Watcher


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
