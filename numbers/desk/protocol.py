"""What a command works with: store, provider and settings, opened by the root when asked for."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ...gateway.terminal.examination import Check
    from ..model import Route
    from ..planning.apply import Account
    from ..planning.webhook import Webhook
    from ..provider import Provider
    from ..registry.overrides import RedisOverrides
    from ..registry.protocols import Journal, Lock
    from ..registry.store import RedisStore


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


@dataclass(frozen=True, slots=True)
class Profile:
    """Credentials kept by name, or to be. `problem` says what is wrong with them, "" for nothing."""

    name: str
    file: str
    account: str = ""
    problem: str = ""
    is_there: bool = False


class Profiles(Protocol):
    """Credentials of several accounts. What can be no name, or no credentials, raises."""

    def listed(self) -> Sequence[Profile]:
        """All of them, by name."""
        ...

    def find(self, name: str) -> Profile:
        """This one, whether or not it is there."""
        ...

    def keep(self, name: str, account: str, token: str) -> Profile:
        """Have the provider try them first; raises what it raises, and keeps nothing then."""
        ...


class Desk(Protocol):
    """All of it lazy: nothing is connected to before it is asked for.

    What misses a setting raises when it is asked for; the Opener knows how that ends a command.
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

    def node_of(self, route: "Route", number: str, caller: str, at: datetime) -> str | None:
        """Where a call between the two would enter this flow then; None if it cannot be read."""
        ...

    @property
    def profiles(self) -> Profiles:
        """The credentials that are kept by name."""
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


def account_of(desk: Desk) -> "Account":
    """What `apply` and `release` need of a desk."""
    from ..planning.apply import Account

    registry = desk.registry
    return Account(registry.store, registry.journal, registry.lock, desk.provider)
