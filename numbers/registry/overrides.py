"""Routes set by hand, in Redis: `closed now` works at once and on no version's account."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import orjson

from .. import route_text
from ..errors import NumberError
from ..model import Override
from . import scripts
from .keys import Keys
from .origin import Origin
from .replies import as_text

if TYPE_CHECKING:
    from redis import Redis


class RedisOverrides:
    """The overrides of an account, by number or `*` for all. Raises the errors of Redis."""

    def __init__(self, client: "Redis", keys: Keys, origin: Origin) -> None:
        self._client = client
        self._keys = keys
        self._origin = origin
        self._change = client.register_script(scripts.OVERRIDE)

    def read(self) -> dict[str, Override]:
        """All of them, those included whose time is over."""
        return parse_overrides(self._client.hgetall(self._keys.overrides))

    def put(self, number: str, override: Override, who: str) -> bool:
        """Set one; False if it was so already."""
        return self._write(number, render_override(override), who)

    def clear(self, number: str, who: str) -> bool:
        """Take one away; False if there was none."""
        return self._write(number, b"", who)

    def _write(self, number: str, text: bytes, who: str) -> bool:
        origin = self._origin
        changed = self._change(
            keys=[self._keys.overrides, self._keys.audit],
            args=[self._keys.root, number, text, who, origin.host, origin.argv_hash],
        )
        return bool(changed)


def render_override(override: Override) -> bytes:
    """As JSON; without a route it means closed."""
    route, until = override.route, override.until
    return orjson.dumps(
        {
            "route": None if route is None else str(route),
            "until": None if until is None else until.isoformat(),
        }
    )


def parse_overrides(found: Mapping[bytes | str, bytes | str]) -> dict[str, Override]:
    """By number. Raises NumberError for what is none."""
    return {as_text(number): _parse(text) for number, text in found.items()}


def _parse(text: bytes | str) -> Override:
    try:
        said = orjson.loads(text)
        route, until = said["route"], said["until"]
        return Override(
            None if route is None else route_text.parse(route),
            None if until is None else datetime.fromisoformat(until),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise NumberError("an override in the store cannot be read: set it again") from error
