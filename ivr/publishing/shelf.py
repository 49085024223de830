"""The gateway's side: all flows in force with all their sounds in memory, within a second of a push."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakValueDictionary

from redis.exceptions import RedisError

from ...numbers.registry.replies import as_bytes, as_text
from ...numbers.serving.follower import POLL_S, Follower
from .copies import Copies
from .keys import Keys
from .ready import ReadyFlow, missing, ready
from .version import FlowVersion, parse_sounds

if TYPE_CHECKING:
    from redis.asyncio import Redis

AT_ONCE = 16  # sounds that are asked for together


class Standing(StrEnum):
    """How the shelf stands to what the store has in force; the worst first."""

    AWAY = "away"  # the store does not answer: what was known last is served
    REFUSED = "refused"  # a version in force cannot be served: the one before is
    CURRENT = "current"


Versions = Mapping[str, int]
Told = Callable[[Standing, Versions], None]


def _tell_nobody(standing: Standing, served: Versions) -> None:
    """Whoever does not want to know."""


class FlowShelf:
    """Follows the store; to ask for a flow in force asks nobody, and never waits.

    A flow that the store knows no more goes on being served: none is ever taken away. `tell` is
    called with standing and served versions whenever one of them, or what is refused, has changed.
    """

    def __init__(
        self,
        client: "Redis",
        keys: Keys,
        copies: Copies,
        *,
        tell: Told = _tell_nobody,
        poll_s: float = POLL_S,
    ) -> None:
        self._client = client
        self._keys = keys
        self._copies = copies
        self._tell = tell
        self._follower = Follower(client, keys.changes, self._look, poll_s)
        self._in_force: dict[str, ReadyFlow] = {}
        self._held = WeakValueDictionary[tuple[str, int], ReadyFlow]()
        self._uncopied: dict[str, ReadyFlow] = {}
        self._seen: bytes | str | None = None
        self._told: tuple[Standing, Versions, Versions] | None = None
        self._is_away = True
        self.refused: Versions = {}  # in force, and not to be served; version 0 was lost

    @property
    def standing(self) -> Standing:
        """The worse first."""
        if self._is_away:
            return Standing.AWAY
        return Standing.REFUSED if self.refused else Standing.CURRENT

    @property
    def served(self) -> Versions:
        """Every flow that can be had, and its version."""
        return {name: found.version for name, found in sorted(self._in_force.items())}

    def current(self, name: str) -> ReadyFlow | None:
        """The version in force, or the last one before it that can be served."""
        return self._in_force.get(name)

    async def pinned(self, name: str, version: int) -> ReadyFlow | None:
        """One version, for a call that is in it; None if it cannot be had.

        One that somebody here holds is there at once, with or without the store.
        """
        held = self._held.get((name, version))
        if held is not None:
            return held
        try:
            return await self._fetch(name, version)
        except (RedisError, OSError, ValueError):
            return None

    async def start(self) -> None:
        """Take the copies, then what the store has, if it answers."""
        for kept in await asyncio.to_thread(list[ReadyFlow], self._copies.load()):
            self._put(kept)
        await self._look()

    async def run(self) -> None:
        """Follow the store until cancelled."""
        await self._follower.run()

    async def _look(self) -> None:
        try:
            await self._follow()
        except (RedisError, OSError):
            self._is_away = True
            self._seen = None  # when it answers again, all is looked at anew
        await self._save()
        news = self.standing, self.served, self.refused
        if news != self._told:
            self._told = news
            self._tell(self.standing, self.served)

    async def _follow(self) -> None:
        seen = await self._client.get(self._keys.changed)
        if seen is not None and seen == self._seen:
            self._is_away = False
            return
        names = {as_text(name) for name in await self._client.smembers(self._keys.names)}
        refused = dict.fromkeys(self._in_force.keys() - names, 0)
        for name, version in (await self._versions(sorted(names))).items():
            if not await self._serve(name, version):
                refused[name] = version
        self.refused, self._seen, self._is_away = refused, seen, False

    async def _serve(self, name: str, version: int) -> bool:
        """False where this version cannot be had."""
        served = self._in_force.get(name)
        if served is not None and served.version == version:
            return True
        try:
            found = self._held.get((name, version)) or await self._fetch(name, version)
        except ValueError:
            return False
        if found is None:
            return False
        self._put(found)
        self._uncopied[name] = found
        return True

    async def _fetch(self, name: str, version: int) -> ReadyFlow | None:
        fields = await self._client.hmget(self._keys.version(name, version), ["text", "sounds"])
        text, sounds = fields
        if text is None or sounds is None:
            return None
        published = FlowVersion(name, version, as_bytes(text), parse_sounds(as_bytes(sounds)))
        audio = self._known()
        needed = missing(published.sounds, audio)
        for begin in range(0, len(needed), AT_ONCE):
            audio |= await self._sounds(needed[begin : begin + AT_ONCE])
        made = await asyncio.to_thread(ready, published, audio)
        self._held[name, version] = made
        return made

    async def _versions(self, names: Sequence[str]) -> Versions:
        """Those in force; 0 for none."""
        if not names:
            return {}
        found = await self._client.mget([self._keys.current(name) for name in names])
        return {name: int(version or 0) for name, version in zip(names, found, strict=True)}

    async def _sounds(self, wanted: Sequence[str]) -> dict[str, bytes]:
        """These, in one go; nothing for one that is lost."""
        async with cast("Any", self._client).pipeline(transaction=False) as together:
            for hash_ in wanted:
                together.hget(self._keys.audio(hash_), "ulaw")
            found: list[bytes | str | None] = await together.execute()
        return {hash_: as_bytes(audio or b"") for hash_, audio in zip(wanted, found, strict=True)}

    def _known(self) -> dict[str, bytes]:
        """Every sound that is in memory, by its hash: equal ones are kept once."""
        return {hash_: audio for each in self._all() for hash_, audio in each.audio.items()}

    def _all(self) -> Iterator[ReadyFlow]:
        yield from self._in_force.values()
        yield from self._held.values()

    def _put(self, found: ReadyFlow) -> None:
        name = found.flow.name
        self._in_force[name] = self._held[name, found.version] = found

    async def _save(self) -> None:
        """What could not be written is tried again with the next look."""
        for name, kept in [*self._uncopied.items()]:
            try:
                await asyncio.to_thread(self._copies.save, kept)
            except OSError:
                continue
            if self._uncopied.get(name) is kept:
                del self._uncopied[name]
