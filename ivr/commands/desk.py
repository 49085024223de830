"""What the commands that publish work with, beside what every command has."""

import random
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeAlias

from ...gateway.terminal import invocation

if TYPE_CHECKING:
    from ..installation import Installation
    from ..publishing.store import FlowStore


class FlowDesk(Protocol):
    """All of it lazy: nothing is connected to before it is asked for."""

    @property
    def flows(self) -> "FlowStore":
        """The store; the first time, it is connected to."""
        ...

    @property
    def who(self) -> str:
        """The operator's name, for the audit."""
        ...

    @property
    def chance(self) -> random.Random:
        """For ids."""
        ...

    def now(self) -> datetime:
        """The instant, with a zone."""
        ...

    def installation(self) -> "Installation":
        """What flows can name here, as far as it is known."""
        ...

    def hide(self, text: str) -> str:
        """The text without any secret of the settings."""
        ...

    def close(self) -> None:
        """Leave the store; to close twice changes nothing."""
        ...


Invocation: TypeAlias = invocation.Invocation[FlowDesk]
