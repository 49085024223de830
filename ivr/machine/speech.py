"""How much somebody has said, and since when they are silent."""


class Speech:
    """Adds up the time between the beginnings and the ends of a voice."""

    def __init__(self, now_ms: int) -> None:
        self._spoken_ms = 0
        self._began_ms: int | None = None
        self.quiet_since_ms: int | None = now_ms  # None while the voice is heard

    def sounding(self, now_ms: int, *, is_on: bool) -> None:
        """The voice begins, or ends; telling it twice changes nothing."""
        if is_on and self._began_ms is None:
            self._began_ms = now_ms
            self.quiet_since_ms = None
        elif not is_on and self._began_ms is not None:
            self._spoken_ms = self.heard_ms(now_ms)
            self._began_ms = None
            self.quiet_since_ms = now_ms

    def heard_ms(self, now_ms: int) -> int:
        """All of it so far."""
        going_on_ms = 0 if self._began_ms is None else now_ms - self._began_ms
        return self._spoken_ms + going_on_ms
