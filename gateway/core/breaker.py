"""Keeps new calls from a model that fails for all of them, and finds out when it serves again."""

from collections import deque

from .actions import Fact, fact

WINDOW_MS = 60_000
ATTEMPTS_ENOUGH = 10  # connections within the window that make half of them mean something
PROBE_EVERY_MS = 30_000
FINAL_ROWS = frozenset({"E2", "E6", "E9"})  # the key or the account is refused, in every call
NO_MONEY = "E9"  # such an account still connects


class Breaker:
    """Follows the facts of all calls of a process.

    It opens at an error that no call can escape, or when half of ten or more connections of a
    minute failed. While it is open one call every 30 s may try; what shows that the model serves
    again closes it: a session that is ready, or, where money was missing, an answer.
    """

    def __init__(self) -> None:
        self.cause = ""  # of what it is open for; empty while it is closed
        self._cured_by = ""
        self._probe_ms = 0  # the next call that may try, if it is open
        self._attempts: deque[tuple[int, bool]] = deque()  # when, and whether it failed

    @property
    def is_open(self) -> bool:
        """The model fails."""
        return bool(self.cause)

    def keeps_out(self, now_ms: int) -> bool:
        """No call is worth a try before the next probe is due."""
        return self.is_open and now_ms < self._probe_ms

    def tried(self, now_ms: int) -> None:
        """A call goes to the model; if it is open, this is the probe."""
        self._probe_ms = now_ms + PROBE_EVERY_MS

    def saw(self, fact: Fact, now_ms: int) -> Fact | None:
        """One fact of one call; the answer is a fact of the process: it has opened, or closed."""
        if self.is_open:
            return self._close() if self._is_cure(fact) else None
        match fact.name:
            case "model.refused" | "model.lost" | "error.model" if fact.text("row") in FINAL_ROWS:
                cause = fact.text("cause") or fact.text("code")
                return self._open(cause, fact.text("row"), now_ms)
            case "model.ready" | "model.refused":
                return self._connected(now_ms, has_failed=fact.name == "model.refused")
            case _:
                return None

    def _connected(self, now_ms: int, *, has_failed: bool) -> Fact | None:
        self._attempts.append((now_ms, has_failed))
        while self._attempts[0][0] <= now_ms - WINDOW_MS:
            self._attempts.popleft()
        failed, all_of_them = sum(failed for _, failed in self._attempts), len(self._attempts)
        if all_of_them < ATTEMPTS_ENOUGH or 2 * failed < all_of_them:
            return None
        return self._open(f"{failed} of {all_of_them} connections failed", "", now_ms)

    def _open(self, cause: str, row: str, now_ms: int) -> Fact:
        self.cause = cause
        self._cured_by = "response.done" if row == NO_MONEY else "model.ready"
        self.tried(now_ms)
        self._attempts.clear()
        return fact("breaker.opened", row=row, cause=cause, alarm=True)

    def _is_cure(self, fact: Fact) -> bool:
        if fact.name != self._cured_by:
            return False
        return fact.name == "model.ready" or fact.text("status") == "completed"

    def _close(self) -> Fact:
        cause, self.cause = self.cause, ""
        return fact("breaker.closed", cause=cause)
