"""The versions of an account's configuration in Redis, and who made them. It opens no connection."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..errors import NumberError
from ..model import Number, Snapshot
from . import scripts
from .keys import Keys
from .origin import Origin
from .protocols import Conflict
from .replies import as_bytes, as_text

if TYPE_CHECKING:
    from redis import Redis

KEEP_VERSIONS = 50
KEEP_PLAN_S = 604_800
HISTORY_PAGE = 500  # an entry may be as large as the plan it tells of

ReadSnapshot = Callable[[bytes], Snapshot]
RenderSnapshot = Callable[[Snapshot], bytes]


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the audit. A version, or an override: a number with what it was and became."""

    at: datetime
    who: str
    host: str
    argv_hash: str
    version: int | None = None
    plan_id: str = ""
    diff: str = ""
    override: str = ""
    before: str = ""
    after: str = ""


class RedisStore:
    """See Store. Raises the errors of Redis, and NumberError for a document that cannot be read."""

    def __init__(
        self,
        client: "Redis",
        keys: Keys,
        read: ReadSnapshot,
        render: RenderSnapshot,
        origin: Origin,
    ) -> None:
        self._client = client
        self._keys = keys
        self._read = read
        self._render = render
        self._origin = origin
        self._commit = client.register_script(scripts.COMMIT)

    def current(self) -> Snapshot:
        """See Store."""
        version = self.version()
        if version == 0:
            return Snapshot(self._keys.account)
        found = self.at(version)
        if found is None:
            raise NumberError(
                f"version {version} is in force, but its document is gone: roll back to an earlier one"
            )
        return found

    def version(self) -> int:
        """The number of the version in force, whether or not that can be read; 0 for none."""
        return int(self._client.get(self._keys.current) or 0)

    def at(self, version: int) -> Snapshot | None:
        """One version, if it is still kept."""
        document = self._client.get(self._keys.document(version))
        return None if document is None else self._read(as_bytes(document))

    def commit(
        self, expected_version: int, snapshot: Snapshot, plan_id: str, who: str, diff: str
    ) -> int:
        """See Store. One script, all or nothing; also what people read is written there."""
        keys = self._keys
        made = replace(snapshot, version=expected_version + 1)
        routes = [*_changed_routes(self._numbers_of(expected_version), made.numbers)]
        outcome, version = self._commit(
            keys=[keys.current, keys.documents, keys.held, keys.plan(plan_id), keys.audit],
            args=[
                *(keys.root, expected_version, self._render(made), KEEP_VERSIONS, KEEP_PLAN_S),
                *(plan_id, who, self._origin.host, self._origin.argv_hash, diff),
                len(routes),
                *(text for pair in routes for text in pair),
            ],
        )
        if outcome == scripts.STALE:
            raise Conflict(
                f"version {version} is in force, not {expected_version}: somebody else applied a"
                " change meanwhile, plan again"
            )
        return version

    def _numbers_of(self, version: int) -> Mapping[str, Number]:
        """None of a version that is damaged, so that a good one can take its place."""
        try:
            found = self.at(version)
        except ValueError:
            return {}
        return {} if found is None else found.numbers

    def history(self, limit: int = 1_000) -> Iterator[Change]:
        """What was changed, the newest first; asked for page by page."""
        newest = "+"
        while limit > 0:
            asked = min(limit, HISTORY_PAGE)
            page = self._client.xrevrange(self._keys.audit, max=newest, count=asked) or []
            for entry_id, fields in page:
                newest = f"({as_text(entry_id or b'')}"
                texts = {as_text(name): as_text(text) for name, text in (fields or {}).items()}
                yield _change(texts)
            limit = limit - asked if len(page) == asked else 0

    def last_call(self, number: str) -> datetime | None:
        """When the last call of a number ended."""
        found = self._client.get(self._keys.last(number))
        return None if found is None else datetime.fromisoformat(as_text(found))


def _changed_routes(
    before: Mapping[str, Number], after: Mapping[str, Number]
) -> Iterator[tuple[str, str]]:
    """Each number whose route is not what it was, with its route, "" for none."""
    for number in before.keys() | after.keys():
        was, is_now = before.get(number), after.get(number)
        if was is None or is_now is None or was.shares != is_now.shares:
            yield number, _route(is_now)


def _route(number: Number | None) -> str:
    shares = () if number is None else number.shares
    if len(shares) == 1:
        return str(shares[0].route)
    return ", ".join(f"{share.route} {share.weight}" for share in shares)


def _change(fields: Mapping[str, str]) -> Change:
    return Change(
        at=datetime.fromtimestamp(int(fields["at"]), UTC),
        who=fields["who"],
        host=fields["host"],
        argv_hash=fields["argv"],
        version=int(fields["v"]) if "v" in fields else None,
        plan_id=fields.get("plan", ""),
        diff=fields.get("diff", ""),
        override=fields.get("override", ""),
        before=fields.get("before", ""),
        after=fields.get("after", ""),
    )
