"""What a call in a flow remembers from node to node."""

from ..expr import Scalar
from ..flow import Flow
from ..hours import DAYS, Opening, opening
from .actions import Clip, ClipKind, Play
from .digits import Digits
from .facts import Facts, PublicHolidays, Wall
from .outcome import Outcome
from .type_ahead import TypeAhead


class Memory:
    """Slots, language, waiting keys, and what has happened; it outlives every node and stream."""

    def __init__(self, flow: Flow, facts: Facts, wall: Wall, public: PublicHolidays) -> None:
        self.flow = flow
        self.facts = facts
        self.language = facts.language if facts.language in flow.languages else flow.languages[0]
        self.slots: dict[str, str] = {}  # vars.…
        self.cards: dict[str, Digits] = {}  # pay.…
        self.type_ahead = TypeAhead()
        self.outcome = Outcome()
        self.handlers_entered: set[str] = set()
        self.handler_reason: str | None = None
        self.ai_exit: str | None = None
        self.is_ai_lost = False  # until the caller chooses something by a key
        self.ai_starts = 0
        self.is_suppressed = False
        self.now_ms = 0  # of the world: the call's own time stands still without a stream
        self._wall = wall
        self._public = public
        self._tags = 0

    def play(
        self, prompt: str, *, in_all_languages: bool = False, is_interruptible: bool = True
    ) -> Play:
        """A prompt of the flow in the caller's language, or in all, one after the other."""
        languages = self.flow.languages if in_all_languages else (self.language,)
        clips = tuple(Clip(ClipKind.PROMPT, prompt, language) for language in languages)
        return Play(clips, self.next_tag(), is_interruptible)

    def play_own(self, kind: ClipKind, name: str = "") -> Play:
        """A sound of the engine."""
        return Play((Clip(kind, name, self.language),), self.next_tag())

    def next_tag(self) -> int:
        """A number that nothing has yet: of a sound, of a tool call."""
        self._tags += 1
        return self._tags

    def opening(self, calendar: str) -> Opening:
        """What a calendar says of this moment."""
        local, public = self._wall(self.now_ms), self._public.get(calendar, ())
        return opening(self.flow.calendars[calendar], local, public)

    def set_slot(self, slot: str, value: str) -> None:
        """A slot that may be read: `vars.…`, or the language."""
        if slot == "language":
            self.language = value
        else:
            self.slots[slot] = value

    def keep_card(self, slot: str, digits: Digits) -> None:
        """Digits for a tool; what the slot held is overwritten."""
        self.wipe_cards(slot)
        self.cards[slot] = digits

    def wipe_cards(self, *slots: str) -> None:
        """Overwrite and forget these, or all if none is named."""
        for slot in slots or tuple(self.cards):
            digits = self.cards.pop(slot, None)
            if digits is not None:
                digits.wipe()

    def look_up(self, name: str) -> Scalar:
        """The value of a name in a condition, None if it is not set."""
        room, _, rest = name.partition(".")
        match room:
            case "vars":
                return self.slots.get(name)
            case "lead":
                return self.facts.lead.get(rest)
            case "now":
                return self._clock(rest)
            case _:
                return self._fact(name)

    def _clock(self, what: str) -> Scalar:
        local = self._wall(self.now_ms)
        match what:
            case "hour":
                return local.hour
            case "minute":
                return local.minute
            case "weekday":
                return DAYS[local.weekday()]
            case _:
                return local.date().isoformat()

    def _fact(self, name: str) -> Scalar:
        facts = self.facts
        values: dict[str, Scalar] = {
            "language": self.language,
            "caller.number": facts.caller_number or None,
            "caller.country": facts.caller_country,
            "caller.region": facts.caller_region,
            "caller.known": facts.is_caller_known,
            "call.number": facts.call_number or None,
            "call.direction": self.flow.direction.value,
            "call.attempt": facts.attempt,
            "handler.reason": self.handler_reason,
            "ai.exit": self.ai_exit,
        }
        return values.get(name)
