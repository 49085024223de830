"""What the registry's keys in Redis are called."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one account. `prefix` holds a hash tag: all of them lie on one node."""

    prefix: str
    account: str

    @property
    def root(self) -> str:
        """What all of them begin with."""
        return f"{self.prefix}n:{self.account}"

    @property
    def current(self) -> str:
        """The version in force, as text."""
        return f"{self.root}:cur"

    def document(self, version: int) -> str:
        """The whole configuration of one version; never changed once it is written."""
        return f"{self.root}:doc:{version}"

    @property
    def documents(self) -> str:
        """Sorted set of the versions whose documents are kept."""
        return f"{self.root}:docs"

    @property
    def held(self) -> str:
        """Sorted set of versions that live calls need, by the millisecond until which they do."""
        return f"{self.root}:held"

    def route(self, number: str) -> str:
        """Hash with a number's route and the version that set it: a copy for people."""
        return f"{self.root}:route:{number}"

    def plan(self, plan_id: str) -> str:
        """The version that a plan became."""
        return f"{self.root}:plan:{plan_id}"

    def job(self, plan_id: str) -> str:
        """Hash of a plan's steps and how far each has come."""
        return f"{self.root}:job:{plan_id}"

    @property
    def audit(self) -> str:
        """Stream of who changed what."""
        return f"{self.root}:audit"

    def last(self, number: str) -> str:
        """When the last call of a number ended, ISO 8601."""
        return f"{self.root}:last:{number}"

    @property
    def overrides(self) -> str:
        """Hash of a number, or `*` for all, and the route set by hand."""
        return f"{self.root}:override"

    @property
    def lock(self) -> str:
        """Who writes at the provider's just now."""
        return f"{self.root}:lock"

    @property
    def changes(self) -> str:
        """Channel on which a change is told to the gateways."""
        return f"{self.root}:chg"
