"""The longest silence that a caller had to wonder about: an answer owed, and nothing to hear."""

from .actions import Fact


class DeadAir:
    """Follows a call by its facts.

    Silence counts while the call is in talk, an answer is owed, the caller does not speak, and
    neither the agent nor a cover sound is to be heard.
    """

    def __init__(self) -> None:
        self.longest_ms = 0
        self._is_talking = False
        self._is_owed = False
        self._is_caller_speaking = False
        self._sounding: set[str] = set()
        self._since_ms: int | None = None

    def saw(self, fact: Fact, now_ms: int) -> None:
        """One fact of the call."""
        self._follow(fact)
        is_free = not (self._is_caller_speaking or self._sounding)
        is_dead = self._is_talking and self._is_owed and is_free
        if is_dead and self._since_ms is None:
            self._since_ms = now_ms
        elif not is_dead and self._since_ms is not None:
            self.longest_ms = max(self.longest_ms, now_ms - self._since_ms)
            self._since_ms = None

    def _follow(self, fact: Fact) -> None:
        match fact.name:
            case "call.talking":
                self._is_talking = True
                self._is_owed = bool(fact.whole("greets"))
            case "call.ending" | "call.ended":
                self._is_talking = False
            case "turn.caller_started":
                self._is_caller_speaking = True
                self._is_owed = False
            case "turn.caller_ended":
                self._is_caller_speaking = False
            case "turn.committed":
                self._is_caller_speaking = False
                self._is_owed = True
            case "dtmf.collected" | "response.missed":
                self._is_owed = True
            case "bargein.cut":
                self._is_owed = False
            case "audio.first_sent":
                self._is_owed = False
                self._sounding.add(fact.text("item"))
            case "audio.heard_all" | "audio.cut":
                self._sounding.discard(fact.text("item"))
            case "cover.started":
                self._sounding.add("cover")
            case "cover.ended":
                self._sounding.discard("cover")
            case _:
                pass
