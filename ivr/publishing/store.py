"""The versions of flows and their sounds in Redis, and who published them. It opens no connection."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from ...numbers.registry.origin import Origin
from ...numbers.registry.protocols import Conflict
from ...numbers.registry.replies import as_bytes, as_text
from ..sounds.sound import Sound
from . import scripts
from .keys import Keys
from .version import FlowVersion, Sounds, hashes, parse_sounds, render_sounds

if TYPE_CHECKING:
    from redis import Redis

KEEP_VERSIONS = 50
KEEP_S = 86_400  # a version this young stays in any case: a call may be in it
UNUSED_S = 604_800  # a sound that no version needs stays so long
HISTORY_PAGE = 500


@dataclass(frozen=True, slots=True)
class Publication:
    """One entry of the audit: which version of a flow came into force, and after which."""

    flow: str
    version: int
    before: int
    what: str
    at: datetime
    who: str
    host: str
    argv_hash: str


class FlowStore:
    """Raises the errors of Redis, and ValueError for a version that cannot be read."""

    def __init__(self, client: "Redis", keys: Keys, origin: Origin) -> None:
        self._client = client
        self._keys = keys
        self._origin = origin
        self._keep = client.register_script(scripts.KEEP_SOUND)
        self._publish = client.register_script(scripts.PUBLISH)
        self._roll_back = client.register_script(scripts.ROLL_BACK)

    def names(self) -> list[str]:
        """Every flow that was ever published."""
        return sorted(as_text(name) for name in self._client.smembers(self._keys.names))

    def version(self, name: str) -> int:
        """The one in force; 0 for none."""
        return int(self._client.get(self._keys.current(name)) or 0)

    def versions(self, name: str) -> list[int]:
        """All that are kept, the oldest first."""
        client = cast("Any", self._client)  # whose type of an answer depends on five arguments
        return sorted(int(version) for version in client.zrange(self._keys.versions(name), 0, -1))

    def at(self, name: str, version: int) -> FlowVersion | None:
        """One version, if it is still kept."""
        fields = self._client.hgetall(self._keys.version(name, version))
        return _version(name, version, {as_text(key): as_bytes(fields[key]) for key in fields})

    def lengths(self, wanted: Iterable[str]) -> dict[str, int]:
        """Of the sounds that are there already: hash -> milliseconds."""
        found = {hash_: self._client.hget(self._keys.audio(hash_), "ms") for hash_ in wanted}
        return {hash_: int(length) for hash_, length in found.items() if length is not None}

    def sound(self, hash_: str) -> Sound | None:
        """One sound, if it is there."""
        found = self._client.hmget(self._keys.audio(hash_), ["ulaw", "pcm"])
        ulaw, pcm = found
        return None if ulaw is None or pcm is None else Sound(as_bytes(ulaw), as_bytes(pcm))

    def keep_sound(self, hash_: str, sound: Sound) -> int:
        """Before the version that needs it. One that is there stays; returns the length of that."""
        args = [UNUSED_S, sound.ulaw, sound.pcm, sound.length_ms]
        return self._keep(keys=[self._keys.audio(hash_)], args=args)

    def publish(
        self, name: str, expected: int, text: bytes, sounds: Sounds, *, push_id: str, who: str
    ) -> int:
        """Put a new version into force, and return its number. One script, all or nothing.

        The same push again changes nothing. Raises Conflict where another version than `expected`
        is in force, or where one of the sounds is not there.
        """
        keys, needed = self._keys, hashes(sounds)
        outcome, version = self._publish(
            keys=[
                *(keys.current(name), keys.last(name), keys.versions(name)),
                *(keys.names, keys.uses, keys.changed, keys.audit),
            ],
            args=[
                *(keys.root, name, expected, push_id, text, render_sounds(sounds), who),
                *(self._origin.host, self._origin.argv_hash),
                *(KEEP_VERSIONS, KEEP_S, UNUSED_S, *needed),
            ],
        )
        if outcome == scripts.MISSING:
            raise Conflict(f"a sound of {name} has left the store meanwhile: push again")
        return _in_force(name, outcome, version, expected)

    def roll_back(self, name: str, expected: int, version: int, *, who: str) -> bool:
        """Put an older version into force again; False if it is no more. Raises Conflict."""
        keys = self._keys
        outcome, found = self._roll_back(
            keys=[keys.current(name), keys.version(name, version), keys.changed, keys.audit],
            args=[
                *(keys.root, name, expected, version, who),
                *(self._origin.host, self._origin.argv_hash),
            ],
        )
        return outcome != scripts.MISSING and _in_force(name, outcome, found, expected) == version

    def history(self, limit: int = 1_000) -> Iterator[Publication]:
        """What was published, the newest first; asked for page by page."""
        newest = "+"
        while limit > 0:
            asked = min(limit, HISTORY_PAGE)
            page = self._client.xrevrange(self._keys.audit, max=newest, count=asked) or []
            for entry_id, fields in page:
                newest = f"({as_text(entry_id or b'')}"
                yield _publication({as_text(k): as_text(v) for k, v in (fields or {}).items()})
            limit = limit - asked if len(page) == asked else 0


def _in_force(name: str, outcome: int, version: int, expected: int) -> int:
    if outcome == scripts.STALE:
        raise Conflict(
            f"version {version} of {name} is in force, not {expected}: somebody else published one"
            " meanwhile, look at it and push again"
        )
    return version


def _version(name: str, version: int, fields: dict[str, bytes]) -> FlowVersion | None:
    if not fields:
        return None
    at = datetime.fromtimestamp(int(fields["at"]), UTC)
    sounds = parse_sounds(fields["sounds"])
    return FlowVersion(name, version, fields["text"], sounds, fields["who"].decode(), at)


def _publication(fields: dict[str, str]) -> Publication:
    return Publication(
        flow=fields["flow"],
        version=int(fields["v"]),
        before=int(fields["before"]),
        what=fields["what"],
        at=datetime.fromtimestamp(int(fields["at"]), UTC),
        who=fields["who"],
        host=fields["host"],
        argv_hash=fields["argv"],
    )
