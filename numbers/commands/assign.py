"""`voicegate numbers assign` and `unassign`: where the callers of a number come."""

from datetime import datetime

import click

from ...gateway.terminal.answer import Answer
from ...gateway.terminal.command import command
from ..changes.assignment import WHOLE, assigned, known_number, scheduled, split, unassigned
from ..changes.proposal import CODES, Found, carry_out, look, propose
from ..desk.arguments import NUMBER, ROUTE, TIME
from ..desk.asked_time import asked_instant
from ..desk.invocation import Invocation
from ..desk.protocol import Desk
from ..model import Route, Snapshot
from ..resolve import resolve


@command(
    "voicegate numbers assign +12125550142 flow/clinic-main",
    "voicegate numbers assign +12125550142 flow/holiday --from 2026-12-24T12:00",
    "voicegate numbers assign +12125550142 agent/new-voice --weight 10",
    codes=CODES,
)
@click.argument("number", type=NUMBER)
@click.argument("route", type=ROUTE)
@click.option(
    "--from",
    "at",
    type=TIME,
    metavar="TIME",
    help="Only from then on, as an entry of its schedule, like 2026-12-01T09:00.",
)
@click.option(
    "--tz", metavar="ZONE", help="Zone of --from; that of the number's schedule otherwise, or UTC."
)
@click.option(
    "--weight",
    "percent",
    type=click.IntRange(1, WHOLE - 1),
    help=f"For so many of {WHOLE} callers; the others stay where they are.",
)
def assign(
    invocation: Invocation,
    *,
    number: str,
    route: Route,
    at: datetime | None,
    tz: str | None,
    percent: int | None,
) -> Answer:
    """Lead the callers of NUMBER to ROUTE: agent/NAME, flow/NAME, forward/+1… or sip:…"""
    if at is not None and percent is not None:
        raise click.UsageError("--from and --weight exclude each other: a schedule is not split")
    if tz is not None and at is None:
        raise click.UsageError("--tz is the zone of --from, which is missing")
    desk = invocation.desk
    found = look(invocation)
    if at is not None:
        begin = _future(desk, found.stored, number, at, tz)
        desired = scheduled(found.stored, number, route, begin)
    elif percent is not None:
        desired = split(found.stored, number, route, percent)
    else:
        desired = assigned(found.stored, number, route)
    return _carry_out(invocation, found, desired, number, "Assign it?")


@command("voicegate numbers unassign +12125550142", codes=CODES)
@click.argument("number", type=NUMBER)
def unassign(invocation: Invocation, *, number: str) -> Answer:
    """Take route, schedule and fallback of NUMBER: its callers come to the default route."""
    found = look(invocation)
    return _carry_out(invocation, found, unassigned(found.stored, number), number, "Unassign it?")


def _future(desk: Desk, stored: Snapshot, number: str, at: datetime, tz: str | None) -> datetime:
    begin = asked_instant(at, tz, known_number(stored, number), "--from")
    if begin <= desk.now():
        raise click.BadParameter("that is past: leave it out to assign now", param_hint="--from")
    return begin


def _carry_out(
    invocation: Invocation, found: Found, desired: Snapshot, number: str, question: str
) -> Answer:
    made = propose(invocation.desk, found, desired, only={number})
    foretell(invocation, desired, number)
    step = f"Ask who answers: voicegate numbers route test {number}"
    return carry_out(invocation, made, question, step)


def foretell(invocation: Invocation, desired: Snapshot, number: str) -> None:
    """Who would answer a call now if this were in force, and why."""
    desk = invocation.desk
    overrides = desk.registry.overrides.read()
    decision = resolve(desired, number, "", desk.now(), overrides, has_flow=desk.has_flow)
    for reason in decision.reasons:
        invocation.terminal.tell(f"{'! ' if reason.is_alarm else ''}{reason}")
    invocation.terminal.tell(f"would answer now: {decision.route or 'nobody'}")
