"""Ai: the model speaks until it calls an exit, or a key, a clock or its loss ends it."""

from datetime import date, datetime
from types import MappingProxyType

from ..nodes import Ai
from .actions import Action, NudgeAi, StartAi, StopAi, TellAi
from .events import AiDown, AiExit, AiUp, Event, Heard, Key, LanguageChosen, Sounding, Who
from .memory import Memory
from .patience import Patience
from .state import Leave, Trouble, Turn

OPEN_MS = 2500
UNAVAILABLE = "ai_unavailable"


class AiState:
    """A model that is not up within 2.5 s counts as lost; later losses are told by `AiDown`."""

    def __init__(self, node: Ai, call: Memory) -> None:
        self._node = node
        self._call = call
        self._patience = Patience(node.silence_s * 1000, node.nudges)
        self._opens_by_ms: int | None = None
        self._ends_by_ms: int | None = None
        self._is_started = False
        self._is_cut = True

    @property
    def deadline_ms(self) -> int | None:
        due = (self._opens_by_ms, self._ends_by_ms, self._patience.deadline_ms)
        return min((at for at in due if at is not None), default=None)

    def enter(self, now_ms: int) -> Turn:
        while (key := self._call.type_ahead.take(now_ms)) is not None:
            if key in self._node.keys:
                return [self._leave_by_key(key)]
        if self._call.is_ai_lost:
            return [self._without_model()]
        self._opens_by_ms = now_ms + OPEN_MS
        self._ends_by_ms = now_ms + self._node.max_s * 1000
        self._is_started = True
        self._call.ai_starts += 1
        return [self._start()]

    def handle(self, event: Event, now_ms: int) -> Turn:
        match event:
            case Sounding(who, is_on):
                self._patience.sounding(who, now_ms, is_on=is_on)
                return []
            case Heard(who=Who.CALLER):
                self._patience.answered(now_ms)
                return []
            case Key(digit):
                return self._key(digit, now_ms)
            case AiUp():
                self._opens_by_ms = None
                self._patience.start(now_ms)
                return []
            case AiDown(reason):
                return self._lost(reason)
            case AiExit():
                return self._exit(event)
            case LanguageChosen(language) if language in self._call.flow.languages:
                self._call.language = language
                return []
            case _:
                return []

    def wake(self, now_ms: int) -> Turn:
        if _is_due(self._opens_by_ms, now_ms):
            return self._lost("not up in time")
        if _is_due(self._ends_by_ms, now_ms):
            return [Leave("timeout", self._node.timeout)]
        count = self._patience.wake(now_ms)
        if count is None:
            return [Leave("timeout", self._node.timeout)]
        return [NudgeAi(count)] if count else []

    def resume(self, now_ms: int) -> Turn:
        if self._opens_by_ms is None:
            self._patience.start(now_ms)
        return []

    def leave(self, now_ms: int) -> list[Action]:
        return [StopAi(self._is_cut)] if self._is_started else []

    def _start(self) -> StartAi:
        node, flow = self._node, self._call.flow
        exits = {name: exit_.slots for name, exit_ in node.exits.items()}
        return StartAi(
            agent=node.agent,
            language=self._call.language,
            languages=flow.languages,
            exits=MappingProxyType(exits),
            is_recorded=node.is_recorded,
            has_transcript=bool(flow.emergency or flow.optout or node.optout),
            is_first=self._call.ai_starts == 1,
        )

    def _key(self, digit: str, now_ms: int) -> Turn:
        if digit in self._node.keys:
            return [self._leave_by_key(digit)]
        self._patience.answered(now_ms)
        return [TellAi(digit)] if self._node.tells_digits else []

    def _leave_by_key(self, key: str) -> Leave:
        return Leave(f"keys.{key}", self._node.keys[key], is_by_key=True)

    def _exit(self, event: AiExit) -> Turn:
        exit_ = self._node.exits.get(event.name)
        if exit_ is None:
            return []
        self._is_cut = False
        self._call.ai_exit = event.name
        for slot, kind in exit_.slots.items():
            value = event.slots.get(slot, "")
            if is_of_type(value, kind):
                self._call.set_slot(f"vars.{slot}", value)
        return [Leave(f"exits.{event.name}", exit_.next)]

    def _lost(self, reason: str) -> Turn:
        self._call.is_ai_lost = True
        self._call.handler_reason = reason
        return [Leave("unavailable", self._node.unavailable)]

    def _without_model(self) -> Leave | Trouble:
        """It is known to be lost, and the caller did not ask for it by a key: it is not tried."""
        if UNAVAILABLE in self._call.handlers_entered:
            return Leave("unavailable", self._node.unavailable)
        return Trouble(UNAVAILABLE, "still lost")


def is_of_type(value: str, kind: str) -> bool:
    """Whether a slot of this type may hold what the model brought; nothing is no value."""
    try:
        match kind:
            case "number":
                float(value)
            case "date":
                date.fromisoformat(value)
            case "datetime":
                datetime.fromisoformat(value)
            case _:
                return bool(value.strip())
    except ValueError:
        return False
    return True


def _is_due(at_ms: int | None, now_ms: int) -> bool:
    return at_ms is not None and at_ms <= now_ms
