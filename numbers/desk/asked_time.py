"""The instant that a person meant by a time on the command line."""

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from .. import local_time
from ..errors import NumberError
from ..model import Number


def asked_instant(at: datetime, tz: str | None, number: Number | None, option: str) -> datetime:
    """With an offset it is clear; else it is the clock of `tz`, of the number's schedule, or UTC.

    A time that the zone's clocks skip is refused, as in a file: click.BadParameter of the option.
    """
    if at.tzinfo is not None and tz is None:
        return at
    zone = _zone(tz, number)
    try:
        return local_time.parse(at.isoformat(), zone)
    except NumberError as error:
        raise click.BadParameter(str(error), param_hint=option) from None


def _zone(tz: str | None, number: Number | None) -> ZoneInfo:
    if tz is not None:
        try:
            return local_time.zone(tz)
        except NumberError as error:
            raise click.BadParameter(str(error), param_hint="--tz") from None
    known = number.schedule[0].at.tzinfo if number and number.schedule else None
    return known if isinstance(known, ZoneInfo) else ZoneInfo("UTC")
