"""What the gateway does in a demo call, step by step, as happenings."""

from collections.abc import Iterator

from msgspec.structs import fields

from ...core.actions import Action, Fact, HearAudio
from ...core.events import CallerAudio, Event, ModelAudio, ModelEvent
from .events import Field, Happening, Who
from .log import CallLog
from .sound import BYTES_PER_MS


class GatewayWatcher:
    """Sees the steps of one call in the gateway; `zero_ms` is its beginning on the loop's clock."""

    def __init__(self, log: CallLog, zero_ms: int) -> None:
        self._log = log
        self._zero_ms = zero_ms

    def saw_fact(self, fact: Fact, now_ms: int) -> None:
        """Nothing: facts come again with their steps."""

    def saw_step(self, event: Event | None, actions: list[Action], now_ms: int) -> None:
        """The event, then what was done, in this order; frames of the caller are no news."""
        at_ms = now_ms - self._zero_ms
        if event is not None and not isinstance(event, CallerAudio):
            self._log.add(_happening(at_ms, _source(event), event), _audio(event))
        for action in actions:
            if isinstance(action, Fact):
                self._log.add(Happening(at_ms, "gateway", action.name, action.fields))
            elif not isinstance(action, HearAudio):
                self._log.add(_happening(at_ms, "gateway", action))

    def saw_crash(self, error: Exception) -> None:
        """A bug of ours has ended the call."""
        self._log.saw(self._log.length_ms, "gateway", "crash", error=type(error).__name__)


def _source(event: Event) -> Who:
    return "model" if isinstance(event, ModelEvent) else "carrier"


def _audio(event: Event) -> bytes:
    return event.payload if isinstance(event, ModelAudio) else b""


def _happening(at_ms: int, who: Who, value: Event | Action) -> Happening:
    return Happening(at_ms, who, type(value).__name__, dict(_fields(value)))


def _fields(value: Event | Action) -> Iterator[tuple[str, Field]]:
    """The plain members of an event or action; audio by its length."""
    for member in fields(value):
        match getattr(value, member.name):
            case bytes() as audio:
                yield f"{member.name}_ms", len(audio) // BYTES_PER_MS
            case str() | int() as plain:
                yield member.name, plain
            case _:
                pass
