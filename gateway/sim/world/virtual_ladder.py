"""A virtual call as lines a person can read: who did what, when."""

from collections.abc import Iterator

from ...core.actions import Action, HearAudio, PlaceMark, PlayAudio
from ...core.events import CallerAudio, Event, MarkPlayed, ModelAudio, ModelSaid
from .virtual_call import VirtualCall

QUIET = (CallerAudio, MarkPlayed, ModelSaid)
QUIET_ACTIONS = (HearAudio, PlaceMark)


def ladder(call: VirtualCall) -> Iterator[str]:
    """One line for each step that a person would want to see."""
    for at_ms, event, actions in call.witness.steps:
        shown = [a for a in actions if not isinstance(a, QUIET_ACTIONS)]
        if isinstance(event, QUIET) and not shown:
            continue
        if isinstance(event, ModelAudio) and all(isinstance(a, PlayAudio) for a in shown):
            continue
        told = "; ".join(_action(action) for action in shown)
        yield f"{at_ms / 1_000:8.3f} {_event(event):40} {told}"


def _event(event: Event | None) -> str:
    if event is None:
        return "(deadline)"
    if isinstance(event, ModelAudio):
        return f"ModelAudio {event.item_id[:12]} {len(event.payload) // 8} ms"
    return _short(event)


def _action(action: Action) -> str:
    if isinstance(action, PlayAudio):
        return f"PlayAudio {action.item_id[:12]} {len(action.payload) // 8} ms"
    return _short(action)


def _short(value: object) -> str:
    return repr(value).replace("(", " ", 1).rstrip(")")
