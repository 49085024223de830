"""Many random calls of a flow, and whether each keeps what every call must."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from types import TracebackType

from .. import nodes
from ..flow import Flow
from ..machine.actions import Moved
from ..machine.facts import Facts
from . import case, case_text
from .case import AT, Act, Case, Temper
from .invariants import broken
from .player import Player, world_of
from .random_caller import RandomCaller
from .run import Taken
from .world import World

ACTS_MAX = 60
WEEK_MINUTES = 7 * 24 * 60
SILENT_OF = 8  # one of so many callers never does anything

AfterEach = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Violation:
    """A call that broke something, as a case that plays it again."""

    what: str
    case: str


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """How many calls were played, what they broke, and which exits they took."""

    calls: int
    violations: tuple[Violation, ...]
    taken: frozenset[Taken]


def fuzz(flow: Flow, calls: int, seed: int, after_each: AfterEach | None = None) -> Fuzzed:
    """Play random calls. The flow must be valid; the same seed gives the same calls.

    `after_each` call it is told how many were played, and how often they broke something.
    """
    violations: list[Violation] = []
    taken: set[Taken] = set()
    for number in range(calls):
        call = RandomCall(flow, seed, number)
        with call:
            call.play()
        text = case_text.render(call.case) if (found := [*call.broken()]) else ""
        violations += [Violation(what, text) for what in found]
        taken |= call.taken
        if after_each is not None:
            after_each(number + 1, len(violations))
    return Fuzzed(calls, tuple(violations), frozenset(taken))


class RandomCall:
    """One of them. An exception that leaves it carries the case as a note."""

    def __init__(self, flow: Flow, seed: int, number: int) -> None:
        self._random = Random(f"{seed}-{number}")
        self._name = f"seed {seed}, call {number}"
        self._is_silent = self._random.randrange(SILENT_OF) == 0
        self._begun = self._beginning(flow)
        self._acts: list[Act] = []
        self._card_digits: list[str] = []
        self.world: World = world_of(self._begun, flow)

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        if error is not None:
            error.add_note(case_text.render(self.case))

    @property
    def case(self) -> Case:
        """What was played so far."""
        begun = self._begun
        return Case(
            name=self._name,
            at=begun.at,
            temper=begun.temper,
            up_ms=begun.up_ms,
            facts=begun.facts,
            steps=tuple(self._acts),
        )

    @property
    def taken(self) -> frozenset[Taken]:
        """The exits it took."""
        return frozenset((a.source, a.edge) for a in self.world.asked if isinstance(a, Moved))

    def play(self) -> None:
        """From the first moment to the last."""
        player = Player(self.world)
        caller = RandomCaller(self.world, self._random)
        self.world.begin()
        for _ in range(0 if self._is_silent else self._random.randint(1, ACTS_MAX)):
            if self.world.is_over:
                return
            act = caller.act()
            self._remember(act)
            player.do(act)
        player.run_out()

    def broken(self) -> Iterator[str]:
        """What this call does not keep."""
        return broken(self.world, self._card_digits, is_silent=self._is_silent)

    def _remember(self, act: Act) -> None:
        self._acts.append(act)
        node = self.world.flow.nodes[self.world.machine.node]
        if isinstance(act, case.Press) and isinstance(node, nodes.Collect) and node.is_sensitive:
            self._card_digits.append(act.keys)

    def _beginning(self, flow: Flow) -> Case:
        random = self._random
        return Case(
            name=self._name,
            at=AT + timedelta(minutes=random.randrange(-WEEK_MINUTES, WEEK_MINUTES)),
            temper=random.choice((Temper.NONE, Temper.NONE, Temper.NONE, Temper.DOWN, Temper.MUTE)),
            up_ms=random.choice((None, 0, 2500, 2600)),
            facts=Facts(language=random.choice((None, *flow.languages))),
            steps=(),
        )
