"""How the scene of a demo is made: what has to be spoken is spoken before the call."""

from pathlib import Path

from . import clinic
from .run import Stage
from .scene import conversation
from .speech import read, utterances
from .voices import from_recording, synthetic


def speech_stage(speech: Path | None, *, is_quick: bool) -> Stage:
    """One agent; the caller is a voice of ours, or a recording. Raises SpeechUnusable."""
    if speech is None:
        return lambda progress: conversation(*synthetic(is_quick=is_quick, progress=progress))
    said = utterances(read(speech))
    return lambda progress: conversation(
        *from_recording(speech.name, said, is_quick=is_quick, progress=progress)
    )


def flow_stage(name: str) -> Stage:
    """One of the flows that a demo knows a caller for."""
    return {clinic.NAME: clinic.clinic}[name]
