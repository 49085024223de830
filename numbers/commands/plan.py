"""`voicegate numbers plan`: what an apply would do, to look at and to keep."""

from pathlib import Path

import click

from ...gateway.terminal.answer import Answer
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.failure import CommandError
from ...gateway.terminal.source_file import read_source
from ..answers.plan import plan_answer
from ..changes import refused_file
from ..changes.proposal import Found, listed, propose
from ..changes.wanted_file import wanted, warnings
from ..desk.invocation import Invocation
from ..documents import numbers as numbers_document
from ..planning import plan_json
from ..planning.plan import Plan

CODES = (
    *(ExitCode.FAILED, ExitCode.INVALID, ExitCode.AUTH, ExitCode.NOT_FOUND),
    *(ExitCode.UNREACHABLE, ExitCode.CHANGES_PENDING),
)
PRUNE_HELP = "Unassign numbers that the file does not name, and drop such pools; releases none."
BUY_HELP = "Buy numbers of the file that nobody here owns."


@command(
    "voicegate numbers plan -f numbers.yaml",
    "voicegate numbers export | voicegate numbers plan -f - --exit-code",
    codes=CODES,
)
@click.option(
    "-f", "--file", "name", required=True, metavar="FILE", help="numbers.yaml; - is stdin."
)
@click.option("--prune", "is_pruning", is_flag=True, help=PRUNE_HELP)
@click.option("--allow-buy", "may_buy", is_flag=True, help=BUY_HELP)
@click.option("--exit-code", "is_telling", is_flag=True, help="Exit with 10 if there are changes.")
@click.option("--out", metavar="FILE", help="Keep the plan there, for apply.")
def plan(
    invocation: Invocation,
    *,
    name: str,
    is_pruning: bool,
    may_buy: bool,
    is_telling: bool,
    out: str | None,
) -> Answer:
    """Show what would be done to have what the file wants, and change nothing."""
    made = planned(invocation, name, is_pruning=is_pruning, may_buy=may_buy)
    if out is not None:
        _keep(Path(out), made)
    code = ExitCode.CHANGES_PENDING if is_telling and made.changes else ExitCode.OK
    step = f"Apply it: voicegate numbers apply {f'-f {name}' if out is None else out}"
    return plan_answer(made, code, step if made.changes and name != "-" else "")


def planned(invocation: Invocation, name: str, *, is_pruning: bool, may_buy: bool) -> Plan:
    """The plan to what a file wants."""
    desk = invocation.desk  # first, so that whatever is told of the file is told without secrets
    content = read_source(name)
    parsed = numbers_document.parse(content)
    stored = desk.registry.store.current()
    desired = wanted(parsed, stored)
    for warning in warnings(parsed, stored, desired, desk.has_flow):
        invocation.terminal.tell(f"! {warning}")
    found = Found(stored, listed(invocation))
    refused_file.check(content, desired, stored, found.owned, desk.has_flow, may_buy=may_buy)
    allow_buy = parsed.numbers if may_buy else ()
    return propose(desk, found, desired, allow_buy=allow_buy, is_pruning=is_pruning)


def _keep(path: Path, made: Plan) -> None:
    try:
        path.write_bytes(plan_json.render(made) + b"\n")
    except OSError as error:
        what = f"{path} cannot be written: {error.strerror}"
        raise CommandError(ExitCode.FAILED, what, "name another file by --out") from None
