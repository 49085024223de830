"""Digits that must leave nothing behind: one buffer of fixed size, overwritten when done."""


class Digits:
    """Up to `size` keys. Never a text of its own accord: it shows how many there are, not which."""

    def __init__(self, size: int) -> None:
        self._buffer = bytearray(size)  # never grown: a larger one would leave the old in memory
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __repr__(self) -> str:
        return f"Digits({self._count})"

    @property
    def is_full(self) -> bool:
        """No key more."""
        return self._count == len(self._buffer)

    def add(self, key: str) -> None:
        """One key more; there must be room."""
        self._buffer[self._count] = ord(key)
        self._count += 1

    def view(self) -> memoryview:
        """The keys as ASCII, without a copy; zeros once they were wiped."""
        return memoryview(self._buffer)[: self._count]

    def text(self) -> str:
        """A copy for a slot that may be kept; never for digits of a card."""
        return self.view().tobytes().decode("ascii")

    def wipe(self) -> None:
        """Overwrite and begin anew."""
        for index in range(len(self._buffer)):
            self._buffer[index] = 0
        self._count = 0
