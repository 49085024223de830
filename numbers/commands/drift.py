"""`voicegate numbers drift`: where file, store and provider disagree, and how to mend it."""

import sys
import time
from collections.abc import Iterator

import click

from ...gateway.terminal.answer import Answer
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.source_file import read_source
from ..answers.drift import drift_answer
from ..changes.proposal import CODES, carry_out, look, propose
from ..changes.taking_over import in_store_only, taken_over
from ..changes.wanted_file import wanted
from ..desk.invocation import Invocation
from ..documents import numbers as numbers_document
from ..planning.drift import drift as find

EVERY_S = 30


@command(
    "voicegate numbers drift --exit-code",
    "voicegate numbers drift --fix provider",
    codes=(*CODES, ExitCode.DRIFT),
)
@click.option("-f", "--file", "name", metavar="FILE", help="Compare with numbers.yaml, too.")
@click.option("--exit-code", "is_telling", is_flag=True, help="Exit with 11 if there is any.")
@click.option("--watch", "is_watching", is_flag=True, help="Look again and again, until Ctrl-C.")
@click.option(
    "--every",
    "every_s",
    type=click.FloatRange(0.1, 86_400),
    default=EVERY_S,
    show_default=True,
    metavar="SECONDS",
    help="How often --watch looks.",
)
@click.option(
    "--fix",
    "fixed",
    type=click.Choice(["store", "provider"]),
    help="Set that one right: the provider as the store has it, or the store as the provider"
    " has it, which is the emergency address.",
)
def drift(
    invocation: Invocation,
    *,
    name: str | None,
    is_telling: bool,
    is_watching: bool,
    every_s: float,
    fixed: str | None,
) -> Answer | None:
    """Show every field of a number that file, store and provider do not have alike."""
    if fixed is not None and (name or is_watching or is_telling):
        raise click.UsageError("--fix goes alone: a file is put into force by apply -f")
    if fixed is not None:
        return _fix(invocation, fixed)
    content = None if name is None else read_source(name)
    if not is_watching:
        return _answer(invocation, content, is_telling=is_telling)
    for answer in watched(_answers(invocation, content, every_s)):
        invocation.show(answer)
        sys.stdout.flush()
    return None


def _answers(invocation: Invocation, content: bytes | None, every_s: float) -> Iterator[Answer]:
    """One after another, for ever."""
    while True:
        yield _answer(invocation, content, is_telling=False)
        time.sleep(every_s)


def watched(answers: Iterator[Answer]) -> Iterator[Answer]:
    """Only those that say something new."""
    last: Answer | None = None
    for answer in answers:
        if answer != last:
            yield answer
        last = answer


def _answer(invocation: Invocation, content: bytes | None, *, is_telling: bool) -> Answer:
    found = look(invocation)
    file = None if content is None else wanted(numbers_document.parse(content), found.stored)
    each = find(file, found.stored, found.owned, invocation.desk.webhook)
    drifted = [one for one in each if one.is_drifted]
    return drift_answer(drifted, has_file=file is not None, is_telling=is_telling)


def _fix(invocation: Invocation, fixed: str) -> Answer:
    desk = invocation.desk
    found = look(invocation)
    if fixed == "provider":
        made = propose(desk, found, found.stored)
        return carry_out(invocation, made, "Write this to the provider?")
    made = in_store_only(propose(desk, found, taken_over(found.stored, found.owned)))
    return carry_out(invocation, made, "Take this over into the store?")
