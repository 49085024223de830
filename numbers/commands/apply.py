"""`voicegate numbers apply`: a file, or a plan that was kept, into force."""

import click

from ...gateway.terminal.answer import Answer
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.source_file import read_source
from ..changes.proposal import CODES, carry_out
from ..desk.invocation import Invocation
from ..planning import plan_json
from ..planning.plan import Plan
from .plan import BUY_HELP, PRUNE_HELP, planned


@command(
    "voicegate numbers apply -f numbers.yaml",
    "voicegate numbers apply plan.json --yes",
    codes=(*CODES, ExitCode.INVALID),
)
@click.argument("kept", required=False, metavar="[PLAN]")
@click.option("-f", "--file", "name", metavar="FILE", help="numbers.yaml; - is stdin.")
@click.option("--prune", "is_pruning", is_flag=True, help=PRUNE_HELP)
@click.option("--allow-buy", "may_buy", is_flag=True, help=BUY_HELP)
def apply(
    invocation: Invocation, *, kept: str | None, name: str | None, is_pruning: bool, may_buy: bool
) -> Answer:
    """Have what a file wants, or what was planned: PLAN is what `plan --out` kept.

    First the configuration comes into force, then the provider is written to and read back. No
    number is ever released. If it stops on its way, the same again goes on.
    """
    if (kept is None) is (name is None):
        raise click.UsageError("say -f numbers.yaml, or a plan that was kept, one of the two")
    if kept is not None and (is_pruning or may_buy):
        raise click.UsageError("--prune and --allow-buy are for plan: what was planned is applied")
    if name is not None:
        made = planned(invocation, name, is_pruning=is_pruning, may_buy=may_buy)
    else:
        made = _kept(invocation, kept or "")
    step = "See what it came to: voicegate numbers list"
    return carry_out(invocation, made, "Apply it?", step)


def _kept(invocation: Invocation, name: str) -> Plan:
    _ = invocation.desk  # opened first, so that whatever is told of it is told without secrets
    return plan_json.parse(read_source(name))
