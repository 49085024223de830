"""The sounds of a flow's version, all of them in memory before it answers a call."""

from typing import Protocol

from ..machine.actions import Clip


class Sounds(Protocol):
    """What a call asks for its clips."""

    def sound(self, clip: Clip) -> bytes:
        """The clip in the leg's format; nothing for one that has no sound."""
        ...
