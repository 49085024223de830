"""Something to hear while nothing can be said: ringback, until the agent's first frame."""

from .actions import Action, fact
from .playout import Playout


class Cover:
    """Plays one cadence of ringback after the other. It never overlaps with speech."""

    def __init__(self, playout: Playout, cadence: bytes) -> None:
        self._playout = playout
        self._cadence = cadence
        self._count = 0
        self._is_over = False
        self.deadline_ms: int | None = None

    def begin(self, at_ms: int) -> None:
        """From `at_ms` on the caller has waited long enough."""
        if self._cadence:
            self.deadline_ms = at_ms

    def wake(self, now_ms: int) -> list[Action]:
        """The next cadence."""
        self._count += 1
        played = self._playout.play_house(
            f"cover:{self._count}", self._cadence, now_ms, is_interruptible=True
        )
        self.deadline_ms = self._playout.ends_at_ms(now_ms)
        return [fact("cover.started"), *played] if self._count == 1 else played

    def end(self, now_ms: int) -> list[Action]:
        """The agent speaks, or the call's last words do: the cover is cut at once."""
        if self._is_over:
            return []
        self._is_over = True
        self.deadline_ms = None
        if not self._count:
            return []
        is_sounding = self._playout.unheard_ms(now_ms) > 0
        cleared = self._playout.clear_queue(now_ms)[0] if is_sounding else []
        return [*cleared, fact("cover.ended")]
