"""The one way in which a command changes something: look, plan, show, ask, apply."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from ...gateway.terminal.answer import Answer
from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.failure import CommandError
from ..answers.plan import plan_answer, plan_lines
from ..desk import completion_cache
from ..desk.invocation import Invocation
from ..desk.protocol import Desk, account_of
from ..model import Snapshot
from ..planning.apply import Applied, apply
from ..planning.number_step import Terms
from ..planning.plan import Plan, new_plan_id, plan
from ..planning.webhook import Webhook
from ..provider import Owned
from .public_address import why_private
from .told_journal import ToldJournal

CODES = (
    ExitCode.FAILED,
    ExitCode.AUTH,
    ExitCode.NOT_FOUND,
    ExitCode.CONFLICT,
    ExitCode.UNREACHABLE,
    ExitCode.PARTLY_APPLIED,
    ExitCode.NEEDS_CONFIRMATION,
)


@dataclass(frozen=True, slots=True)
class Found:
    """What there is: the version in force, and every number that the provider has for us."""

    stored: Snapshot
    owned: tuple[Owned, ...]


def look(invocation: Invocation) -> Found:
    """Ask store and provider."""
    stored = invocation.desk.registry.store.current()
    return Found(stored, listed(invocation))


def listed(invocation: Invocation) -> tuple[Owned, ...]:
    """Ask the provider alone."""
    with invocation.terminal.progress("asking the provider"):
        return tuple(invocation.desk.provider.owned())


def propose(
    desk: Desk,
    found: Found,
    desired: Snapshot,
    *,
    allow_buy: Collection[str] = (),
    is_pruning: bool = False,
    only: Collection[str] | None = None,
) -> Plan:
    """The steps to what is desired; of numbers, `only` these are looked at, None for all.

    Raises CommandError where the provider would be sent to an address that it cannot reach.
    """
    terms = Terms(desk.webhook, allow_buy, is_pruning, only)
    made = plan(desired, found.stored, found.owned, terms, new_plan_id(desk.now(), desk.chance))
    if not desk.is_trial and any(step.at_provider for step in made.changes.values()):
        _check_reachable(desk.webhook)
    return made


def _check_reachable(webhook: Webhook) -> None:
    urls = {
        "VOICEGATE_PUBLIC_URL": webhook.public_url,
        "VOICEGATE_FALLBACK_URL": webhook.fallback_url,
    }
    for name, url in urls.items():
        if private := url and why_private(url):
            what = f"the provider cannot reach {name}: {private}"
            raise CommandError(ExitCode.USAGE, what, f"set {name} to what the world sees")


def carry_out(invocation: Invocation, made: Plan, question: str, next_step: str = "") -> Answer:
    """Show the plan, ask, and perform it; with --dry-run, the plan is the answer."""
    if invocation.options.is_dry_run:
        return plan_answer(made)
    if not made.changes:
        return applied_answer(made, Applied(made.id, made.base_version, 0))
    invocation.terminal.confirm(question, about=plan_lines(made))
    applied = performed(invocation, made)
    completion_cache.save(invocation.desk.folder, invocation.desk.registry.store.current())
    return applied_answer(made, applied, next_step)


def performed(invocation: Invocation, made: Plan) -> Applied:
    """The plan, applied; every step at the provider is told."""
    desk, terminal = invocation.desk, invocation.terminal
    account = account_of(desk)
    journal = ToldJournal(account.journal, made.steps, terminal.tell)
    try:
        with terminal.progress("applying"):
            return apply(made, replace(account, journal=journal), desk.who, desk.now())
    except KeyboardInterrupt:
        terminal.tell("perhaps partly applied: the same again goes on")
        raise


def applied_answer(made: Plan, applied: Applied, next_step: str = "") -> Answer:
    """What it came to."""
    fields = {
        "plan_id": applied.plan_id,
        "version": applied.version,
        "provider_writes": applied.provider_writes,
        "summary": made.summary,
    }
    line = f"version {applied.version} is in force" if made.changes else "no changes"
    return Answer("ApplyResult", fields, ("version", "plan_id"), lines=[line], next_step=next_step)
