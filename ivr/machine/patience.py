"""How long an agent lets a caller be silent: it asks a few times, then gives up."""

from .events import Who


class Patience:
    """Silence counts from the last sound of either side.

    Once the agent has asked, what it says does not count any more: a caller who never answers is
    let go after `silence_ms * (nudges + 1)`, however long the questions are.
    """

    def __init__(self, silence_ms: int, nudges: int) -> None:
        self._silence_ms = silence_ms
        self._nudges = nudges
        self._asked = 0
        self._sounding: set[Who] = set()
        self._is_overdue = False
        self.deadline_ms: int | None = None

    def start(self, now_ms: int) -> None:
        """From now on, as if somebody had just fallen silent."""
        self._is_overdue = False
        self.deadline_ms = None if self._sounding else now_ms + self._silence_ms

    def answered(self, now_ms: int) -> None:
        """A sign of life: words, or a key."""
        self._asked = 0
        self.start(now_ms)

    def sounding(self, who: Who, now_ms: int, *, is_on: bool) -> None:
        """A voice begins, or ends."""
        (self._sounding.add if is_on else self._sounding.discard)(who)
        if who is Who.CALLER:
            self.answered(now_ms)
        elif not self._asked or self._is_overdue:
            self.start(now_ms)

    def wake(self, now_ms: int) -> int | None:
        """Which question is due, from 1; None if none is left. 0: let the agent finish first."""
        if Who.AGENT in self._sounding:
            self._is_overdue = True
            self.deadline_ms = None
            return 0
        if self._asked == self._nudges:
            self.deadline_ms = None
            return None
        self._asked += 1
        self.deadline_ms = now_ms + self._silence_ms
        return self._asked
