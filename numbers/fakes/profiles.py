"""Profiles in memory: credentials of accounts by name, taken by whoever should try them."""

from collections.abc import Sequence

from ..desk.protocol import Profile
from ..provider import AuthError


class FakeProfiles:
    """See Profiles. `kept` are tokens by name and account; a token `wrong` is not taken."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, str]] = {}

    def listed(self) -> Sequence[Profile]:
        """All of them, by name."""
        return [self.find(name) for name in sorted(self.kept)]

    def find(self, name: str) -> Profile:
        """This one."""
        account, _ = self.kept.get(name, ("", ""))
        return Profile(name, f"{name}.env", account, is_there=name in self.kept)

    def keep(self, name: str, account: str, token: str) -> Profile:
        """Try them, and keep them."""
        if token == "wrong":
            raise AuthError("the provider does not take these credentials")
        self.kept[name] = (account, token)
        return self.find(name)
