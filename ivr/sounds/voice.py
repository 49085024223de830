"""What is asked of whoever speaks the prompts of a flow, and which of its languages is the nearest."""

from collections.abc import Sequence
from typing import Protocol

from ..own_words import family
from .encoding import Samples


class Unspeakable(Exception):
    """Nothing came of a source; `what` is wrong, `fix` is what to do."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(f"{what}: {fix}")
        self.what = what
        self.fix = fix


class Voice(Protocol):
    """Text to speech, while an operator waits. `version` changes when the same text sounds anew."""

    @property
    def name(self) -> str:
        """Of the provider."""
        ...

    @property
    def version(self) -> str:
        """Of what makes the sound."""
        ...

    @property
    def languages(self) -> Sequence[str]:
        """What it speaks, like en-US; the better one of a language first."""
        ...

    def speak(self, text: str, language: str) -> Samples:
        """At 24 kHz, in one of its languages. Raises Unspeakable; may be called by several threads."""
        ...


def nearest(language: str, languages: Sequence[str]) -> str | None:
    """The same, else the first of the same family: es-ES for es-US. None if there is none."""
    if language in languages:
        return language
    kin = (each for each in languages if family(each) == family(language))
    return next(kin, None)
