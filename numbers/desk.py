"""What a command works with: store, provider and settings, opened by the root when asked for."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from .failure import Failure
from .options import Options

if TYPE_CHECKING:
    from .apply import Account
    from .examination import Check
    from .model import Route
    from .overrides import RedisOverrides
    from .provider import Provider
    from .registry import Journal, Lock
    from .store import RedisStore
    from .webhook import Webhook


@dataclass(frozen=True, slots=True)
class Registry:
    """Everything of one account that is in Redis."""

    store: "RedisStore"
    journal: "Journal"
    lock: "Lock"
    overrides: "RedisOverrides"


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting as it may be shown: a secret's value is masked. `origin` says who set it."""

    name: str
    value: str
    origin: str


class Desk(Protocol):
    """All of it lazy: nothing is connected to before it is asked for.

    What misses a setting raises when it is asked for; the opener knows how that ends a command.
    """

    @property
    def account(self) -> str:
        """The account's SID."""
        ...

    @property
    def registry(self) -> Registry:
        """The store; the first time, it is connected to."""
        ...

    @property
    def provider(self) -> "Provider":
        """Who owns the numbers at the carrier's."""
        ...

    @property
    def webhook(self) -> "Webhook":
        """Where calls of our numbers are to come."""
        ...

    @property
    def is_trial(self) -> bool:
        """True where the provider is a simulated one on this machine, which reaches any address."""
        ...

    @property
    def who(self) -> str:
        """The operator's name, for the history."""
        ...

    @property
    def folder(self) -> Path:
        """Where a command may keep what it can do without."""
        ...

    @property
    def chance(self) -> random.Random:
        """For ids."""
        ...

    def now(self) -> datetime:
        """The instant, with a zone."""
        ...

    def has_flow(self, route: "Route") -> bool:
        """True if the route's flow is there and valid."""
        ...

    def settings(self) -> Sequence[Setting]:
        """What this desk was opened with."""
        ...

    def checks(self) -> "Mapping[str, Check]":
        """What only the root can look at, by name, for `doctor`."""
        ...

    def hide(self, text: str) -> str:
        """The text without any secret of the settings."""
        ...

    def close(self) -> None:
        """Leave store and provider; to close twice changes nothing."""
        ...


class Opener(Protocol):
    """What the root hands to every command."""

    def open(self, options: Options) -> Desk:
        """A desk for one command; connects to nothing."""
        ...

    def failure_of(self, error: BaseException) -> Failure | None:
        """How a command ends that raised this, of what only the root knows."""
        ...


def account_of(desk: Desk) -> "Account":
    """What `apply` and `release` need of a desk."""
    from .apply import Account

    registry = desk.registry
    return Account(registry.store, registry.journal, registry.lock, desk.provider)
