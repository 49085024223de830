"""The carrier's accounts that a person may name: their credentials, one profile each."""

from collections.abc import Mapping, Sequence

from ..numbers.desk.protocol import Profile
from . import setting_rules
from .carriers.twilio_account import AccountFacts, ask_account
from .core.errors import ConfigError
from .setting_profiles import profile_names, profile_path, read_profile, write_profile

ACCOUNT, TOKEN = "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"


class HomeProfiles:
    """See Profiles. Those of `environ`'s home; `api_url` says where accounts are asked."""

    def __init__(self, environ: Mapping[str, str], api_url: str) -> None:
        self._environ = environ
        self._api_url = api_url

    def listed(self) -> Sequence[Profile]:
        """See Profiles."""
        return [self.find(name) for name in profile_names(self._environ)]

    def find(self, name: str) -> Profile:
        """See Profiles."""
        path = profile_path(name, self._environ)
        if not path.exists():
            return Profile(name, str(path))
        try:
            values = read_profile(path)
        except ConfigError as error:
            return Profile(name, str(path), problem=str(error), is_there=True)
        missing = [needed for needed in (ACCOUNT, TOKEN) if not values.get(needed)]
        problem = f"without {' and '.join(missing)}" if missing else ""
        return Profile(name, str(path), values.get(ACCOUNT) or "", problem, is_there=True)

    def keep(self, name: str, account: str, token: str) -> Profile:
        """See Profiles."""
        path = profile_path(name, self._environ)
        _check(account, token)
        facts = ask_account(account, token, self._api_url)
        write_profile(path, {ACCOUNT: account, TOKEN: token})
        return Profile(name, str(path), account, _problem(facts), is_there=True)


def _check(account: str, token: str) -> None:
    rules = {
        "the account SID": lambda: setting_rules.account_sid(account),
        "the auth token": lambda: setting_rules.key(token),
    }
    for what, rule in rules.items():
        try:
            rule()
        except ValueError as error:
            raise ConfigError((f"{what}: {error}",)) from None


def _problem(facts: AccountFacts) -> str:
    return "" if facts.status == "active" else f"the account is {facts.status}"
