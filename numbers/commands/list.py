"""`voicegate numbers list`: the numbers in force, and on demand how they stand to the provider."""

from collections.abc import Iterator
from enum import StrEnum
from fnmatch import fnmatchcase

import click

from ...gateway.terminal.answer import Answer
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ..answers.number import number_json
from ..desk import completion_cache
from ..desk.invocation import Invocation
from ..model import Number, Snapshot
from ..planning.drift import NumberDrift, drift
from ..planning.known import State

COLUMNS = ("number", "name", "route", "tags")


class Wanted(StrEnum):
    """Which numbers to list, by who knows them."""

    MANAGED = "managed"
    MISSING = "missing"
    FOREIGN = "foreign"
    DRIFT = "drift"


@command(
    "voicegate numbers list --route 'flow/*' -o ids",
    codes=(ExitCode.AUTH, ExitCode.UNREACHABLE),
    name="list",
)
@click.option("--route", metavar="ROUTE", help="Only those that lead there; * stands for any text.")
@click.option("--unassigned", "is_unassigned", is_flag=True, help="Only those without a route.")
@click.option(
    "--state",
    type=click.Choice([wanted.value for wanted in Wanted]),
    help="Only those that stand so to the provider, which is asked.",
)
def list_numbers(
    invocation: Invocation, *, route: str | None, is_unassigned: bool, state: str | None
) -> Answer:
    """List the numbers and who answers them."""
    if route and is_unassigned:
        raise click.UsageError("--route and --unassigned exclude each other")
    snapshot = invocation.desk.registry.store.current()
    completion_cache.save(invocation.desk.folder, snapshot)
    items = [
        number_json(number, known)
        for number, known in _found(invocation, snapshot, state)
        if (not route or _leads(number, route)) and not (is_unassigned and number.shares)
    ]
    columns = COLUMNS if state is None else (*COLUMNS, "state")
    return Answer("NumberList", {"items": items}, columns, next_step=_next_step(snapshot))


def _found(
    invocation: Invocation, snapshot: Snapshot, state: str | None
) -> Iterator[tuple[Number, State | None]]:
    """Numbers with their states; the provider is asked only for a state."""
    if state is None:
        yield from ((snapshot.numbers[number], None) for number in sorted(snapshot.numbers))
        return
    desk = invocation.desk
    with invocation.terminal.progress("asking the provider"):
        owned = [*desk.provider.owned()]
    for each in drift(None, snapshot, owned, desk.webhook):
        if _is(Wanted(state), each):
            number = snapshot.numbers.get(each.number) or Number(each.number)
            yield number, each.state


def _is(wanted: Wanted, each: NumberDrift) -> bool:
    if wanted is Wanted.DRIFT:
        return each.is_drifted
    return each.state.value == wanted.value


def _leads(number: Number, pattern: str) -> bool:
    return any(fnmatchcase(str(share.route), pattern) for share in number.shares)


def _next_step(snapshot: Snapshot) -> str:
    if not snapshot.numbers:
        return "Adopt what the account owns: voicegate numbers import --all"
    return f"Look at one: voicegate numbers show {min(snapshot.numbers)}"
