"""Flow files with all their sounds made, or told why not."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.failure import CommandError
from ..installation import Installation
from .desk import Invocation

if TYPE_CHECKING:
    from ..publishing.rendering import Lengths, Rendered
    from ..sounds.pico import PicoVoice


class RenderedFile(NamedTuple):
    """A file and what came of it."""

    file: str
    rendered: "Rendered"


def render_all(
    invocation: Invocation, texts: Mapping[str, bytes], here: Installation, lengths: "Lengths"
) -> list[RenderedFile]:
    """`texts` by their files. Warnings and notes are told.

    Raises CommandError with all that is wrong with all files.
    """
    from ..publishing.rendering import FlowRefused, render  # numpy is behind these
    from ..sounds.render import Renderer

    voice, today = _voice(), invocation.desk.now().date()
    found: list[RenderedFile] = []
    refused: list[str] = []
    for file, text in texts.items():
        renderer = Renderer(voice, _folder(file))
        try:
            with invocation.terminal.progress(f"speaking the prompts of {file}"):
                made = render(text, renderer, today=today, here=here, lengths=lengths)
        except FlowRefused as error:
            errors = (finding for finding in error.findings if not finding.is_warning)
            refused += [finding.render(file) for finding in errors]
        else:
            found.append(RenderedFile(file, made))
    if refused:
        raise CommandError(ExitCode.INVALID, "\n".join(refused))
    for each in found:
        _tell(invocation, each)
    return found


def _voice() -> "PicoVoice":
    from ..sounds.pico import PicoVoice, VoiceMissing

    try:
        return PicoVoice()
    except VoiceMissing as error:
        raise CommandError(ExitCode.FAILED, str(error)) from error


def _folder(file: str) -> Path:
    """Where the paths in a file begin."""
    return Path() if file == "-" else Path(file).parent


def _tell(invocation: Invocation, each: RenderedFile) -> None:
    for finding in each.rendered.findings:
        invocation.terminal.tell(f"{finding.render(each.file)} (warning)")
    for note in each.rendered.notes:
        invocation.terminal.tell(f"{each.file}: {note}")
