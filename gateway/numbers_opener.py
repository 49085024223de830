"""Opens a desk for the commands of the registry, once one asks for it: till then, nothing is loaded."""

import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..numbers.desk.protocol import Desk
    from .numbers_desk import SettingsDesk
    from .terminal.failure import Failure
    from .terminal.options import Options

# New objects before garbage is looked for, usually 700: a command is over before it has much, and
# a plan for ten thousand numbers spent a seventh of its time on looking.
GARBAGE_OBJECTS = 200_000


class NumbersOpener:
    """See Opener; one for each command."""

    def __init__(self) -> None:
        self._desk: SettingsDesk | None = None

    def open(self, options: "Options") -> "Desk":
        """Raises ConfigError."""
        gc.set_threshold(GARBAGE_OBJECTS)
        from .numbers_desk import open_desk

        self._desk = open_desk(options)
        return self._desk

    def failure_of(self, error: BaseException) -> "Failure | None":
        """See Opener."""
        from ..numbers.desk import failures  # with much behind it

        known = failures.failure_of(error)
        if known is not None:
            return known
        from .numbers_desk import failure_of  # with still more

        return failure_of(error, "" if self._desk is None else self._desk.where)
