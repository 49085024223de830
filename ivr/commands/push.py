"""`voicegate flows push`: files examined, spoken and put into force, each as a new version."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

import click

from ...gateway.terminal.answer import Answer, Json
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.failure import CommandError
from ...gateway.terminal.source_file import read_source
from ..check import validate
from .desk import Invocation
from .rehearsed import failures
from .rendered import RenderedFile, render_all

COLUMNS = ("flow", "version", "change", "sounds", "made")


@command(
    "voicegate flows push clinic-main.yaml",
    "voicegate flows push --dry-run flows/*.yaml",
    codes=(
        ExitCode.FAILED,
        ExitCode.INVALID,
        ExitCode.NOT_FOUND,
        ExitCode.CONFLICT,
        ExitCode.UNREACHABLE,
    ),
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def push(invocation: Invocation, *, files: tuple[str, ...]) -> Answer:
    """Put flows into force; - reads stdin.

    The cases of clinic.test.yaml are played before clinic.yaml is published. If one file is
    refused, none is. Running calls keep the version they are in. Text that is in force already
    changes nothing.
    """
    desk = invocation.desk
    store = desk.flows
    texts = {file: read_source(file) for file in files}
    expected = {name: store.version(name) for name in _names(texts, desk.now().date())}
    found = render_all(invocation, texts, desk.installation(), store.lengths)
    items = [_push(invocation, each, expected[each.rendered.flow.name]) for each in found]
    step = "Lead a number there: voicegate numbers assign NUMBER flow/NAME"
    return Answer("FlowPush", {"items": items}, COLUMNS, next_step=step, schema="flows/v1")


def _names(texts: Mapping[str, bytes], today: date) -> list[str]:
    """Of all flows that can be rendered. Raises CommandError where a case of theirs fails."""
    verdicts = {file: validate(text, today=today) for file, text in texts.items()}
    whole = {file: of.flow for file, of in verdicts.items() if of.flow and of.is_whole}
    failed = [line for file, flow in whole.items() for line in failures(file, flow)]
    if failed:
        raise CommandError(ExitCode.INVALID, "\n".join(failed))
    names = [flow.name for flow in whole.values()]
    for name, count in Counter(names).items():
        if count > 1:
            what = f"{count} files are called {name!r}"
            raise CommandError(ExitCode.INVALID, what, "rename the others, in metadata")
    return names


def _push(invocation: Invocation, each: RenderedFile, expected: int) -> dict[str, Json]:
    from ..publishing.push import Pushed, is_in_force, push
    from ..publishing.version import hashes

    desk, rendered = invocation.desk, each.rendered
    name = rendered.flow.name
    if invocation.options.is_dry_run:
        is_new = not is_in_force(desk.flows, rendered, expected)
        pushed = Pushed(name, expected, is_new=is_new)
    else:
        push_id = f"{desk.chance.getrandbits(64):016x}"
        pushed = push(desk.flows, rendered, expected=expected, push_id=push_id, who=desk.who)
    return {
        "flow": name,
        "version": pushed.version,
        "change": _change(is_new=pushed.is_new, is_dry_run=invocation.options.is_dry_run),
        "sounds": len(hashes(rendered.sounds)),
        "made": len(rendered.made),
        "file": each.file,
        "notes": rendered.notes,
    }


def _change(*, is_new: bool, is_dry_run: bool) -> str:
    if not is_new:
        return "none"
    return "would be published" if is_dry_run else "published"
