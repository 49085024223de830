"""Keys that belong together: a collection ends by `#` or by a pause."""

DIGIT_GAP_MS = 3_000
TERMINATOR = "#"
KEYS_MAX = 32


class Digits:
    """Collects keys; `deadline_ms` is when the pause is long enough."""

    def __init__(self, gap_ms: int = DIGIT_GAP_MS) -> None:
        self._gap_ms = gap_ms
        self._keys = ""
        self.deadline_ms: int | None = None

    def press(self, digit: str, now_ms: int) -> str:
        """Add a key; returns the whole collection if this one ended it, else nothing."""
        if digit == TERMINATOR and self._keys:
            return self.take()
        self._keys += digit
        self.deadline_ms = now_ms + self._gap_ms
        return self.take() if len(self._keys) >= KEYS_MAX else ""

    def take(self) -> str:
        """The collection so far; the next key begins a new one."""
        keys, self._keys = self._keys, ""
        self.deadline_ms = None
        return keys
