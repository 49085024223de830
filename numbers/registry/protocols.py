"""Who keeps the versions of a configuration, and how far a plan has come, as protocols."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from ..model import Snapshot


class Conflict(Exception):
    """Another change came first or is under way: nothing was written, plan again."""


class Progress(StrEnum):
    """How far one step of a plan has come. A step found `doing` may have been done."""

    PENDING = "todo"
    DOING = "doing"
    DONE = "done"


class Store(Protocol):
    """The versions of one account's configuration."""

    def current(self) -> Snapshot:
        """The version in force; version 0, empty, where none was ever written."""
        ...

    def commit(
        self, expected_version: int, snapshot: Snapshot, plan_id: str, who: str, diff: str
    ) -> int:
        """Make the snapshot the version after `expected_version`, and return that version.

        A plan id that was committed before returns its version, and nothing is written. Raises
        Conflict where another version is in force. `diff` is JSON text for the history.
        """
        ...


class Journal(Protocol):
    """The progress of plans, step by step; it outlives the process that writes it."""

    def begin(self, plan_id: str, steps: Sequence[int]) -> None:
        """Write these steps down as to do; a step that is known already keeps its progress."""
        ...

    def mark(self, plan_id: str, step: int, progress: Progress) -> None:
        """One step has come so far."""
        ...

    def read(self, plan_id: str) -> Mapping[int, Progress]:
        """Every step of the plan that was written down, none if it was never begun."""
        ...


class Lock(Protocol):
    """One writer at the provider's at a time; it runs out unless it is renewed."""

    def acquire(self) -> bool:
        """True if it is ours now, False while somebody else has it."""
        ...

    def renew(self) -> bool:
        """True if it was ours all the time and stays so, False if it was lost."""
        ...

    def release(self) -> None:
        """Give it back; one that was lost is left to who has it now."""
        ...
