"""`voicegate flows render`: the prompts of a flow as WAV files, to be listened to."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...gateway.terminal.answer import Answer, Json
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.failure import CommandError
from ...gateway.terminal.source_file import read_source
from ..installation import Installation
from .desk import Invocation
from .rendered import render_all

if TYPE_CHECKING:
    from ..machine.actions import Clip

HERE = Installation(music=(), has_raw_card_slots=True)  # where it may run is of no matter here


@command(
    "voicegate flows render clinic-main.yaml --out prompts",
    codes=(ExitCode.FAILED, ExitCode.INVALID, ExitCode.NOT_FOUND),
)
@click.argument("file", metavar="FILE")
@click.option("--out", metavar="FOLDER", default="prompts", show_default=True, help="Where to.")
def render(invocation: Invocation, *, file: str, out: str) -> Answer:
    """Make the sounds of a flow, and publish nothing; - reads stdin.

    Files sound as on a telephone line, by kind, name and language.
    """
    from ...codecs.wav import CallWav
    from ..publishing.rendering import nothing_is_there

    texts = {file: read_source(file)}
    (found,) = render_all(invocation, texts, HERE, nothing_is_there)
    folder, items = Path(out), list[Json]()
    for clip, sound in found.rendered.sounds.items():
        path = folder / file_name(clip)
        items.append({"file": str(path), "ms": sound.length_ms})
        if invocation.options.is_dry_run:
            continue
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with CallWav(path, channels=1) as wav:
                wav.write(found.rendered.made[sound.hash].ulaw)
        except OSError as error:
            what = f"{path} cannot be written: {error.strerror}"
            raise CommandError(ExitCode.FAILED, what, "name another --out") from error
    return Answer("FlowSounds", {"items": items}, ("file", "ms"), schema="flows/v1")


def file_name(clip: "Clip") -> str:
    """`prompt-bye-en-US.wav`."""
    return "-".join(filter(None, (clip.kind, clip.name, clip.language))) + ".wav"
