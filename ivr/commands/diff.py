"""`voicegate flows diff`: what differs between two versions, line by line."""

import difflib
from collections.abc import Iterator

import click

from ...gateway.terminal.answer import Answer, Json
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ..publishing.version import FlowVersion
from .desk import Invocation
from .named import NAMED, Named, version_of


@command(
    "voicegate flows diff clinic-main@1 clinic-main@2",
    codes=(ExitCode.INVALID, ExitCode.NOT_FOUND, ExitCode.UNREACHABLE),
)
@click.argument("old", type=NAMED, metavar="NAME@VERSION")
@click.argument("new", type=NAMED, metavar="NAME[@VERSION]")
def diff(invocation: Invocation, *, old: Named, new: Named) -> Answer:
    """Show what a version changed in the text of another, as a unified diff, and in its sounds."""
    before, after = (version_of(invocation.desk.flows, each) for each in (old, new))
    changed = [*changed_sounds(before, after)]
    text = unified(before, after) + "".join(f"~ sound of {each}\n" for each in changed)
    fields: dict[str, Json] = {"old": _title(before), "new": _title(after), "diff": text}
    return Answer("FlowDiff", {**fields, "sounds": changed}, text=text, schema="flows/v1")


def unified(before: FlowVersion, after: FlowVersion) -> str:
    """Nothing for equal texts."""
    old, new = (each.text.decode().splitlines() for each in (before, after))
    lines = difflib.unified_diff(old, new, _title(before), _title(after), lineterm="")
    return "".join(f"{line}\n" for line in lines)


def changed_sounds(before: FlowVersion, after: FlowVersion) -> Iterator[str]:
    """The clips that both have and that sound different; a file may change, and no text."""
    for clip, sound in after.sounds.items():
        if clip in before.sounds and before.sounds[clip].hash != sound.hash:
            yield " ".join(filter(None, (clip.kind, clip.name, clip.language)))


def _title(version: FlowVersion) -> str:
    return f"{version.name}@{version.version}"
