"""A call whose caller sits at a keyboard: lines in, lines out, and a virtual clock."""

import re
from collections.abc import Iterator
from datetime import datetime

from ..flow import Flow
from ..headless.player import Player
from ..headless.world import World
from ..machine.actions import Moved
from ..machine.facts import Facts
from ..nodes import Collect
from . import shown, typed
from .offers import hint, is_decided_elsewhere, node_of

SECRET_KEYS_MIN = 6  # fewer are no card, wherever they are typed
_OF_CARD = re.compile(r"\d(?:[ -]?\d){11}")  # in a sentence, or in a step

HELP = """\
  12#            keys of the telephone
  any words      the caller speaks; in "quotes" also what would be a choice
  a choice       by its name, as it was offered; later callback_at=2026-12-01 brings a value
  Enter alone    nobody does anything until something happens
  /ai down       any step of a test file: /ai mute, /wait_s 5, /answer machine, /beep, /stream lost
  h              this
  Ctrl-D         hang up"""


class Walk:
    """Time passes by itself until the caller is waited for, or as `run_to` says."""

    def __init__(self, flow: Flow, facts: Facts, at: datetime) -> None:
        self.world = World(flow, facts, at)
        self._player = Player(self.world)
        self._told = 0  # of the trace
        self._node = flow.start
        self._hint = ""

    @property
    def is_over(self) -> bool:
        """The line is closed."""
        return self.world.is_over

    @property
    def next_ms(self) -> int | None:
        """When something happens by itself."""
        due = (self.world.agenda.next_ms, self.world.machine.deadline_ms)
        return min((at for at in due if at is not None), default=None)

    @property
    def path(self) -> list[str]:
        """The nodes it went through."""
        return [each.node for each in self.world.asked if isinstance(each, Moved)]

    def begin(self) -> None:
        """Somebody answers."""
        self.world.begin()

    def type(self, line: str) -> None:
        """What the line says is done. Raises ValueError with what was in its way."""
        failure = self._player.do(typed.read(line, self.world))
        if failure is not None:
            raise ValueError(f"{failure}, though a minute went by: wait with Enter")

    def hang_up(self) -> None:
        """The caller does."""
        self.world.hang_up("caller")

    def settle(self) -> None:
        """What has begun goes on to its end, unless somebody's answer is waited for."""
        world = self.world
        while not (world.is_over or is_decided_elsewhere(world) or world.agenda.next_ms is None):
            world.advance(world.agenda.next_ms)

    def wait(self) -> None:
        """Nobody does anything until something can be noticed. Raises ValueError if nothing ever will."""
        before = len(self.world.trace)
        while not self.is_over and not any(self._lines(before, self._node)):
            next_ms = self.next_ms
            if next_ms is None:
                raise ValueError("nothing happens by itself now: /stream back brings the line back")
            self.world.advance(next_ms)

    def run_to(self, now_ms: int) -> None:
        """All that happens until then."""
        while self.world.advance(now_ms):
            pass

    def news(self) -> list[str]:
        """What happened since the last time, and what may be typed if that is new."""
        found = [*self._lines(self._told, self._node)]
        self._told = len(self.world.trace)
        self._node = self.world.machine.node
        told = "" if self.is_over else hint(self.world)
        if told and told != self._hint:
            found.append(f"{'':9}[{told}]")
        self._hint = told
        return found

    def echo(self, line: str) -> str:
        """The line as it may be shown again: of keys that may be a card's only how many."""
        node, keys = node_of(self.world), typed.keys_of(line)
        is_asked = isinstance(node, Collect) and node.is_sensitive
        if keys and (is_asked or len(keys) >= SECRET_KEYS_MIN):
            return f"({len(keys)} keys)"
        is_secret = is_asked or _OF_CARD.search(line)
        return re.sub(r"\d", "•", line) if is_secret else line

    def _lines(self, begin: int, node: str) -> Iterator[str]:
        """`node` is where the call was at this point of the trace."""
        flow = self.world.flow
        for seen in self.world.trace[begin:]:
            if isinstance(seen.what, Moved):
                node = seen.what.node
            text = shown.line(seen, flow, flow.nodes[node])
            if text is not None:
                yield text
