"""What a command works with, whatever it is about: opened by the root when it is asked for."""

from typing import Protocol, TypeVar

from .failure import Failure
from .options import Options


class Desk(Protocol):
    """What every desk can do, whatever else is on it."""

    def hide(self, text: str) -> str:
        """The text without any secret of the settings."""
        ...

    def close(self) -> None:
        """Leave what was connected to; to close twice changes nothing."""
        ...


OpenedT_co = TypeVar("OpenedT_co", bound=Desk, covariant=True)


class Opener(Protocol[OpenedT_co]):
    """What the root hands to every command."""

    def open(self, options: Options) -> OpenedT_co:
        """A desk for one command; connects to nothing."""
        ...

    def failure_of(self, error: BaseException) -> Failure | None:
        """How a command ends that raised this; None for what is a fault of ours."""
        ...
