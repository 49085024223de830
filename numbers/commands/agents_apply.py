"""`voicegate agents apply`: the agents of a file into force, as a version of the store."""

from dataclasses import replace
from types import MappingProxyType

import click

from ...gateway.terminal.answer import Answer
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.source_file import read_source
from ..answers.plan import plan_answer, plan_lines
from ..desk import completion_cache
from ..desk.invocation import Invocation
from ..desk.protocol import Desk
from ..documents import agents as agents_document
from ..model import Snapshot
from ..planning.house_step import house_steps
from ..planning.patch import patched
from ..planning.plan import Plan, fingerprint, new_plan_id
from ..planning.plan_json import render_steps
from ..registry.protocols import Conflict


@command(
    "voicegate agents apply -f agents.yaml",
    codes=(
        *(ExitCode.FAILED, ExitCode.INVALID, ExitCode.NOT_FOUND, ExitCode.CONFLICT),
        *(ExitCode.UNREACHABLE, ExitCode.NEEDS_CONFIRMATION),
    ),
)
@click.option(
    "-f", "--file", "name", required=True, metavar="FILE", help="agents.yaml; - is stdin."
)
def apply(invocation: Invocation, *, name: str) -> Answer:
    """Put the agents of a file into force; those that it does not name stay.

    New calls have them at once, calls that are under way keep theirs.
    """
    agents = agents_document.parse(read_source(name))
    desk = invocation.desk
    current = desk.registry.store.current()
    desired = Snapshot(desk.account, agents=MappingProxyType(dict(agents)))
    steps = tuple(house_steps(desired, current, is_pruning=False))
    made = Plan(new_plan_id(desk.now(), desk.chance), current.version, fingerprint(()), steps)
    if invocation.options.is_dry_run:
        return plan_answer(made)
    if not steps:
        return _answer(made, current.version, ["no changes"])
    for line in plan_lines(made):
        invocation.terminal.tell(line)
    invocation.terminal.confirm("Put these agents into force?")
    version = _commit(desk, current, made)
    return _answer(made, version, [f"version {version} is in force"])


def _commit(desk: Desk, current: Snapshot, plan: Plan) -> int:
    """No provider is asked, so that the version is all there is to write."""
    registry = desk.registry
    made = replace(
        patched(current, plan.steps),
        version=current.version + 1,
        plan_id=plan.id,
        author=desk.who,
        made_at=desk.now(),
    )
    if not registry.lock.acquire():
        raise Conflict("another apply is under way: wait for its end, then try again")
    try:
        diff = render_steps(plan.steps).decode()
        version = registry.store.commit(current.version, made, plan.id, desk.who, diff)
    finally:
        registry.lock.release()
    completion_cache.save(desk.folder, made)
    return version


def _answer(plan: Plan, version: int, lines: list[str]) -> Answer:
    fields = {
        "plan_id": plan.id,
        "version": version,
        "provider_writes": 0,
        "summary": plan.summary,
    }
    return Answer("ApplyResult", fields, ("version", "plan_id"), lines=lines)
