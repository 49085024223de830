"""What a gateway answers calls by, and why just that: decides, and asks nobody."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from ..model import Override, Snapshot


@dataclass(frozen=True, slots=True)
class View:
    """One version and the routes set by hand. Whoever holds one keeps it: it never changes."""

    snapshot: Snapshot
    overrides: Mapping[str, Override] = field(default_factory=lambda: MappingProxyType({}))


class Standing(StrEnum):
    """How the view stands to what the store has in force."""

    CURRENT = "current"
    REFUSED = "refused"  # what is in force cannot be served: the one before is
    AWAY = "away"  # the store does not answer: the last one known is


class Serving:
    """The view of one account. To put another in its place is one assignment."""

    def __init__(self, account: str) -> None:
        self._account = account
        self.view = View(Snapshot(account))
        self.offered_version: int | None = None
        self._is_away = True
        self._is_version_refused = False
        self._are_overrides_refused = False

    @property
    def standing(self) -> Standing:
        """The worse first."""
        if self._is_away:
            return Standing.AWAY
        if self._is_version_refused or self._are_overrides_refused:
            return Standing.REFUSED
        return Standing.CURRENT

    def restore(self, view: View) -> None:
        """What was served when the gateway ran last."""
        if view.snapshot.account == self._account:
            self.view = view

    def needs(self, version: int) -> bool:
        """The store answered with this version: has its document to be fetched?

        One that was refused is fetched again when another came between. No version at all, where
        one is served, is a store that has lost them: that is no reason to answer no number.
        """
        self._is_away = False
        if version == self.offered_version:
            return False
        self.offered_version = version
        served = self.view.snapshot.version
        self._is_version_refused = version == 0 and served > 0
        return version > 0 and version != served

    def offer(self, snapshot: Snapshot | None) -> None:
        """The document of the version that was needed; None if there is none that can be read."""
        is_it = snapshot is not None and snapshot.version == self.offered_version
        if snapshot is not None and is_it and snapshot.account == self._account:
            self.view = replace(self.view, snapshot=snapshot)
        else:
            self._is_version_refused = True

    def put_overrides(self, overrides: Mapping[str, Override] | None) -> None:
        """Those in force; None if they cannot be read."""
        self._are_overrides_refused = overrides is None
        if overrides is not None and overrides != self.view.overrides:
            self.view = replace(self.view, overrides=MappingProxyType(dict(overrides)))

    def lose(self) -> None:
        """The store does not answer; when it does, what is in force is looked at anew."""
        self._is_away = True
        self.offered_version = None
