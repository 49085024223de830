"""An invariant that a virtual call broke, and what a check of one looks like."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .virtual_call import VirtualCall


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that a run broke."""

    invariant: str
    at_ms: int
    what: str


Check = Callable[[VirtualCall], Iterator[Violation]]
