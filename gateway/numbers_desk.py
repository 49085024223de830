"""Opens what the commands of the registry work with: settings, then the store, then the provider."""

import getpass
import hashlib
import logging
import os
import random
import secrets
import socket
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import redis
from redis.exceptions import RedisError

from ..numbers.desk.protocol import Registry, Setting
from ..numbers.model import Route
from ..numbers.planning.webhook import Webhook
from ..numbers.provider import Provider
from ..numbers.registry import snapshot_json
from ..numbers.registry.journal import RedisJournal
from ..numbers.registry.keys import Keys
from ..numbers.registry.lock import KeptLock, RedisLock
from ..numbers.registry.origin import Origin
from ..numbers.registry.overrides import RedisOverrides
from ..numbers.registry.store import RedisStore
from . import numbers_checks
from .carriers.twilio_account import AccountFacts, ask_account
from .carriers.twilio_numbers import TwilioNumbers
from .core.errors import ConfigError, StoreError, StoreFault
from .numbers_profiles import ACCOUNT, TOKEN, HomeProfiles
from .numbers_untold import UNTOLD
from .setting_shown import MASKED, shown_settings
from .setting_sources import Source, hidden_in_profile, merged, sources
from .settings import Settings, load
from .store import FOLDER, OpenStore, open_store
from .store_faults import explain
from .terminal.examination import Check, Finding
from .terminal.exit_code import ExitCode
from .terminal.failure import Failure
from .terminal.options import Options
from .terminal.person import Terminal

if TYPE_CHECKING:
    from ..ivr.installation import Installation
    from ..ivr.publishing.store import FlowStore

ENV_FILE = Path(".env")
CREDENTIALS = (ACCOUNT, TOKEN)
LOOPBACK = ("127.0.0.1", "::1", "localhost")
_TALKATIVE = ("urllib3", "twilio", "twilio.http_client", "requests")


def _hush(*, is_on: bool) -> None:
    """Those libraries tell URLs with the account in them."""
    for name in _TALKATIVE:
        logging.getLogger(name).disabled = is_on


