"""`voicegate flows show`: the text of one version."""

import click

from ...gateway.terminal.answer import Answer, Json
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from .desk import Invocation
from .named import NAMED, Named, version_of


@command(
    "voicegate flows show clinic-main@3 > clinic-main.yaml",
    codes=(ExitCode.INVALID, ExitCode.NOT_FOUND, ExitCode.UNREACHABLE),
)
@click.argument("flow", type=NAMED, metavar="NAME[@VERSION]")
def show(invocation: Invocation, *, flow: Named) -> Answer:
    """Print the text of the version in force, or of another one; as it was pushed."""
    store = invocation.desk.flows
    found = version_of(store, flow)
    versions: list[Json] = [*store.versions(found.name)]
    fields: dict[str, Json] = {
        "flow": found.name,
        "version": found.version,
        "in_force": store.version(found.name),
        "versions": versions,
        "at": found.at and found.at.isoformat(),
        "who": found.who,
        "sounds": [
            {"kind": clip.kind, "name": clip.name, "language": clip.language, "ms": sound.length_ms}
            for clip, sound in found.sounds.items()
        ],
        "text": found.text.decode(),
    }
    return Answer("Flow", fields, text=found.text.decode(), schema="flows/v1")
