"""`voicegate numbers history`: who changed what, the newest first."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import click
import orjson

from ...gateway.terminal.answer import Answer, Json
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ..answers.number import change_json
from ..desk.arguments import NUMBER, TimeType
from ..desk.invocation import Invocation
from ..registry.store import Change
from ..resolve import ALL_NUMBERS

COLUMNS = ("version", "at", "who", "what")
KEPT = 100_000  # so many entries the store keeps
_AGO = re.compile(r"([1-9][0-9]{0,4})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class SinceType(TimeType):
    """A time, or how long ago: 30m, 12h, 7d, 4w."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """A timedelta for how long ago."""
        ago = _AGO.fullmatch(str(value))
        if ago is None:
            return super().convert(value, param, ctx)
        return timedelta(**{_UNITS[ago[2]]: int(ago[1])})


@command("voicegate numbers history +12125550142 --since 7d", codes=(ExitCode.UNREACHABLE,))
@click.argument("number", type=NUMBER, required=False)
@click.option(
    "--since",
    type=SinceType(),
    metavar="TIME",
    help="Only from then on: 7d, 12h, or 2026-12-24T18:00, in UTC unless it has an offset.",
)
@click.option("--limit", type=click.IntRange(1, KEPT), help="At most so many, the newest.")
def history(
    invocation: Invocation,
    *,
    number: str | None,
    since: datetime | timedelta | None,
    limit: int | None,
) -> Answer:
    """Show who changed what and when, the newest first."""
    begin = _begin(since, invocation.desk.now())
    items: list[Json] = []
    for change in invocation.desk.registry.store.history(KEPT):
        if (begin and change.at < begin) or len(items) == limit:
            break
        if number is None or concerns(change, number):
            fields = change_json(change)
            items.append({**fields, "what": words(fields, head=False)})
    step = "Go back to a version: voicegate numbers rollback VERSION" if items else ""
    return Answer("History", {"items": items}, COLUMNS, next_step=step)


def concerns(change: Change, number: str) -> bool:
    """Was this number changed by it?"""
    if change.override:
        return change.override in (number, ALL_NUMBERS)
    return any(step.get("number") == number for step in _steps(change))


def words(change: Mapping[str, Json], *, head: bool = True) -> str:
    """One change in a line."""
    told = ", ".join(_told(change))
    return f"{change['at']} by {change['who']}: {told}" if head else told


def _told(change: Mapping[str, Json]) -> Iterator[str]:
    override = change["override"]
    if isinstance(override, Mapping):
        after = override["after"]
        route = after["route"] or "closed" if isinstance(after, Mapping) else "cleared"
        yield f"override {override['number']} {route}"
        return
    steps = change["steps"]
    assert isinstance(steps, list)
    for step in steps[:3]:
        assert isinstance(step, Mapping)
        about = next((step[kind] for kind in ("number", "pool", "agent") if kind in step), "")
        yield f"{step['action']} {about}".strip()
    if len(steps) > 3:
        yield f"and {len(steps) - 3} more"


def _steps(change: Change) -> list[dict[str, Json]]:
    return orjson.loads(change.diff) if change.diff else []


def _begin(since: datetime | timedelta | None, now: datetime) -> datetime | None:
    match since:
        case timedelta():
            return now - since
        case datetime():
            return since if since.tzinfo else since.replace(tzinfo=UTC)
        case None:
            return None
