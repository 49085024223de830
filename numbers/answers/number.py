"""A number, a change, a decision as the JSON that commands print: every field is always there."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import orjson

from ...gateway.terminal.answer import Json
from ..local_time import render
from ..model import Number, Route, ScheduleEntry, Share
from ..planning.drift import FieldDrift
from ..planning.known import State
from ..registry.store import Change
from ..resolve import Reason


def number_json(number: Number, state: State | None = None) -> dict[str, Json]:
    """`route` is the number's own in words, `shares` the same as values; `state` if it was asked."""
    return {
        "number": number.number,
        "name": number.name,
        "route": route_words(number.shares),
        "shares": [{"route": str(one.route), "weight": one.weight} for one in number.shares],
        "schedule": [_entry(entry) for entry in number.schedule],
        "fallback": _text(number.fallback),
        "record": number.is_recorded,
        "audio": number.audio and number.audio.value,
        "emergency_address": number.emergency_address,
        "tags": number.tags,
        "protect": number.is_protected,
        "max_calls": number.max_calls,
        "provider_id": number.provider_id,
        "state": state and state.value,
    }


def route_words(shares: Sequence[Share]) -> str | None:
    """`flow/a`, or `flow/a 90, flow/b 10`; None for none."""
    if len(shares) == 1:
        return str(shares[0].route)
    return ", ".join(f"{share.route} {share.weight}" for share in shares) or None


def _entry(entry: ScheduleEntry) -> dict[str, Json]:
    return {
        "at": entry.at.isoformat(),
        "tz": render(entry.at)[1],
        "route": str(entry.route),
        "until": instant(entry.until),
    }


def instant(at: datetime | None) -> str | None:
    """ISO 8601 with an offset."""
    return None if at is None else at.isoformat()


def reasons_json(reasons: Sequence[Reason]) -> list[Mapping[str, Json]]:
    """The chain, in order."""
    return [{"step": one.step.value, "text": one.text, "alarm": one.is_alarm} for one in reasons]


def drift_json(fields: Sequence[FieldDrift]) -> list[Mapping[str, Json]]:
    """Field by field."""
    return [
        {"field": one.name, "file": one.file, "store": one.store, "provider": one.provider}
        for one in fields
    ]


def change_json(change: Change) -> dict[str, Json]:
    """An entry of the history; `steps` are those of the plan, `override` what was set by hand."""
    override: dict[str, Json] | None = None
    if change.override:
        before, after = _loaded(change.before), _loaded(change.after)
        override = {"number": change.override, "before": before, "after": after}
    return {
        "at": instant(change.at),
        "who": change.who,
        "host": change.host,
        "version": change.version,
        "plan_id": change.plan_id or None,
        "argv_hash": change.argv_hash,
        "steps": _loaded(change.diff) or [],
        "override": override,
    }


def _loaded(text: str) -> Json:
    return orjson.loads(text) if text else None


def _text(route: Route | None) -> str | None:
    return None if route is None else str(route)
