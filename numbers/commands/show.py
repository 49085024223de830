"""`voicegate numbers show`: all that is known about one number."""

from collections.abc import Iterator, Mapping
from itertools import islice

import click

from ...gateway.terminal.answer import Answer, Json
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.failure import CommandError
from ..answers.number import change_json, drift_json, instant, number_json, reasons_json
from ..desk.arguments import NUMBER
from ..desk.invocation import Invocation
from ..desk.protocol import Desk
from ..model import Number, Override, Snapshot
from ..planning.drift import drift
from ..planning.known import State
from ..provider import Owned
from ..registry.store import Change
from ..resolve import ALL_NUMBERS, Resolution, resolve
from .history import concerns, words

CHANGES = 5


@command(
    "voicegate numbers show +12125550142",
    codes=(ExitCode.AUTH, ExitCode.NOT_FOUND, ExitCode.UNREACHABLE),
)
@click.argument("number", type=NUMBER)
@click.option("--offline", "is_offline", is_flag=True, help="Do not ask the provider.")
def show(invocation: Invocation, *, number: str, is_offline: bool) -> Answer:
    """Show one number: how it is configured, what the provider has, who answers now and why."""
    desk = invocation.desk
    snapshot = desk.registry.store.current()
    owned = None if is_offline else _owned(invocation, number)
    stored = snapshot.numbers.get(number)
    if stored is None and owned is None:
        raise CommandError(ExitCode.NOT_FOUND, "this number is not ours", "see numbers list")
    fields = {
        **number_json(stored or Number(number), _state(stored, owned, is_offline=is_offline)),
        "version": snapshot.version,
        **_answering(desk, snapshot, number),
        **_at_provider(desk, snapshot, owned),
        "last_call": instant(desk.registry.store.last_call(number)),
        "changes": [change_json(change) for change in _changes(desk, number)],
    }
    return Answer("Number", fields, ("number", "name", "route"), lines=[*_lines(fields)])


def _owned(invocation: Invocation, number: str) -> Owned | None:
    with invocation.terminal.progress("asking the provider"):
        owned = invocation.desk.provider.owned()
        return next((each for each in owned if each.number == number), None)


def _state(stored: Number | None, owned: Owned | None, *, is_offline: bool) -> State | None:
    if is_offline:
        return None
    if stored is None:
        return State.FOREIGN
    return State.MISSING if owned is None else State.MANAGED


def _answering(desk: Desk, snapshot: Snapshot, number: str) -> dict[str, Json]:
    """Who answers a caller without a number at this moment."""
    overrides = desk.registry.overrides.read()
    found: Resolution = resolve(snapshot, number, "", desk.now(), overrides, has_flow=desk.has_flow)
    override = overrides.get(number) or overrides.get(ALL_NUMBERS)
    return {
        "override": None if override is None else _override(override),
        "answers": None if found.route is None else str(found.route),
        "reasons": reasons_json(found.reasons),
    }


def _override(override: Override) -> dict[str, Json]:
    route = None if override.route is None else str(override.route)
    return {"route": route, "until": instant(override.until)}


def _at_provider(desk: Desk, snapshot: Snapshot, owned: Owned | None) -> dict[str, Json]:
    if owned is None:
        return {"provider": None, "drift": []}
    only = Snapshot(snapshot.account, numbers=_only(snapshot, owned.number))
    (found,) = drift(None, only, [owned], desk.webhook)
    provider: dict[str, Json] = {
        "id": owned.id,
        "name": owned.name,
        "capabilities": sorted(owned.capabilities),
        "fields": dict(owned.fields),
    }
    return {"provider": provider, "drift": drift_json(found.fields)}


def _only(snapshot: Snapshot, number: str) -> Mapping[str, Number]:
    return {number: snapshot.numbers[number]} if number in snapshot.numbers else {}


def _changes(desk: Desk, number: str) -> Iterator[Change]:
    found = (change for change in desk.registry.store.history() if concerns(change, number))
    return islice(found, CHANGES)


def _lines(fields: Mapping[str, Json]) -> Iterator[str]:
    """The same for a person, one fact a line."""
    for name in ("number", "name", "route", "fallback", "emergency_address", "state"):
        if fields[name]:
            yield f"{name.replace('_', ' ')}: {fields[name]}"
    for entry in _each(fields["schedule"]):
        until = f" until {entry['until']}" if entry["until"] else ""
        yield f"schedule: {entry['route']} from {entry['at']}{until}"
    yield f"answers now: {fields['answers'] or 'nobody, the caller hears that we are closed'}"
    for reason in _each(fields["reasons"]):
        yield f"  {'!' if reason['alarm'] else '-'} {reason['step']}: {reason['text']}"
    provider = fields["provider"]
    if isinstance(provider, Mapping):
        yield f"provider: {provider['id']}, {provider['name'] or 'without a name'}"
    for one in _each(fields["drift"]):
        yield f"  ! {one['field']} is {one['provider']!r} there, and should be {one['store']!r}"
    yield f"last call: {fields['last_call'] or 'none is known'}"
    for change in _each(fields["changes"]):
        yield f"changed: {words(change)}"


def _each(value: Json) -> Iterator[Mapping[str, Json]]:
    assert isinstance(value, list)
    return (one for one in value if isinstance(one, Mapping))
