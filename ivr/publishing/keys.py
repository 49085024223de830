"""What the keys of published flows in Redis are called."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Keys:
    """`prefix` holds a hash tag: all of them lie on one node."""

    prefix: str

    @property
    def root(self) -> str:
        """What all of them begin with."""
        return f"{self.prefix}f"

    def current(self, name: str) -> str:
        """The version in force, as text."""
        return f"{self.root}:{name}:cur"

    def last(self, name: str) -> str:
        """The highest version that there ever was."""
        return f"{self.root}:{name}:last"

    def version(self, name: str, version: int) -> str:
        """Hash of a version's text and sounds, and who made it; never changed once it is written."""
        return f"{self.root}:{name}:v:{version}"

    def versions(self, name: str) -> str:
        """Sorted set of the versions that are kept, by the second they were made."""
        return f"{self.root}:{name}:versions"

    def audio(self, hash_: str) -> str:
        """Hash of a sound in both formats, by what it is made of."""
        return f"{self.root}:audio:{hash_}"

    @property
    def uses(self) -> str:
        """Hash: how many kept versions need a sound."""
        return f"{self.root}:uses"

    @property
    def names(self) -> str:
        """Set of all flows."""
        return f"{self.root}:names"

    @property
    def changed(self) -> str:
        """Counts changes of what is in force."""
        return f"{self.root}:seq"

    @property
    def audit(self) -> str:
        """Stream of who published what."""
        return f"{self.root}:audit"

    @property
    def changes(self) -> str:
        """Channel on which a change is told to the gateways."""
        return f"{self.root}:chg"