class SettingsDesk:
    """The Desk of one command. Raises ConfigError where a setting is missing, StoreError, and more."""

    def __init__(
        self, options: Options, from_where: tuple[Source, ...], profiles_of: Mapping[str, str]
    ) -> None:
        self._options = options
        self._sources = from_where
        self._settings = load(merged(from_where), None)
        self._opened: OpenStore | None = None
        self._client: redis.Redis | None = None
        self._registry: Registry | None = None
        self._provider: TwilioNumbers | None = None
        self.profiles = HomeProfiles(profiles_of, self._settings.twilio_api_url)
        self._opening = threading.Lock()  # the checks of `doctor` run at once
        self.folder = FOLDER
        self.chance: random.Random = random.SystemRandom()

    @property
    def account(self) -> str:
        """See Desk."""
        self._check_profile()
        return _needed("TWILIO_ACCOUNT_SID", self._settings.twilio_account_sid)

    @property
    def _token(self) -> str:
        self._check_profile()
        tokens = [token.get_secret_value() for token in self._settings.twilio_auth_tokens]
        return _needed("TWILIO_AUTH_TOKEN", *tokens[:1])

    def _check_profile(self) -> None:
        """A profile that was asked for is that of another account than would be worked at."""
        if problems := tuple(hidden_in_profile(CREDENTIALS, self._sources)):
            raise ConfigError(problems)

    @property
    def who(self) -> str:
        """The name under which the operator is logged in here."""
        try:
            return getpass.getuser()
        except (KeyError, OSError):
            return str(os.getuid())

    @property
    def where(self) -> str:
        """What errors call the store."""
        return "" if self._opened is None else self._opened.where

    @property
    def registry(self) -> Registry:
        """See Desk."""
        with self._opening:
            if self._registry is None:
                self._registry = self._open_registry()
            return self._registry

    def _open_registry(self) -> Registry:
        keys = Keys(self._settings.redis_prefix, self.account)
        client, origin = self._connected(), _origin()
        lock = RedisLock(client, keys, secrets.token_hex(16))
        return Registry(
            RedisStore(client, keys, snapshot_json.parse, snapshot_json.render, origin),
            RedisJournal(client, keys),
            KeptLock(lock, failures=(RedisError, OSError)),
            RedisOverrides(client, keys, origin),
        )

    def _connected(self) -> redis.Redis:
        """A client of the store, opened once; by one thread at a time."""
        if self._client is None:
            self._opened = open_store(self._settings, self.folder)
            Terminal(self._options).detail(self._opened.told)
            self._client = self._opened.command_client()
        return self._client

    @property
    def flows(self) -> "FlowStore":
        """See FlowDesk."""
        from ..ivr.publishing.keys import Keys as FlowKeys  # with all of the flows' values
        from ..ivr.publishing.store import FlowStore

        with self._opening:
            return FlowStore(self._connected(), FlowKeys(self._settings.redis_prefix), _origin())

    def installation(self) -> "Installation":
        """See FlowDesk. Without an account nobody knows agents and numbers."""
        from ..ivr.installation import Installation

        if self._settings.twilio_account_sid is None:
            return Installation(music=())
        snapshot = self.registry.store.current()
        agents = dict.fromkeys(snapshot.agents) or None
        return Installation(agents=agents, music=(), numbers=snapshot.numbers)

    @property
    def provider(self) -> Provider:
        """See Desk."""
        if self._provider is None:
            self._provider = self._open_provider()
        return self._provider

    def _open_provider(self) -> TwilioNumbers:
        _hush(is_on=True)
        url = self._settings.twilio_api_url
        return TwilioNumbers(self.account, self._token, url, self._options.timeout_s)

    @property
    def webhook(self) -> Webhook:
        """See Desk."""
        url = _needed("VOICEGATE_PUBLIC_URL", self._settings.public_url)
        return Webhook(url, self._settings.fallback_url)

    @property
    def is_trial(self) -> bool:
        """See Desk."""
        return urlsplit(self._settings.twilio_api_url).hostname in LOOPBACK

    def now(self) -> datetime:
        """See Desk."""
        return datetime.now(UTC)

    def has_flow(self, route: Route) -> bool:
        """See Desk. A flow was examined before it was published."""
        if route.version is None:
            return self.flows.version(route.target) > 0
        return route.version in self.flows.versions(route.target)

    def node_of(self, route: Route, number: str, caller: str, at: datetime) -> str | None:
        """See Desk."""
        from ..ivr.entrance import first_node  # with all of the flows' values
        from ..ivr.finding import Findings
        from ..ivr.machine.facts import Facts
        from ..ivr.public_holidays import public_holidays
        from ..ivr.read import read

        version = route.version or self.flows.version(route.target)
        kept = self.flows.at(route.target, version)
        flow = None if kept is None else read(kept.text, Findings())
        if flow is None:
            return None
        facts = Facts(caller_number=caller, call_number=number)
        return first_node(flow, facts, at, public_holidays(flow, at.date()))

    def settings(self) -> list[Setting]:
        """See Desk."""
        return shown_settings(self._settings, self._sources)

    def checks(self) -> Mapping[str, Check]:
        """See Desk."""
        url = self.webhook.public_url
        return {
            "public URL": lambda: numbers_checks.public_url(url),
            "snapshot": lambda: numbers_checks.serving(url, self.registry.store.version),
            "account": lambda: numbers_checks.account(self._ask_account, self.now),
            "region": lambda: numbers_checks.region(merged(self._sources)),
            "model": self._check_model,
            "Redis": self._check_redis,
            "time zones": lambda: numbers_checks.zones(self.now().year),
            **{one.check: partial(_told, one) for one in UNTOLD},
        }

    def _check_model(self) -> Finding:
        settings = self._settings
        names = [name for name in (settings.model, settings.fallback_model) if name]
        return numbers_checks.model(names, has_key=settings.openai_api_key is not None)

    def _ask_account(self) -> AccountFacts:
        return ask_account(self.account, self._token, self._settings.twilio_api_url)

    def _check_redis(self) -> Finding:
        _ = self.registry
        assert self._client is not None
        return numbers_checks.store(self._client, self.now)

    def hide(self, text: str) -> str:
        """See Desk."""
        for secret in self._settings.secrets():
            text = text.replace(secret, MASKED)
        return text

    def close(self) -> None:
        """See Desk."""
        if self._provider is not None:
            self._provider.close()
            _hush(is_on=False)
        if self._client is not None:
            self._client.close()
        if self._opened is not None:
            self._opened.close()


def open_desk(
    options: Options, environ: Mapping[str, str] = os.environ, env_file: Path | None = ENV_FILE
) -> SettingsDesk:
    """Reads settings, and connects to nothing. Raises ConfigError."""
    return SettingsDesk(options, tuple(sources(options, environ, env_file)), environ)


def _origin() -> Origin:
    argv = "\0".join(sys.argv).encode()
    return Origin(socket.gethostname(), hashlib.sha256(argv).hexdigest())


def failure_of(error: BaseException, where: str) -> Failure | None:
    """How a command ends that raised this, of what the registry does not know."""
    match error:
        case ConfigError():
            return Failure(ExitCode.USAGE, str(error))
        case StoreError():
            return _of_store(error)
        case RedisError():
            return _of_store(explain(error, where))
        case _:
            return None


def _told(finding: Finding) -> Finding:
    return finding


def _needed(name: str, value: str | None = None) -> str:
    if value:
        return value
    fields = Settings.model_fields.values()
    told = next(field.description for field in fields if field.alias == name)
    raise ConfigError((f"{name} is not set: it is {told}",))


def _of_store(error: StoreError) -> Failure:
    is_away = error.fault in (StoreFault.UNREACHABLE, StoreFault.MISSING)
    return Failure(ExitCode.UNREACHABLE if is_away else ExitCode.FAILED, str(error))
