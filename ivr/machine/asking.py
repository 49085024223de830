"""A question and the wait for keys: what plays, and which of two timers runs."""

from ..nodes import Collect, Menu
from .actions import Action
from .memory import Memory
from .prompting import Prompting


class Asking:
    """The first-digit timer begins when the prompt has been heard, and the first key ends it.

    From then on only the inter-digit timer runs, anew after each key.
    """

    def __init__(self, node: Menu | Collect, call: Memory) -> None:
        self._call = call
        self._in_all_languages = node.in_all_languages
        self._first_ms = node.first_s * 1000
        self._inter_ms = node.inter_s * 1000
        self._prompt = Prompting()
        self._asked = node.prompt
        self._is_typing = False
        self.deadline_ms: int | None = None

    def ask(self, prompt: str) -> list[Action]:
        """A new try: nothing is typed yet."""
        self._is_typing = False
        self._asked = prompt
        return self._play()

    def again(self) -> list[Action]:
        """The same question once more; what was typed is kept."""
        return self._play()

    def heard(self, tag: int, now_ms: int) -> None:
        """A prompt ended; if it was this one, the wait begins."""
        if self._prompt.is_done(tag):
            self.deadline_ms = now_ms + (self._inter_ms if self._is_typing else self._first_ms)

    def key(self, now_ms: int) -> list[Action]:
        """A key stops the prompt and begins the wait for the next."""
        self._is_typing = True
        self.deadline_ms = now_ms + self._inter_ms
        return self._prompt.stop()

    def stop(self) -> list[Action]:
        """No more questions."""
        self.deadline_ms = None
        return self._prompt.stop()

    def _play(self) -> list[Action]:
        self.deadline_ms = None
        play = self._call.play(self._asked, in_all_languages=self._in_all_languages)
        return self._prompt.play(play)
