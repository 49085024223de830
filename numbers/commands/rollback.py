"""`voicegate numbers rollback`: a new version with the content of an older one."""

from dataclasses import replace

import click

from ...gateway.terminal.answer import Answer
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ..changes.proposal import CODES, Found, carry_out, listed, propose
from ..changes.rolling_back import in_place_of, older, since_then
from ..desk.invocation import Invocation
from ..errors import NumberError
from ..model import Snapshot
from ..planning.plan import new_plan_id
from ..registry.protocols import Conflict


@command(
    "voicegate numbers rollback 41 --dry-run",
    codes=(*CODES, ExitCode.INVALID),
)
@click.argument("version", type=click.IntRange(1))
@click.option(
    "--prune",
    "is_pruning",
    is_flag=True,
    help="Unassign numbers that it did not know, and drop such pools; releases none.",
)
def rollback(invocation: Invocation, *, version: int, is_pruning: bool) -> Answer:
    """Have what VERSION had, as a new version. No number is bought or released by it."""
    desk = invocation.desk
    old = older(desk.registry.store, version)
    current = _current(invocation, old)
    for number in since_then(old, current):
        left = "is unassigned" if is_pruning else "stays as it is, --prune unassigns it"
        invocation.terminal.tell(f"{number} {left}: version {version} did not know it")
    found = Found(current, listed(invocation))
    made = propose(desk, found, old, is_pruning=is_pruning)
    step = "See what it came to: voicegate numbers list"
    return carry_out(invocation, made, f"Go back to version {version}?", step)


def _current(invocation: Invocation, old: Snapshot) -> Snapshot:
    """What is in force; if that cannot be read, the old content takes its place first."""
    store = invocation.desk.registry.store
    try:
        return store.current()
    except NumberError as error:
        damaged = store.version()
        invocation.terminal.tell(f"! version {damaged} cannot be read: {error}")
        restored = in_place_of(damaged, old)
        if invocation.options.is_dry_run:
            return restored
        invocation.terminal.confirm(f"Put version {old.version} in its place?")
        return _restored(invocation, damaged, restored)


def _restored(invocation: Invocation, damaged: int, old: Snapshot) -> Snapshot:
    desk = invocation.desk
    registry = desk.registry
    plan_id = new_plan_id(desk.now(), desk.chance)
    made = replace(old, plan_id=plan_id, author=desk.who, made_at=desk.now())
    if not registry.lock.acquire():
        raise Conflict("another change is under way: wait for its end, then ask again")
    try:
        registry.store.commit(damaged, made, plan_id, desk.who, "[]")
    finally:
        registry.lock.release()
    return made
