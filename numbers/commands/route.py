"""`voicegate numbers route test`: who would answer, and why, without a call."""

from collections.abc import Iterator
from datetime import datetime

import click

from ...gateway.terminal.answer import Answer
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ..answers.number import reasons_json
from ..desk.arguments import NUMBER, TIME
from ..desk.asked_time import asked_instant
from ..desk.invocation import Invocation
from ..model import RouteKind
from ..resolve import Resolution, Step, resolve

EXAMPLE = "voicegate numbers route test +12125550142 --from +12125550199 --at 2026-12-24T18:00"


@click.group(epilog=f"Example: {EXAMPLE}")
def route() -> None:
    """Ask who would answer a call, without a call."""


@command(EXAMPLE, codes=(ExitCode.FAILED, ExitCode.UNREACHABLE), name="test")
@click.argument("number", type=NUMBER)
@click.option("--from", "caller", type=NUMBER, help="Who calls; withheld, if nothing is said.")
@click.option(
    "--at",
    type=TIME,
    metavar="TIME",
    help="When, like 2026-12-24T18:00; now, if nothing is said.",
)
@click.option(
    "--tz",
    metavar="ZONE",
    help="Zone of --at; that of the number's schedule otherwise, or UTC.",
)
def test(
    invocation: Invocation,
    *,
    number: str,
    caller: str | None,
    at: datetime | None,
    tz: str | None,
) -> Answer:
    """Say who would answer a call to NUMBER, and each reason; exits with 1 if nobody would.

    Of a flow also the node that such a call would come to first.
    """
    desk = invocation.desk
    if tz is not None and at is None:
        raise click.UsageError("--tz is the zone of --at, which is missing")
    snapshot = desk.registry.store.current()
    known = snapshot.numbers.get(number)
    when = desk.now() if at is None else asked_instant(at, tz, known, "--at")
    overrides = desk.registry.overrides.read()
    found = resolve(snapshot, number, caller or "", when, overrides, has_flow=desk.has_flow)
    is_flow = found.route is not None and found.route.kind is RouteKind.FLOW
    node = None
    if found.route is not None and is_flow:
        node = desk.node_of(found.route, number, caller or "", when)
    fields = {
        "number": number,
        "caller": caller,
        "at": when.isoformat(),
        "version": snapshot.version,
        "route": None if found.route is None else str(found.route),
        "node": node,
        "reasons": reasons_json(found.reasons),
    }
    is_nobody = found.reasons[-1].step is Step.NOBODY
    code = ExitCode.FAILED if is_nobody else ExitCode.OK
    return Answer("RouteTest", fields, ("route",), lines=[*_lines(found, node)], exit_code=code)


def _lines(found: Resolution, node: str | None) -> Iterator[str]:
    for reason in found.reasons:
        yield f"{'! ' if reason.is_alarm else ''}{reason}"
    enters = "" if node is None else f", which begins with {node}"
    yield f"-> {found.route or 'nobody: the caller hears that we are closed'}{enters}"


route.add_command(test)
