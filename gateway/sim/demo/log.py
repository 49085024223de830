"""All that happened in one demo call: kept for figures, pictures and the file, told line by line."""

from collections.abc import Callable

from .events import Field, Happening, Who
from .figures import Answers
from .lines import Line, Narrator
from .sound import Track

Tell = Callable[[Line], None]


def _nobody(_line: Line) -> None:
    """Nobody reads on."""


class CallLog:
    """Whoever sees something adds it; the beginning of the call is 0 ms."""

    def __init__(self, tell: Tell) -> None:
        self.happenings: list[Happening] = []
        self.answers = Answers()
        self.caller = Track()
        self.agent = Track()
        self._tell = tell
        self._narrator = Narrator()

    def add(self, happening: Happening, payload: bytes = b"") -> None:
        """One thing, in the order of its happening; `payload` is the audio that came with it."""
        self.happenings.append(happening)
        self.answers.saw(happening, payload)
        for line in self._narrator.saw(happening):
            self._tell(line)

    def saw(self, at_ms: int, who: Who, what: str, **fields: Field) -> None:
        """The same, by its parts."""
        self.add(Happening(at_ms, who, what, fields))

    def mute(self) -> None:
        """Keep what happens, but tell nobody any more."""
        self._tell = _nobody

    @property
    def length_ms(self) -> int:
        """Until the last thing that happened."""
        return max((happening.at_ms for happening in self.happenings), default=0)
