"""The emergency prompt that cuts into a node, and what waits until it has been heard."""

from .actions import Action
from .events import Event
from .memory import Memory
from .prompting import Prompting


class Interlude:
    """While it plays, the node below hears nothing; what happened to it is told afterwards."""

    def __init__(self, prompt: str, call: Memory) -> None:
        self._play = call.play(prompt, is_interruptible=False)
        self._prompt = Prompting()
        self.missed: list[Event] = []

    def begin(self) -> list[Action]:
        """Instead of whatever plays."""
        return self._prompt.play(self._play)

    def again(self) -> list[Action]:
        """The stream is back."""
        return self._prompt.again()

    def is_done(self, tag: int) -> bool:
        """Whether it has been heard."""
        return self._prompt.is_done(tag)

    def stop(self) -> list[Action]:
        """Something more urgent."""
        return self._prompt.stop()
