"""Words that move a call outside the model: found in a transcript as whole words, in any language.

Case, accents, punctuation and filler words do not count: "Um, STOP, please, calling!" is "stop
calling". All languages of the flow are searched at once, since nobody knows which one a frightened
caller falls into.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable

from .emergencies import EMERGENCIES

_FILLERS: dict[str, str] = {
    "en": "um uh er erm ah hmm please like well you know just so okay ok",
    "es": "eh este pues bueno por favor o sea",
    "fr": "euh ben bah alors donc s il vous plait",
    "de": "ah ahm oh also halt mal bitte ja",
    "it": "ehm beh allora cioe per favore",
    "pt": "eh hum entao ne tipo por favor",
    "nl": "eh uhm nou dus alsjeblieft",
}
_APOSTROPHES = re.compile("['\u2019\u02bc`]")
_BETWEEN_WORDS = re.compile(r"[\W_]+")


def emergency_phrases(languages: Iterable[str]) -> tuple[str, ...]:
    """What the engine itself listens for in these languages; none where it knows none."""
    return tuple(phrase for each in languages for phrase in EMERGENCIES.get(_family(each), ()))


class Phrases:
    """A set of phrases to be found in what somebody said."""

    def __init__(self, phrases: Collection[str], languages: Collection[str]) -> None:
        of_languages = (_FILLERS.get(_family(each), "") for each in languages)
        self._fillers = frozenset(" ".join(of_languages).split())
        bare = {self._bare(phrase) for phrase in phrases}
        self._bare_phrases = tuple(sorted(bare - {_joined([])}))
        plain = {_joined(_words(phrase)) for phrase in phrases}
        self._plain = tuple(sorted(plain - {_joined([])}))

    def are_in(self, text: str) -> bool:
        """Whether any of them is said, fillers or not."""
        said = _joined(_words(text))
        if any(phrase in said for phrase in self._plain):
            return True
        bare = self._bare(text)
        return any(phrase in bare for phrase in self._bare_phrases)

    def _bare(self, text: str) -> str:
        return _joined([word for word in _words(text) if word not in self._fillers])


def _words(text: str) -> list[str]:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _BETWEEN_WORDS.sub(" ", _APOSTROPHES.sub("", letters)).split()


def _joined(words: list[str]) -> str:
    """With a space at both ends, so that only whole words are found."""
    return f" {' '.join(words)} "


def _family(language: str) -> str:
    return language.partition("-")[0]
