"""Cuts by the caller's speech, and how many of them were no speech at all."""

from .actions import Fact
from .spans import Turns

WORD_WAIT_MS = 3_000  # after its commit, by when the transcript of a real turn has a word


class SpeechCuts:
    """Follows a call by its facts."""

    def __init__(self) -> None:
        self.items: list[str] = []  # the caller's items, one of each cut
        self._is_cut = False  # the item that did it is named next
        self._has_transcripts = False
        self._worded_ms: dict[str, int] = {}  # by item: when its transcript had a word

    def saw(self, fact: Fact, now_ms: int) -> None:
        """One fact of the call."""
        match fact.name:
            case "bargein.cut":
                self._is_cut = fact.text("source") == "speech"
            case "turn.caller_started" if self._is_cut:
                self._is_cut = False
                self.items.append(fact.text("item"))
            case "turn.transcribed":
                self._has_transcripts = True
                if fact.whole("words"):
                    self._worded_ms.setdefault(fact.text("item"), now_ms)
            case _:
                pass

    def without_a_word(self, turns: Turns, ended_ms: int) -> int | None:
        """How many were followed by a turn that stayed without a word; None if nobody knows.

        A turn that was committed too shortly before the end of the call proves nothing.
        """
        if not self._has_transcripts:
            return None
        by_ms = {turn.item_id: turn.committed_ms + WORD_WAIT_MS for turn in turns.all}
        known = [item for item in self.items if by_ms.get(item, ended_ms) < ended_ms]
        return sum(self._worded_ms.get(item, ended_ms) > by_ms[item] for item in known)
