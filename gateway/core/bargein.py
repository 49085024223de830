"""The caller interrupts: what is cut, in which order, and what the model is told was heard."""

from dataclasses import dataclass
from enum import StrEnum

from .actions import Action, DeleteItem, TruncateItem, fact
from .item import CutItem
from .playout import Playout
from .responses import Responses

NEARLY_HEARD_MS = 60  # less than this unheard of a finished answer is not worth telling the model


class Interruption(StrEnum):
    """May the caller's speech cut the agent? Keys, hang-ups and drains are not asked."""

    CUT = "cut"
    OFF = "off"


class Trigger(StrEnum):
    """Who interrupted."""

    SPEECH = "speech"
    KEY = "key"


class Verdict(StrEnum):
    """What a trigger led to."""

    CUT = "cut"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class BargeInLimits:
    """Milliseconds; `dtmf_deaf_ms`: a key tone is not speech."""

    dtmf_deaf_ms: int = 300
    tone_over_ms: int = 800  # by then the tone of a key has ended, and been told to have


class BargeIn:
    """Decides on each trigger and makes the cut, all of it in one loop turn.

    The order is fixed: silence the caller's ear first, then stop the model, then correct its
    memory (OpenAI Realtime, `response.cancel` and `conversation.item.truncate`).
    """

    def __init__(
        self,
        playout: Playout,
        responses: Responses,
        *,
        policy: Interruption,
        limits: BargeInLimits,
    ) -> None:
        self._playout = playout
        self._responses = responses
        self._policy = policy
        self._limits = limits
        self._others = frozenset(playout.items)  # of model sessions before this one
        self._deaf_until_ms: int | None = None
        self.deadline_ms: int | None = None  # what was taken for a tone and goes on is speech

    def digit(self, now_ms: int) -> None:
        """A key was pressed: what the detector hears next is its tone."""
        self._deaf_until_ms = now_ms + self._limits.dtmf_deaf_ms
        if self.deadline_ms is not None:
            self.deadline_ms = now_ms + self._limits.tone_over_ms

    def quiet(self) -> None:
        """What the detector heard has ended."""
        self.deadline_ms = None

    def wake(self, now_ms: int) -> list[Action]:
        """It has not: somebody speaks."""
        self.deadline_ms = None
        return self.trigger(Trigger.SPEECH, now_ms)

    def trigger(self, source: Trigger, now_ms: int) -> list[Action]:
        """Cut, or say why not; one record for each trigger."""
        unheard_ms = self._playout.unheard_ms(now_ms)
        if why := self._why_not(source, unheard_ms, now_ms):
            return [_record(source, Verdict.IGNORED, why, unheard_ms, 0)]
        is_active = self._responses.is_active
        actions, cut = self.cut(now_ms, is_told=is_active or unheard_ms > NEARLY_HEARD_MS)
        heard_ms = sum(item.heard_ms for item in cut)
        return [*actions, _record(source, Verdict.CUT, "", unheard_ms, heard_ms)]

    def _why_not(self, source: Trigger, unheard_ms: int, now_ms: int) -> str:
        if source is Trigger.SPEECH:
            if self._deaf_until_ms is not None and now_ms < self._deaf_until_ms:
                self.deadline_ms = now_ms + self._limits.tone_over_ms
                return "deaf_after_key"
            if self._policy is Interruption.OFF:
                return "policy_off"
            if self._is_protected(unheard_ms, now_ms):
                return "passage_protected"
        if not unheard_ms and not self._responses.is_active:
            return "nothing_to_cut"
        return ""

    def _is_protected(self, unheard_ms: int, now_ms: int) -> bool:
        """Something that must be heard to its end is playing or waits to."""
        return unheard_ms > self._playout.unheard_ms(now_ms, only_interruptible=True)

    def cut(self, now_ms: int, *, is_told: bool) -> tuple[list[Action], list[CutItem]]:
        """Silence, cancel, correct: whatever plays, waits or is being made."""
        actions: list[Action] = []
        cut: list[CutItem] = []
        if self._playout.has_audio or self._playout.has_announced:
            cleared, cut = self._playout.clear(now_ms)
            actions += cleared
        actions += self._responses.cut(now_ms)
        actions += self.tell(cut) if is_told else [item.last_fact for item in cut]
        return actions, cut

    def tell(self, cut: list[CutItem]) -> list[Action]:
        """The model's memory of what it said becomes what was heard."""
        told = [action for item in cut for action in self._tell(item)]
        return [*told, *(item.last_fact for item in cut)]

    def _tell(self, item: CutItem) -> list[Action]:
        if item.is_whole or item.item_id in self._others:
            return []
        if not item.received_ms:
            return [DeleteItem(self._responses.event_id("delete"), item.item_id)]
        event_id = self._responses.event_id("truncate")
        return [TruncateItem(event_id, item.item_id, item.heard_ms)]


def _record(source: Trigger, verdict: Verdict, why: str, unheard_ms: int, heard_ms: int) -> Action:
    return fact(
        f"bargein.{verdict}", source=source, why=why, unheard_ms=unheard_ms, heard_ms=heard_ms
    )
