"""The phases of a call and the moves between them, in one table."""

from enum import StrEnum


class Phase(StrEnum):
    """Where a call stands in its life."""

    RINGING = "ringing"
    CONNECTING = "connecting"
    TALKING = "talking"
    ENDING = "ending"
    ENDED = "ended"


MEANINGS: dict[Phase, str] = {
    Phase.RINGING: "known, its media is not here yet; the model is being prepared",
    Phase.CONNECTING: "media flows; the model is not ready; caller audio waits in the ring",
    Phase.TALKING: "somebody can be talked to: the script has the call",
    Phase.ENDING: "last words are playing; has a deadline; nothing new is accepted",
    Phase.ENDED: "final",
}

MOVES: dict[Phase, frozenset[Phase]] = {
    Phase.RINGING: frozenset({Phase.CONNECTING, Phase.ENDED}),
    Phase.CONNECTING: frozenset({Phase.TALKING, Phase.ENDING, Phase.ENDED}),
    Phase.TALKING: frozenset({Phase.ENDING, Phase.ENDED}),
    Phase.ENDING: frozenset({Phase.ENDED}),
    Phase.ENDED: frozenset(),
}


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {Phase.RINGING}"]
    lines += [
        f"    {source} --> {target}"
        for source, targets in MOVES.items()
        for target in sorted(targets)
    ]
    return "\n".join([*lines, f"    {Phase.ENDED} --> [*]"])
