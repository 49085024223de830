"""The gateway's side of the registry: the view in memory follows the store within a second.

A message tells of a change at once; as messages may be lost, the version is asked for as well.
"""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

from ..model import Snapshot
from ..registry import scripts
from ..registry.keys import Keys
from ..registry.overrides import parse_overrides
from ..registry.replies import as_bytes
from .follower import POLL_S, Follower
from .last_good import LastGood
from .view import Serving, Standing, View

if TYPE_CHECKING:
    from redis.asyncio import Redis

HOLD_S = 20.0
HOLD_MS = 60_000

Told = Callable[[Standing, View], None]


def _tell_nobody(standing: Standing, view: View) -> None:
    """Whoever does not want to know."""


class Watch:
    """Keeps one account's view up to date; reading `view` asks nobody.

    `held` gives the versions that live calls were answered by, which the store must not drop.
    `tell` is called with standing and view whenever one of them has changed.
    """

    def __init__(
        self,
        client: "Redis",
        keys: Keys,
        read: Callable[[bytes], Snapshot],
        copy: LastGood,
        *,
        held: Callable[[], Collection[int]] = frozenset[int],
        tell: Told = _tell_nobody,
        poll_s: float = POLL_S,
    ) -> None:
        self._client = client
        self._keys = keys
        self._read = read
        self._copy = copy
        self._held = held
        self._tell = tell
        self._follower = Follower(client, keys.changes, self._look, poll_s)
        self._serving = Serving(keys.account)
        self._hold = client.register_script(scripts.HOLD)
        self._hold_at = 0.0
        self._told: tuple[Standing, View] | None = None
        self.is_copied = False

    @property
    def view(self) -> View:
        """What calls are answered by now."""
        return self._serving.view

    @property
    def standing(self) -> Standing:
        """How that stands to what is in force."""
        return self._serving.standing

    @property
    def offered_version(self) -> int | None:
        """The version in force; None while the store does not answer."""
        return self._serving.offered_version

    async def start(self) -> None:
        """Take the last good copy, then what the store has, if it answers."""
        kept = await asyncio.to_thread(self._copy.load)
        if kept is not None:
            self._serving.restore(kept)
            self.is_copied = True
        await self._look()

    async def run(self) -> None:
        """Follow the store until cancelled."""
        await self._follower.run()

    async def version(self, version: int) -> Snapshot | None:
        """One that a call was answered by elsewhere; None if it is no more. Raises Redis' errors."""
        if version == self.view.snapshot.version:
            return self.view.snapshot
        document = await self._client.get(self._keys.document(version))
        return await asyncio.to_thread(self._parse, document)

    async def note_call(self, number: str, ended_at: datetime) -> None:
        """Write down when a number's last call ended. Raises the errors of Redis."""
        await self._client.set(self._keys.last(number), ended_at.isoformat())

    async def _look(self) -> None:
        before = self.view
        try:
            await self._follow()
            await self._hold_versions()
        except (RedisError, OSError):
            self._serving.lose()
        if self.view is not before or not self.is_copied:
            await self._save()
        if self._told is None or self._told[0] != self.standing or self.view is not before:
            self._told = self.standing, self.view
            self._tell(*self._told)

    async def _follow(self) -> None:
        overrides = await self._client.hgetall(self._keys.overrides)
        version = int(await self._client.get(self._keys.current) or 0)
        if self._serving.needs(version):
            document = await self._client.get(self._keys.document(version))
            self._serving.offer(await asyncio.to_thread(self._parse, document))
        try:
            self._serving.put_overrides(parse_overrides(overrides))
        except ValueError:
            self._serving.put_overrides(None)

    def _parse(self, document: bytes | str | None) -> Snapshot | None:
        try:
            return None if document is None else self._read(as_bytes(document))
        except ValueError:
            return None

    async def _hold_versions(self) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._hold_at:
            return
        self._hold_at = now + HOLD_S
        if versions := self._held():
            await self._hold(keys=[self._keys.held], args=[HOLD_MS, *versions])

    async def _save(self) -> None:
        if self.view.snapshot.version == 0:
            return
        try:
            await asyncio.to_thread(self._copy.save, self.view)
        except OSError:
            self.is_copied = False
        else:
            self.is_copied = True
