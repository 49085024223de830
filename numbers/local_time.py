"""Local times with their zones, as text and as instants; both nights of daylight saving included.

An hour that the clocks show twice means the first one, unless the text gives its offset; a time
that they skip is refused.
"""

import re
from datetime import UTC, datetime
from difflib import get_close_matches
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from .errors import NumberError

TIME_PATTERN = (
    r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{6})?)?"
    r"([+\-][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?"
)
_TIME = re.compile(TIME_PATTERN)


def zone(key: str) -> ZoneInfo:
    """A zone of the IANA database."""
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = get_close_matches(key, available_timezones(), n=1)
        advice = f"did you mean {near[0]}?" if near else "write one like America/New_York or UTC"
        raise NumberError(advice) from None


def parse(text: str, tz: ZoneInfo) -> datetime:
    """The instant at which the clocks of the zone show this time, of this century."""
    if not _TIME.fullmatch(text):
        raise NumberError("write date and local time, like 2026-12-24T18:00")
    try:
        written = datetime.fromisoformat(text)
    except ValueError:
        raise NumberError("there is no such day or hour: check its figures") from None
    local = written.replace(tzinfo=None)
    instant = (written if written.tzinfo else local.replace(tzinfo=tz)).astimezone(UTC)
    at = instant.astimezone(tz)
    if at.replace(tzinfo=None) == local:
        return at
    if written.tzinfo:
        raise NumberError(f"{tz.key} has another offset then, leave it out")
    raise NumberError(f"the clocks of {tz.key} skip this time, write {render(at)[0]}")


def render(at: datetime) -> tuple[str, str]:
    """The local time and its zone's key; UTC where the instant has an offset but no zone."""
    assert at.tzinfo is not None
    tz = at.tzinfo if isinstance(at.tzinfo, ZoneInfo) else ZoneInfo("UTC")
    at = at.astimezone(UTC).astimezone(tz)
    shown = at if at.fold else at.replace(tzinfo=None)
    spec = "auto" if at.second or at.microsecond else "minutes"
    return shown.isoformat(timespec=spec), tz.key
