"""A receiver of a socket that writes down what it is told."""

import asyncio
from collections.abc import Callable


class Heard:
    """All that came, in order, and each kind of it; lets a test wait for more."""

    def __init__(self) -> None:
        self.all: list[bytes | str | tuple[int, str]] = []
        self.texts: list[bytes] = []
        self.binaries = 0
        self.ends: list[tuple[int, str]] = []
        self._news = asyncio.Event()

    def on_text(self, data: memoryview | bytes) -> None:
        """A text, as its bytes."""
        self.texts.append(bytes(data))
        self._note(bytes(data))

    def on_binary(self) -> None:
        """A binary message; nobody is told what it held."""
        self.binaries += 1
        self._note("binary")

    def on_closed(self, code: int, reason: str) -> None:
        """The end."""
        self.ends.append((code, reason))
        self._note((code, reason))

    def _note(self, what: bytes | str | tuple[int, str]) -> None:
        self.all.append(what)
        self._news.set()

    async def until(self, holds: Callable[["Heard"], object]) -> None:
        """Wait until so much came that this is true of it."""
        while not holds(self):
            self._news.clear()
            await self._news.wait()

    async def first(self, count: int) -> list[bytes | str | tuple[int, str]]:
        """Wait for so many things; all that came."""
        await self.until(lambda heard: len(heard.all) >= count)
        return self.all

    async def end(self) -> tuple[int, str]:
        """Wait for the end; its code and reason."""
        await self.until(lambda heard: heard.ends)
        return self.ends[0]
