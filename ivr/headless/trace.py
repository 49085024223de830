"""What happened in a virtual call, with its virtual times."""

from typing import NamedTuple

from ..machine import actions
from ..machine.actions import Action
from ..machine.events import Event

Happened = Action | Event | str  # a text: what the far end did


class Seen(NamedTuple):
    """One line of a trace."""

    at_ms: int
    what: Happened

    def __str__(self) -> str:
        return f"{self.at_ms / 1000:9.3f}  {_described(self.what)}"


def render(trace: list[Seen]) -> str:
    """All of it as text, without a key, a card's digit or a phone number."""
    return "\n".join(str(seen) for seen in trace)


def _described(what: Happened) -> str:
    match what:
        case str():
            return what
        case actions.Moved(node, None, edge):
            return f"→ {node}  ({edge})"
        case actions.Moved(node, source, edge):
            return f"→ {node}  ({source}: {edge})"
        case actions.Play(clips):
            return f"  play {', '.join(f'{clip.kind} {clip.name}'.rstrip() for clip in clips)}"
        case actions.StartAi(agent):
            return f"  StartAi {agent}"
        case actions.Noted(name, _, count):
            return f"  {name} {count}"
        case _:
            return f"  {what!r}"
