"""`voicegate numbers override`: closed now, or led elsewhere, by hand and at once."""

from datetime import datetime

import click

from ...gateway.terminal.answer import Answer
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ..answers.override import override_answer, override_words
from ..changes.assignment import known_number
from ..desk.arguments import NUMBER, ROUTE, TIME
from ..desk.asked_time import asked_instant
from ..desk.invocation import Invocation
from ..model import Override, Route, Snapshot
from ..resolve import ALL_NUMBERS

CLOSED = "closed"
HOW = "say closed, a route like flow/NAME, or --clear"


@command(
    "voicegate numbers override +12125550142 closed --until 2026-12-24T18:00",
    "voicegate numbers override --all flow/storm",
    "voicegate numbers override --all --clear",
    codes=(
        *(ExitCode.FAILED, ExitCode.NOT_FOUND, ExitCode.UNREACHABLE),
        ExitCode.NEEDS_CONFIRMATION,
    ),
)
@click.argument("words", nargs=-1, metavar="[NUMBER] [closed|ROUTE]")
@click.option("--all", "is_all", is_flag=True, help="For all numbers of the account.")
@click.option("--until", type=TIME, metavar="TIME", help="It ends by itself then.")
@click.option(
    "--tz", metavar="ZONE", help="Zone of --until; that of the number's schedule otherwise, or UTC."
)
@click.option("--clear", "is_clear", is_flag=True, help="Take the override away.")
def override(
    invocation: Invocation,
    *,
    words: tuple[str, ...],
    is_all: bool,
    until: datetime | None,
    tz: str | None,
    is_clear: bool,
) -> Answer:
    """Close NUMBER, or lead its callers elsewhere, at once, whatever is configured.

    Running calls are left alone. It makes no version, and stands in the history.
    """
    number, target = _understood(words, is_all=is_all, is_clear=is_clear)
    desk = invocation.desk
    stored = desk.registry.store.current()
    known = None if is_all else known_number(stored, number)
    if (is_clear and (until or tz)) or (tz and not until):
        raise click.UsageError("--until and --tz belong to an override that is set")
    end = None if until is None else asked_instant(until, tz, known, "--until")
    if end is not None and end <= desk.now():
        raise click.BadParameter("that is past: nothing would come of it", param_hint="--until")
    wanted = None if is_clear else Override(target, end)
    return _carry_out(invocation, stored, number, wanted)


def _carry_out(
    invocation: Invocation, stored: Snapshot, number: str, wanted: Override | None
) -> Answer:
    desk = invocation.desk
    overrides = desk.registry.overrides
    if overrides.read().get(number) == wanted:
        return override_answer(number, wanted, is_changed=False)
    whose = f"all {len(stored.numbers)} numbers" if number == ALL_NUMBERS else number
    if invocation.options.is_dry_run:
        return override_answer(number, wanted, is_changed=True)
    invocation.terminal.confirm(f"For {whose}: {override_words(wanted)}. Do it?")
    if wanted is None:
        return override_answer(number, None, is_changed=overrides.clear(number, desk.who))
    return override_answer(number, wanted, is_changed=overrides.put(number, wanted, desk.who))


def _understood(
    words: tuple[str, ...], *, is_all: bool, is_clear: bool
) -> tuple[str, Route | None]:
    """Whose override, and where it leads; None for nowhere."""
    rest = [*words]
    if is_all:
        number = ALL_NUMBERS
    elif not rest:
        raise click.UsageError("say which number, or --all")
    else:
        number = NUMBER.convert(rest.pop(0), None, None)
    if len(rest) != (0 if is_clear else 1):
        raise click.UsageError(HOW)
    is_led = not is_clear and rest[0] != CLOSED
    return number, ROUTE.convert(rest[0], None, None) if is_led else None
