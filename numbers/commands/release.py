"""`voicegate numbers release`: one number back to the provider, for good."""

import click

from ...gateway.terminal.answer import Answer
from ...gateway.terminal.command import command
from ..changes.proposal import CODES
from ..changes.release_guard import check_release, pools_with
from ..desk import completion_cache
from ..desk.arguments import NUMBER
from ..desk.invocation import Invocation
from ..desk.protocol import account_of
from ..model import Snapshot
from ..planning.plan import new_plan_id
from ..planning.release import release as give_back
from ..planning.step import Action

FOR_GOOD = "it is given back at once, and cannot be had again"


@command("voicegate numbers release +12125550142 --confirm +12125550142", codes=CODES)
@click.argument("number", type=NUMBER)
@click.option(
    "--confirm", "typed", metavar="NUMBER", help="The same number again, instead of the question."
)
@click.option(
    "--even-if-used",
    "is_even_if_used",
    is_flag=True,
    help="Also if it was called in the last 30 days.",
)
def release(
    invocation: Invocation, *, number: str, typed: str | None, is_even_if_used: bool
) -> Answer:
    """Give NUMBER back to the provider. It cannot be undone; --yes is not enough.

    A protected number is refused, and one that was called in the last 30 days.
    """
    desk = invocation.desk
    store = desk.registry.store
    stored = store.current()
    known = stored.numbers.get(number)
    last_call = store.last_call(number)
    check_release(known, last_call, desk.now(), is_even_if_used=is_even_if_used)
    for pool in pools_with(stored, number):
        invocation.terminal.tell(f"! it is a member of the pool {pool}")
    if invocation.options.is_dry_run:
        return _answer("", stored.version, f"would release {number}: {FOR_GOOD}", count=0)
    name = f" ({known.name})" if known and known.name else ""
    question = f"Release {number}{name}: {FOR_GOOD}."
    invocation.terminal.confirm_typed(question, number, typed, "--confirm")
    return _released(invocation, number, stored)


def _released(invocation: Invocation, number: str, stored: Snapshot) -> Answer:
    desk = invocation.desk
    plan_id = new_plan_id(desk.now(), desk.chance)
    with invocation.terminal.progress("releasing"):
        version = give_back(number, account_of(desk), desk.who, desk.now(), plan_id)
    if version != stored.version:
        completion_cache.save(desk.folder, desk.registry.store.current())
    return _answer(plan_id, version, f"{number} is not ours any more", count=1)


def _answer(plan_id: str, version: int, line: str, *, count: int) -> Answer:
    others = dict.fromkeys((*(action.value for action in Action), "unmanaged"), 0)
    fields = {
        "plan_id": plan_id,
        "version": version,
        "provider_writes": count,
        "summary": {**others, "release": count},
    }
    return Answer("ApplyResult", fields, ("version", "plan_id"), lines=[line])
