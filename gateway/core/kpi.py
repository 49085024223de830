"""The figures of a call, from its facts: the only arithmetic for record, metrics and simulator.

Left out is what facts cannot tell: the delay of each frame and of a `clear` (the bench measures
both), what the phone really played (the world does), and what a call cannot do yet: tools, cost,
a new model session in the midst of a call.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from .actions import EndReason, Fact
from .dead_air import DeadAir
from .spans import Spans, Turns
from .speech_cuts import SpeechCuts

SLO_TTFA_MS = 450
STALL_MS = 1_000  # silence inside an item that callers take for the end of it
FRAME_MS = 20
EARLY_MS = 2_000  # who hangs up sooner has not given the agent a chance
LOST = ("booked_before_ready", "booked_stale", "booked_malformed")
COMPLETE = (EndReason.AGENT_HUNG_UP, EndReason.TRANSFERRED)


@dataclass(frozen=True, slots=True)
class CallFigures:
    """One call in figures; None for what did not happen or cannot be known."""

    reason: str
    length_ms: int  # of the media
    turns: int
    ttfa_ms: tuple[int, ...]  # of each answered turn: first frame written - turn committed
    greeting_ms: int | None  # first frame written - media begun
    spans: tuple[Spans, ...]  # of the answered turns whose end of speech is known
    dead_air_ms: int  # the longest
    cuts: int  # by the caller's speech
    false_cuts: int | None  # whose turn has no word; None in a call without transcripts
    agent_turns: int  # of which at least a frame was heard
    stalls: int  # longer than a second, inside an item
    dry_ms: int  # all silence inside items
    received_ms: int
    heard_ms: int
    frames_in: int
    frames_lost: int
    models_lost: int  # sessions that broke while they were in use
    is_connected: bool | None  # the agent was heard; None if the caller left before it could be

    @property
    def slo_share(self) -> float | None:
        """Of the answered turns: how many had their first frame in time."""
        in_time = sum(ms <= SLO_TTFA_MS for ms in self.ttfa_ms)
        return in_time / len(self.ttfa_ms) if self.ttfa_ms else None

    @property
    def voice_to_voice_ms(self) -> tuple[int, ...]:
        """From the caller's last sound to the agent's first, on the line."""
        return tuple(spans.voice_to_voice_ms for spans in self.spans)

    @property
    def unheard_share(self) -> float | None:
        """Of the audio that the model made: how much nobody heard."""
        return 1 - self.heard_ms / self.received_ms if self.received_ms else None

    @property
    def is_completed(self) -> bool:
        """The agent brought it to an end, or to a person."""
        return self.reason in COMPLETE

    def summary(self) -> dict[str, int | str]:
        """What of this fits on one line, for the log."""
        shown = {
            "ttfa_p50_ms": percentile(self.ttfa_ms, 50),
            "ttfa_p95_ms": percentile(self.ttfa_ms, 95),
            "greeting_ms": self.greeting_ms,
            "voice_to_voice_p50_ms": percentile(self.voice_to_voice_ms, 50),
            "voice_to_voice_p95_ms": percentile(self.voice_to_voice_ms, 95),
            "dead_air_ms": self.dead_air_ms,
            "false_cuts": self.false_cuts,
        }
        known = {name: value for name, value in shown.items() if value is not None}
        counted = {"turns": self.turns, "answered": len(self.ttfa_ms), "stalls": self.stalls}
        lost = {"frames_lost": self.frames_lost, "models_lost": self.models_lost}
        return {**counted, **known, **lost}


class CallTally:
    """Gathers the figures of one call in one pass over its facts."""

    def __init__(self) -> None:
        self._turns = Turns()
        self._dead_air = DeadAir()
        self._cuts = SpeechCuts()
        self._began_ms: int | None = None
        self._response_of: dict[str, str] = {}  # by item
        self._heard_ms: Counter[str] = Counter()  # by response
        self._stalls = 0
        self._dry_ms = 0
        self._models_lost = 0
        self._end = Fact("call.ended")
        self._ended_ms = 0

    def saw(self, fact: Fact, now_ms: int) -> None:
        """One fact of the call, in order."""
        self._turns.saw(fact, now_ms)
        self._dead_air.saw(fact, now_ms)
        self._cuts.saw(fact, now_ms)
        match fact.name:
            case "leg.started":
                self._began_ms = now_ms
            case "audio.first_sent":
                self._response_of[fact.text("item")] = fact.text("response")
            case "audio.heard_all":
                self._item_ended(fact, fact.whole("ms"))
            case "audio.cut":
                self._item_ended(fact, fact.whole("heard_ms"))
            case "audio.stall":
                self._stalls += fact.whole("ms") > STALL_MS
            case "model.lost":
                self._models_lost += 1
            case "call.ended":
                self._end, self._ended_ms = fact, now_ms
            case _:
                pass

    def _item_ended(self, fact: Fact, heard_ms: int) -> None:
        self._dry_ms += fact.whole("dry_ms")
        self._heard_ms[self._response_of.get(fact.text("item"), "")] += heard_ms

    def figures(self) -> CallFigures:
        """The figures of the call that has ended."""
        began_ms, sent_ms = self._began_ms, self._turns.greeting_sent_ms
        spans = [turn.spans(self._end.whole("round_trip_ms")) for turn in self._turns.all]
        ttfa_ms = [turn.ttfa_ms for turn in self._turns.all]
        agent_turns = sum(ms >= FRAME_MS for ms in self._heard_ms.values())
        return CallFigures(
            reason=self._end.text("reason"),
            length_ms=0 if began_ms is None else self._ended_ms - began_ms,
            turns=len(self._turns.all),
            ttfa_ms=tuple(ms for ms in ttfa_ms if ms is not None),
            greeting_ms=None if sent_ms is None or began_ms is None else sent_ms - began_ms,
            spans=tuple(each for each in spans if each is not None),
            dead_air_ms=self._dead_air.longest_ms,
            cuts=len(self._cuts.items),
            false_cuts=self._cuts.without_a_word(self._turns, self._ended_ms),
            agent_turns=agent_turns,
            stalls=self._stalls,
            dry_ms=self._dry_ms,
            received_ms=self._end.whole("received_ms"),
            heard_ms=self._end.whole("heard_ms"),
            frames_in=self._end.whole("frames_in"),
            frames_lost=sum(self._end.whole(name) for name in LOST),
            models_lost=self._models_lost,
            is_connected=None if self._is_too_early else agent_turns > 0,
        )

    @property
    def _is_too_early(self) -> bool:
        if self._end.text("reason") != EndReason.CALLER_HUNG_UP:
            return False
        return self._began_ms is None or self._ended_ms < self._began_ms + EARLY_MS


def figures(facts: Iterable[tuple[int, Fact]]) -> CallFigures:
    """The figures of one call from all its facts, each with the time of the call."""
    tally = CallTally()
    for now_ms, fact in facts:
        tally.saw(fact, now_ms)
    return tally.figures()


def percentile(values: Sequence[int], percent: int) -> int | None:
    """By nearest rank: the least value that so many percent of all do not exceed."""
    ranked = sorted(values)
    return ranked[max(0, ceil(len(ranked) * percent / 100) - 1)] if ranked else None
