"""What a case expects, looked for in the trace of its world."""

from ..machine.actions import ClipKind, Hangup, Moved, Play, Record
from .case import WAIT_MS_MAX, Expect, Wanted
from .player import Player
from .trace import Happened
from .world import World


class Watch:
    """Each expectation looks at what came since the last one that was met."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self._world = player.world
        self._next = 0  # of the trace

    def look(self, expect: Expect) -> str | None:
        """What was missed, or came though it must not; None if all is well."""
        wanted = expect.wanted
        within_ms = WAIT_MS_MAX if expect.within_ms is None else expect.within_ms
        if expect.is_refused:
            self._next = len(self._world.trace)
            is_come = self._player.run_until(lambda: self._is_found(wanted), within_ms)
            return f"{wanted} must not happen" if is_come else None
        if self._is_there(wanted):
            return None
        if self._player.run_until(lambda: self._is_found(wanted), within_ms):
            return None
        return f"no {wanted} within {within_ms / 1000:g} s"

    def _is_there(self, wanted: Wanted) -> bool:
        """The call is in this node already."""
        node = self._world.flow.nodes[self._world.machine.node]
        is_named = (wanted.verb, wanted.name) == (node.type, node.name)
        return is_named and not self._world.is_over and not _is_of_sound(wanted)

    def _is_found(self, wanted: Wanted) -> bool:
        trace = self._world.trace
        for index in range(self._next, len(trace)):
            if is_it(trace[index].what, wanted, self._world):
                self._next = index + 1
                return True
        return False


def is_it(what: Happened, wanted: Wanted, world: World) -> bool:
    """Whether this is what was wanted."""
    match what:
        case Play(clips) if wanted.verb == "say":
            return any(c.kind is ClipKind.PROMPT and c.name == wanted.name for c in clips)
        case Record(box) if wanted.verb == "voicemail":
            return box == wanted.name
        case Hangup() if wanted.verb == "hangup" and not wanted.name:
            return True
        case Moved(node) if not _is_of_sound(wanted):
            return (wanted.verb, wanted.name) == (world.flow.nodes[node].type, node)
        case _:
            return False


def _is_of_sound(wanted: Wanted) -> bool:
    """These are about what is heard: a prompt, a box that records."""
    return wanted.verb in ("say", "voicemail")
