"""A source to a sound: spoken, read or made, then trimmed, levelled and encoded."""

from pathlib import Path

from ..prompts import (
    TONE,
    Recording,
    Source,
    Synthesised,
    Words,
    hash_of_recording,
    hash_of_synthesised,
    hash_of_words,
)
from . import recording, synthesis
from .encoding import Samples, encode
from .loudness import at_one_level, without_quiet_ends
from .sound import Sound
from .voice import Unspeakable, Voice, nearest


class Renderer:
    """Sounds of the flows of one folder, by one voice. Both questions raise Unspeakable."""

    def __init__(self, voice: Voice, folder: Path) -> None:
        self.voice = voice
        self._folder = folder

    def speaks(self, language: str) -> bool:
        """Whether the voice has this language, or a near one."""
        return nearest(language, self.voice.languages) is not None

    def hash_of(self, source: Source) -> str:
        """What the sound will be known by; it says nothing of whether it can be made."""
        match source:
            case Words(text, language):
                spoken = self._language(language)
                return hash_of_words(text, spoken, self.voice.name, self.voice.version)
            case Recording(path):
                return hash_of_recording(recording.read(self._folder, path))
            case Synthesised(name):
                return hash_of_synthesised(name)

    def render(self, source: Source) -> Sound:
        """The sound; the same for the same source."""
        match source:
            case Words(text, language):
                spoken = self.voice.speak(text, self._language(language))
                return _finished(spoken, "the voice says nothing for this text")
            case Recording(path):
                content = recording.read(self._folder, path)
                return _finished(recording.samples(content, path), f"{path} is silent")
            case Synthesised(name):
                return _made(name)

    def _language(self, language: str) -> str:
        found = nearest(language, self.voice.languages)
        if found is None:
            what = f"no voice here speaks {language}"
            raise Unspeakable(what, f"Record it, and write {language}: {{file: …}}")
        return found


def _finished(samples: Samples, silent: str) -> Sound:
    try:
        return encode(without_quiet_ends(at_one_level(samples)))
    except ValueError as error:
        raise Unspeakable(silent, "Write words that can be heard, or give a {file: …}") from error


def _made(name: str) -> Sound:
    if name == TONE:
        return encode(synthesis.tone())
    return encode(synthesis.calm(), is_loop=True)
