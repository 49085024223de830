"""The call's own time: it stands still while there is no stream."""


class OwnTime:
    """Milliseconds since the same moment as the world's, less those without a stream."""

    def __init__(self) -> None:
        self._lost_ms = 0
        self._lost_at_ms: int | None = None

    @property
    def stands_still(self) -> bool:
        """The stream is lost."""
        return self._lost_at_ms is not None

    def of(self, now_ms: int) -> int:
        """The call's time at a time of the world."""
        return (now_ms if self._lost_at_ms is None else self._lost_at_ms) - self._lost_ms

    def when(self, own_ms: int) -> int | None:
        """The world's time at a time of the call, None if it does not come nearer."""
        return None if self.stands_still else own_ms + self._lost_ms

    def stop(self, now_ms: int) -> None:
        """The stream is lost; told twice, the first time counts."""
        if self._lost_at_ms is None:
            self._lost_at_ms = now_ms

    def go_on(self, now_ms: int) -> None:
        """The stream is back."""
        if self._lost_at_ms is not None:
            self._lost_ms += now_ms - self._lost_at_ms
            self._lost_at_ms = None
