"""One response at a time: who may ask, what is owed, and what happens when nothing comes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from .actions import Action, AskForResponse, CancelResponse, fact

UNDER_WAY_MS = 300  # what we sent less than this ago may not have reached the model


class Gate(StrEnum):
    """Where the model stands with its answer."""

    IDLE = "idle"
    ASKED = "asked"
    ACTIVE = "active"
    CANCELLING = "cancelling"


@dataclass(frozen=True, slots=True)
class TurnLimits:
    """How long an answer may take to begin, to sound, and to go on; milliseconds."""

    created_wait_ms: int = 2_000
    first_delta_wait_ms: int = 6_000
    delta_gap_ms: int = 4_000
    cancel_wait_ms: int = 2_000


class Responses:
    """The gate in front of `response.create`, and the watchdogs of a turn.

    OpenAI Realtime allows one active response in the default conversation; a second one is
    refused with `conversation_already_has_active_response`. The server answers a committed turn
    by itself; the gate asks only when it does not, or when the call has something to say.
    """

    def __init__(self, limits: TurnLimits) -> None:
        self._limits = limits
        self.gate = Gate.IDLE
        self.response_id = ""
        self.is_given_up = False  # two answers in a row did not come
        self.cut_ids: set[str] = set()  # responses whose audio never plays again
        self._is_pending = False  # an ask waits for the gate, or for the caller to finish
        self._pending_since_ms = 0
        self._is_cancel_owed = False  # the response on its way was cut before it had a name
        self._is_one_astray = False  # such a one that did not come in time; it never plays
        self._is_turn_owed = False  # a committed turn has no answer yet
        self.is_caller_speaking = False
        self._has_sound = False
        self._failures = 0
        self._event_count = 0
        self.deadline_ms: int | None = None

    @property
    def is_active(self) -> bool:
        """A response is being generated, or is on its way uncut: there is something to cancel."""
        is_asked = self.gate is Gate.ASKED and not self._is_cancel_owed
        return is_asked or self.gate is Gate.ACTIVE or self._is_turn_owed

    def is_silent(self, response_id: str) -> bool:
        """This response is the active one, uncut, and has not made a sound."""
        is_active = response_id == self.response_id and self.gate is Gate.ACTIVE
        return is_active and not self._has_sound

    @property
    def is_asked(self) -> bool:
        """We have asked, and nothing has come of it yet."""
        return self.gate is Gate.ASKED

    @property
    def is_turn_waiting(self) -> bool:
        """A turn stands in the conversation, and no answer to it has begun."""
        return self._is_turn_owed and self.gate is Gate.IDLE

    @property
    def is_answer_owed(self) -> bool:
        """The caller, or the call itself, waits for the model to speak."""
        return self._is_turn_owed or self._is_pending or self.gate is Gate.ASKED

    def event_id(self, what: str) -> str:
        """A fresh id, so that an error can be told whose it is."""
        self._event_count += 1
        return f"{what}-{self._event_count}"

    # -- the caller ----------------------------------------------------------------------------

    def caller_started(self) -> None:
        """The caller speaks: nothing is asked for meanwhile."""
        self.is_caller_speaking = True

    def caller_stopped(self, now_ms: int) -> list[Action]:
        """The caller is quiet; a commit may follow at once, so a pending ask still waits for it."""
        self.is_caller_speaking = False
        if self._is_pending and self.deadline_ms is None:
            self.deadline_ms = now_ms + self._limits.created_wait_ms
        return []

    def committed(self, now_ms: int) -> list[Action]:
        """A turn stands in the conversation: the server answers it, and if not, we ask."""
        self.is_caller_speaking = False
        self._is_turn_owed = True
        if now_ms - self._pending_since_ms > UNDER_WAY_MS:
            self._is_pending = False  # the answer to this turn sees what was pending
        if self.gate is Gate.IDLE:
            # Events are ordered: a response to an earlier turn would have had its name by now.
            self._is_cancel_owed = self._is_one_astray = False
            self.deadline_ms = now_ms + self._limits.created_wait_ms
        return []

    # -- our wishes ----------------------------------------------------------------------------

    def ask(self, now_ms: int) -> list[Action]:
        """Ask the model to speak, now or as soon as it may."""
        is_one_coming = self._is_turn_owed or self._is_cancel_owed
        if self.gate is not Gate.IDLE or is_one_coming or self.is_caller_speaking:
            self._is_pending = True
            self._pending_since_ms = now_ms
            return []
        self._is_pending = False
        self.gate = Gate.ASKED
        self.deadline_ms = now_ms + self._limits.created_wait_ms
        return [AskForResponse(self.event_id("ask"))]

    def cut(self, now_ms: int) -> list[Action]:
        """Cancel what is active, or what is on its way as soon as it has a name."""
        self._is_pending = False
        if self.gate is Gate.ACTIVE:
            return self._cancel(now_ms)
        if self.gate is Gate.ASKED or self._is_turn_owed:
            self._is_cancel_owed = True
            self._is_turn_owed = False
            self.deadline_ms = now_ms + self._limits.created_wait_ms
        return []

    def _cancel(self, now_ms: int) -> list[Action]:
        self.gate = Gate.CANCELLING
        self.cut_ids.add(self.response_id)
        self.deadline_ms = now_ms + self._limits.cancel_wait_ms
        return [CancelResponse(self.event_id("cancel"), self.response_id)]

    # -- the model -----------------------------------------------------------------------------

    def created(self, response_id: str, now_ms: int) -> list[Action]:
        """A response has begun; one that was cut before it had a name is cancelled now."""
        is_astray = self._is_one_astray and self.gate is Gate.IDLE
        self._is_one_astray = False
        self.response_id = response_id
        self.gate = Gate.ACTIVE
        self._has_sound = False
        if self._is_cancel_owed or is_astray:
            self._is_cancel_owed = False
            return self._cancel(now_ms)
        self._is_turn_owed = False
        self.deadline_ms = now_ms + self._limits.first_delta_wait_ms
        return []

    def sounded(self, now_ms: int, *, plays_until_ms: int = 0) -> bool:
        """A delta of the active response came; whether it is the first.

        Nobody misses the next before all that came has been played.
        """
        is_first, self._has_sound = not self._has_sound, True
        self._failures = 0
        if self.gate is Gate.ACTIVE:
            self.deadline_ms = max(now_ms + self._limits.delta_gap_ms, plays_until_ms)
        return is_first

    def called(self, response_id: str) -> None:
        """A response called a function: with that it has said something, if not to the caller."""
        if response_id == self.response_id:
            self._has_sound = True
            self._failures = 0

    def rest(self) -> None:
        """Nobody speaks to it any more, and nobody wants it to speak: what is under way may end."""
        self.is_caller_speaking = False
        self._is_pending = False

    def item_ended(self, now_ms: int) -> None:
        """An item is complete; the next one, or the response's end, may take its time."""
        if self.gate is Gate.ACTIVE:
            self.deadline_ms = now_ms + self._limits.first_delta_wait_ms

    def done(self, response_id: str, now_ms: int) -> list[Action]:
        """A response has ended: the gate opens, and what waited may leave."""
        is_ours = response_id == self.response_id and self.gate in (Gate.ACTIVE, Gate.CANCELLING)
        is_in_our_way = self.gate is Gate.IDLE and self._is_pending
        return self._open_gate(now_ms) if is_ours or is_in_our_way else []

    def refused(self, now_ms: int, *, is_ours: bool) -> list[Action]:
        """The model says that a response is active already: after its end we ask, or ask again."""
        if is_ours and self.gate is Gate.ACTIVE:
            self._is_pending = True  # what runs was made before our ask: it cannot have seen why
        elif self._is_turn_owed and self.gate is not Gate.ASKED:
            self._is_turn_owed = False
            self._is_pending = True
        elif self.gate is Gate.ASKED:
            self.gate = Gate.IDLE
            self._is_pending = not self._is_cancel_owed
            self._is_cancel_owed = False
            self.deadline_ms = now_ms + self._limits.created_wait_ms
        return []

    def ask_failed(self, now_ms: int) -> list[Action]:
        """Our ask was refused for another reason: as if nothing had come."""
        if self.gate is not Gate.ASKED:
            return []
        is_cut = self._is_cancel_owed
        actions = self.forget_ask(now_ms)
        return actions if is_cut or self.gate is Gate.ASKED else self._missed(now_ms, "refused")

    def forget_ask(self, now_ms: int) -> list[Action]:
        """Our ask came to nothing, and whoever made it knows."""
        if self.gate is not Gate.ASKED:
            return []
        self._is_cancel_owed = False
        return self._open_gate(now_ms)

    def _open_gate(self, now_ms: int) -> list[Action]:
        self.gate = Gate.IDLE
        self.deadline_ms = None
        if self._is_turn_owed or self._is_cancel_owed:
            self.deadline_ms = now_ms + self._limits.created_wait_ms
            return []
        return self.ask(now_ms) if self._is_pending else []

    # -- time ----------------------------------------------------------------------------------

    def wake(self, now_ms: int) -> list[Action]:
        """A deadline is due: something did not come."""
        self.deadline_ms = None
        match self.gate:
            case Gate.CANCELLING:
                return self._open_gate(now_ms)
            case Gate.ACTIVE:
                why = "delta_gap" if self._has_sound else "no_first_delta"
                return [*self._cancel(now_ms), *self._missed(now_ms, why)]
            case Gate.ASKED:
                self.gate = Gate.IDLE
                return self._wake_unanswered(now_ms, is_due=True)
            case Gate.IDLE:
                return self._wake_unanswered(now_ms, is_due=False)
            case _:
                assert_never(self.gate)

    def _wake_unanswered(self, now_ms: int, *, is_due: bool) -> list[Action]:
        is_cut, self._is_cancel_owed = self._is_cancel_owed, False
        self._is_one_astray = self._is_one_astray or is_cut
        if self._is_turn_owed or self._is_pending or (is_due and not is_cut):
            return self._missed(now_ms, "no_response")
        return []

    def _missed(self, now_ms: int, why: str) -> list[Action]:
        self._failures += 1
        self._is_turn_owed = False
        actions: list[Action] = [fact("response.missed", why=why, failures=self._failures)]
        if self._failures > 1:
            self.is_given_up = True
            return actions
        return [*actions, *self.ask(now_ms)]
