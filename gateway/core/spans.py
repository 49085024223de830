"""The caller's turns, and where the time until each answer went: five stages, end to end."""

from dataclasses import dataclass

from .actions import Fact


@dataclass(frozen=True, slots=True)
class Spans:
    """From the caller's last sound on the line to the agent's first, in milliseconds."""

    line_ms: int  # until the model was given that sound
    vad_ms: int  # until the turn was committed
    model_ms: int  # until the first delta of the answer
    forward_ms: int  # until its first frame was written
    playout_ms: int  # until the carrier plays it

    @property
    def voice_to_voice_ms(self) -> int:
        """All of it."""
        return sum(self.stages.values())

    @property
    def stages(self) -> dict[str, int]:
        """Each stage by its name, in order."""
        return {
            "line": self.line_ms,
            "vad": self.vad_ms,
            "model": self.model_ms,
            "forward": self.forward_ms,
            "playout": self.playout_ms,
        }

    @property
    def longest(self) -> str:
        """The stage that took most; of equals the earlier."""
        stages = self.stages
        return max(stages, key=stages.__getitem__)


@dataclass(frozen=True, slots=True)
class Edge:
    """The caller's last sound: when it could have been here at best, and when the model had it."""

    here_ms: int
    appended_ms: int


@dataclass(slots=True)
class Turn:
    """One turn of the caller in instants of the call; None for what did not happen."""

    item_id: str
    committed_ms: int
    edge: Edge | None = None
    response_id: str = ""
    first_delta_ms: int | None = None
    first_sent_ms: int | None = None
    lead_ms: int = 0  # what was still playing before the answer

    @property
    def ttfa_ms(self) -> int | None:
        """Time to the first audio, if it was answered."""
        return None if self.first_sent_ms is None else self.first_sent_ms - self.committed_ms

    def spans(self, round_trip_ms: int) -> Spans | None:
        """The stages of the answer; None without one, or where the end of speech is not known.

        Of the way to the carrier and back only the sum can be measured: half counts each way.
        """
        if self.edge is None or self.first_delta_ms is None or self.first_sent_ms is None:
            return None
        way_back_ms = round_trip_ms // 2
        return Spans(
            line_ms=way_back_ms + self.edge.appended_ms - self.edge.here_ms,
            vad_ms=self.committed_ms - self.edge.appended_ms,
            model_ms=self.first_delta_ms - self.committed_ms,
            forward_ms=self.first_sent_ms - self.first_delta_ms,
            playout_ms=self.lead_ms + round_trip_ms - way_back_ms,
        )


class Turns:
    """Gathers the turns of a call from its facts.

    The answer to a turn is the last response that began before any sound came of an earlier one;
    a turn whose answer was cut before it sounded has none.
    """

    def __init__(self) -> None:
        self.all: list[Turn] = []
        self.greeting_sent_ms: int | None = None
        self._edges: dict[str, Edge] = {}
        self._open: Turn | None = None  # the one that is being answered
        self._is_greeting_owed = False

    def saw(self, fact: Fact, now_ms: int) -> None:
        """One fact of the call."""
        match fact.name:
            case "call.talking":
                self._is_greeting_owed = bool(fact.whole("greets"))
            case "turn.caller_ended" if "ago_ms" in fact.fields:
                here_ms = now_ms - fact.whole("ago_ms")
                appended_ms = min(now_ms, here_ms + fact.whole("waited_ms"))
                self._edges[fact.text("item")] = Edge(here_ms, appended_ms)
            case "turn.committed":
                item_id = fact.text("item")
                self._open = Turn(item_id, now_ms, self._edges.pop(item_id, None))
                self.all.append(self._open)
            case "bargein.cut":
                self._open = None
            case "response.created" if self._open and self._open.first_sent_ms is None:
                self._open.response_id = fact.text("response")
            case "response.first_delta" if self._open and _answers(fact, self._open):
                self._open.first_delta_ms = now_ms
            case "audio.first_sent":
                self._sent(fact, now_ms)
            case _:
                pass

    def _sent(self, fact: Fact, now_ms: int) -> None:
        turn = self._open
        if turn is not None and _answers(fact, turn):
            if turn.first_sent_ms is None:
                turn.first_sent_ms, turn.lead_ms = now_ms, fact.whole("lead_ms")
        elif self._is_greeting_owed:
            self.greeting_sent_ms = now_ms
        self._is_greeting_owed = False  # whatever sounded first, a greeting later is none


def _answers(fact: Fact, turn: Turn) -> bool:
    return fact.text("response") == turn.response_id
