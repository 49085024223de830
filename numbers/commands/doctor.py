"""`voicegate numbers doctor`: what is wrong with the numbers, and what to do about it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import click

from ...gateway.terminal.answer import Answer
from ...gateway.terminal.command import command
from ...gateway.terminal.examination import Finding, Health, Outcome, outcomes
from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.failure import CommandError
from ...gateway.terminal.options import Format
from ..changes.proposal import CODES, Found, carry_out, propose
from ..desk.invocation import Invocation
from ..doctor import examine, mendable
from ..examining.case import Case
from ..model import Snapshot
from ..provider import Owned

Sources = Snapshot | tuple[Owned, ...] | Finding


@command("voicegate numbers doctor", "voicegate numbers doctor --fix", codes=CODES)
@click.option("--json", "is_json", is_flag=True, help="The same as -o json.")
@click.option(
    "--fix",
    "is_fixing",
    is_flag=True,
    help="Mend what is marked so: numbers whose voice target or fallback URL is wrong.",
)
def doctor(invocation: Invocation, *, is_json: bool, is_fixing: bool) -> Answer:
    """Look at everything around the numbers, and exit with 1 if something fails.

    All checks run at once; one that takes more than 5 s has failed.
    """
    if is_json:
        invocation.options = replace(invocation.options, output=Format.JSON)
    case, findings = _examined(invocation)
    if is_fixing:
        return _fix(invocation, case, findings)
    return _answer(findings)


def _examined(invocation: Invocation) -> tuple[Case | None, list[Finding]]:
    desk = invocation.desk
    looks: Mapping[str, Callable[[], Sources]] = {
        "store": lambda: desk.registry.store.current(),
        "provider": lambda: tuple(desk.provider.owned()),
        **desk.checks(),
    }
    with invocation.terminal.progress("examining"):
        found = dict(outcomes(looks))
    findings = [_finding(invocation, name, outcome) for name, outcome in found.items()]
    stored, owned = found["store"].seen, found["provider"].seen
    if not isinstance(stored, Snapshot) or not isinstance(owned, tuple):
        return None, findings
    case = Case(stored, owned, desk.webhook, desk.has_flow)
    return case, [*findings, *examine(case)]


def _finding(invocation: Invocation, name: str, outcome: Outcome[Sources]) -> Finding:
    """Raises what is a fault of ours."""
    seen = outcome.seen
    if outcome.error is not None:
        failure = invocation.failure_of(outcome.error)
        if failure is None:
            raise outcome.error
        return Finding(name, Health.FAIL, invocation.hide(failure.message), failure.hint)
    if isinstance(seen, Finding):
        return seen
    if isinstance(seen, Snapshot):
        return Finding(name, Health.OK, f"version {seen.version} is in force")
    return Finding(name, Health.OK, "answers")


def _answer(findings: Sequence[Finding]) -> Answer:
    items = [
        {
            "check": one.check,
            "health": one.health.value,
            "value": one.value,
            "remedy": one.remedy,
            "fix": one.has_fix,
        }
        for one in findings
    ]
    has_failed = any(one.health is Health.FAIL for one in findings)
    return Answer(
        "Doctor",
        {"items": items},
        ("check", "health", "value", "remedy"),
        lines=[*map(_line, findings)],
        next_step="Mend it: voicegate numbers doctor --fix" if _has_fix(findings) else "",
        exit_code=ExitCode.FAILED if has_failed else ExitCode.OK,
    )


def _line(one: Finding) -> str:
    told = f"{one.health:<5} {one.check}: {one.value}"
    return f"{told}; {one.remedy}" if one.remedy else told


def _has_fix(findings: Sequence[Finding]) -> bool:
    return any(one.has_fix for one in findings)


def _fix(invocation: Invocation, case: Case | None, findings: Sequence[Finding]) -> Answer:
    for one in findings:
        invocation.terminal.tell(_line(one))
    if case is None:
        what = "nothing can be mended while store or provider do not answer"
        raise CommandError(ExitCode.UNREACHABLE, what, "see the lines above")
    found = Found(case.stored, tuple(case.owned))
    only = mendable(case, findings)
    made = propose(invocation.desk, found, case.stored, only=only)
    return carry_out(invocation, made, "Write this to the provider?")
