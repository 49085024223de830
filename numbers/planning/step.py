"""One step of a plan: what it is about, what it does, and why."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from .fields import Fields
from .known import State
from .webhook import COMPARED


class Action(StrEnum):
    """What a step does. There is no release and no replacement: no plan can lose a number.

    A `noop` stands in a plan where a number is left alone for a reason that must be told.
    """

    CREATE = "create"
    UPDATE = "update"
    ASSIGN = "assign"
    UNASSIGN = "unassign"
    ADOPT = "adopt"
    NOOP = "noop"


class Kind(StrEnum):
    """What a step is about; the account's own field is the default route."""

    NUMBER = "number"
    POOL = "pool"
    AGENT = "agent"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing and what becomes of it: the fields that change, as they are and as they will be.

    The store's fields are in lower case, the provider's bear its own names. Without `before` the
    thing is new to us; a pool without `after` goes. `state` is that of a number.
    """

    action: Action
    kind: Kind
    subject: str
    before: Fields
    after: Fields
    reason: str
    state: State | None = None

    @property
    def at_provider(self) -> dict[str, str]:
        """The provider's fields as they will be."""
        return {name: str(value) for name, value in self.after.items() if name in COMPARED}

    @property
    def in_store(self) -> Fields:
        """The store's fields as they will be."""
        return {name: value for name, value in self.after.items() if name not in COMPARED}

    @property
    def is_removal(self) -> bool:
        """A pool goes; nothing else ever does."""
        return self.kind is Kind.POOL and not self.after


def differing(names: Collection[str]) -> str:
    """The reason of a step that changes these fields."""
    return f"{', '.join(names)} {'differs' if len(names) == 1 else 'differ'}"
