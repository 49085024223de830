"""A Desk over a Redis client and a provider that somebody else opened: for trials and tests."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ...gateway.terminal.examination import Check
from ...gateway.terminal.failure import Failure
from ...gateway.terminal.options import Options
from ..desk.failures import failure_of
from ..desk.protocol import Desk, Registry, Setting
from ..model import Route
from ..planning.webhook import Webhook
from ..registry import snapshot_json
from ..registry.journal import RedisJournal
from ..registry.keys import Keys
from ..registry.lock import RedisLock
from ..registry.origin import Origin
from ..registry.overrides import RedisOverrides
from ..registry.store import RedisStore
from .profiles import FakeProfiles
from .provider import FakeProvider

if TYPE_CHECKING:
    from redis import Redis

ACCOUNT = "AC" + "0" * 32
AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@dataclass
class FakeDesk:
    """See Desk. Every desk has a lock of its own, as every process does; fields may be replaced."""

    client: "Redis"
    prefix: str
    folder: Path
    provider: FakeProvider = field(default_factory=FakeProvider)
    account: str = ACCOUNT
    webhook: Webhook = field(default_factory=lambda: Webhook("https://voice.example.com"))
    is_trial: bool = False
    who: str = "ada"
    at: datetime = AT
    shown: Sequence[Setting] = ()
    secrets: Sequence[str] = ()
    profiles: FakeProfiles = field(default_factory=FakeProfiles)
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    is_flow: Callable[[Route], bool] = lambda route: True
    nodes: Mapping[str, str] = field(default_factory=dict[str, str])
    checked: Mapping[str, Check] = field(default_factory=dict[str, Check])

    def __post_init__(self) -> None:
        keys = Keys(self.prefix, self.account)
        origin = Origin("host.example.com", "0" * 64)
        self.registry = Registry(
            RedisStore(self.client, keys, snapshot_json.parse, snapshot_json.render, origin),
            RedisJournal(self.client, keys),
            RedisLock(self.client, keys, f"{id(self)}"),
            RedisOverrides(self.client, keys, origin),
        )

    @property
    def fake_provider(self) -> FakeProvider:
        """The provider, where it is the one in memory."""
        assert isinstance(self.provider, FakeProvider)
        return self.provider

    def now(self) -> datetime:
        """The instant that was given."""
        return self.at

    def has_flow(self, route: Route) -> bool:
        """What was given; without, every flow is there."""
        return self.is_flow(route)

    def node_of(self, route: Route, number: str, caller: str, at: datetime) -> str | None:
        """What was given."""
        del number, caller, at
        return self.nodes.get(str(route))

    def settings(self) -> Sequence[Setting]:
        """What was given."""
        return self.shown

    def checks(self) -> Mapping[str, Check]:
        """What was given."""
        return self.checked

    def hide(self, text: str) -> str:
        """See Desk."""
        for secret in self.secrets:
            text = text.replace(secret, "(hidden)")
        return text

    def close(self) -> None:
        """Whoever opened it closes it."""


class FakeOpener:
    """Hands out one desk; `opened` are the options of each command that asked for it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.opened: list[Options] = []

    def open(self, options: Options) -> Desk:
        """The desk."""
        self.opened.append(options)
        return self.desk

    def failure_of(self, error: BaseException) -> Failure | None:
        """What the numbers know."""
        return failure_of(error)
