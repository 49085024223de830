"""Keys that were pressed before anybody asked for them."""

from collections import deque

KEYS_MAX = 32
AGE_MS_MAX = 10_000


class TypeAhead:
    """At most 32 keys in order, none older than 10 s."""

    def __init__(self) -> None:
        self._keys: deque[tuple[str, int]] = deque()

    def keep(self, key: str, now_ms: int) -> None:
        """A key for whoever asks next; one too many is lost."""
        self._forget_old(now_ms)
        if len(self._keys) < KEYS_MAX:
            self._keys.append((key, now_ms))

    def take(self, now_ms: int) -> str | None:
        """The oldest that is still fresh."""
        self._forget_old(now_ms)
        return self._keys.popleft()[0] if self._keys else None

    def drop(self) -> None:
        """Forget all of them."""
        self._keys.clear()

    def _forget_old(self, now_ms: int) -> None:
        while self._keys and now_ms - self._keys[0][1] > AGE_MS_MAX:
            self._keys.popleft()
