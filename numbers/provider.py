"""Who owns the numbers at the carrier's: what we ask it, what it answers, how it fails."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Search:
    """What kind of number is looked for. `near` is an E.164 number of ours or anybody's."""

    country: str
    kind: str = "local"
    area: str | None = None
    contains: str | None = None
    near: str | None = None
    has_voice: bool = True
    has_sms: bool = False
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """A number that can be bought now; nobody holds it for us until we do."""

    number: str
    country: str
    kind: str
    locality: str = ""
    region: str = ""
    capabilities: frozenset[str] = frozenset()
    address_needs: str = "none"


@dataclass(frozen=True, slots=True)
class Owned:
    """A number of the account as the provider has it. `fields` bear the provider's own names."""

    id: str
    number: str
    name: str = ""
    capabilities: frozenset[str] = frozenset()
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


class ProviderError(Exception):
    """What was asked of the provider was not done, or may not have been.

    `request_id` is what the provider calls the request, for its support; None if it said nothing.
    """

    request_id: str | None = None


class AuthError(ProviderError):
    """The provider does not take our credentials."""


class NotFound(ProviderError):
    """The provider knows no such number or offer."""


class Refused(ProviderError):
    """The provider will not do it, now or ever: its code, its words, and what to do."""

    def __init__(self, code: int, text: str, hint: str = "") -> None:
        super().__init__(f"{text} (code {code})" + (f"; {hint}" if hint else ""))
        self.code = code
        self.text = text
        self.hint = hint


class Unreachable(ProviderError):
    """No answer that could be used; `maybe_done` says whether it may have been done all the same."""

    def __init__(self, text: str, *, maybe_done: bool) -> None:
        super().__init__(text)
        self.maybe_done = maybe_done


class Provider(Protocol):
    """Every method may raise any ProviderError. Reads and updates are repeated, a buy never is."""

    def search(self, want: Search) -> list[Offer]:
        """What is on offer, `limit` at most."""
        ...

    def price(self, country: str, kind: str) -> Decimal | None:
        """The price of a number a month, in the account's currency; None where none is told."""
        ...

    def owned(self) -> Iterator[Owned]:
        """Every number of the account, all pages."""
        ...

    def buy(self, number: str) -> Owned:
        """Buy exactly this number; one that is ours already is answered as it is."""
        ...

    def update(self, id: str, changes: Mapping[str, str]) -> Owned:  # noqa: A002 - the field's name
        """Change these fields and no others; an empty text clears one."""
        ...

    def release(self, id: str) -> None:  # noqa: A002 - the field's name
        """Give the number back, for good."""
        ...
