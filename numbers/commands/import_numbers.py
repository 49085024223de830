"""`voicegate numbers import`: adopt what the account owns already."""

import click

from ...gateway.terminal.answer import Answer
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.failure import CommandError
from ..changes.adoption import adopted
from ..changes.proposal import CODES, carry_out, look, propose
from ..desk.arguments import NUMBER
from ..desk.invocation import Invocation


@command(
    "voicegate numbers import --all --dry-run",
    "voicegate numbers import +12125550142",
    codes=CODES,
    name="import",
)
@click.argument("numbers", type=NUMBER, nargs=-1, metavar="[NUMBER]...")
@click.option("--all", "is_all", is_flag=True, help="Every number of the account.")
def import_numbers(invocation: Invocation, *, numbers: tuple[str, ...], is_all: bool) -> Answer:
    """Manage numbers that the account owns already.

    Their calls come here from then on, to the default route until a number is assigned.
    """
    if is_all is bool(numbers):
        raise click.UsageError("say which numbers, or --all, one of the two")
    found = look(invocation)
    owned = {each.number: each for each in found.owned}
    if not owned.keys() >= set(numbers):
        what = "the account does not own all of these numbers"
        raise CommandError(ExitCode.NOT_FOUND, what, "buy one, or leave it out")
    chosen = owned if is_all else {number: owned[number] for number in numbers}
    desired = adopted(found.stored, chosen.values())
    made = propose(invocation.desk, found, desired, only=chosen)
    step = "Write down what is in force: voicegate numbers export > numbers.yaml"
    return carry_out(invocation, made, "Have their calls come here?", step)
