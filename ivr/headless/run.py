"""Cases of a flow, each played in a world of its own, and what came of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..flow import Flow
from ..machine.actions import Moved, Play, SetDisposition, Suppress
from . import trace
from .case import Act, Case, End, Expect, SlotHolds, Step
from .player import Player, world_of
from .watch import Watch
from .world import World

Taken = tuple[str | None, str]  # the node that was left, None for a root; the field of the exit


@dataclass(frozen=True, slots=True)
class Result:
    """How a case went. `failure` is None if all was as expected, `trace` all that happened."""

    case: str
    failure: str | None
    trace: str
    taken: frozenset[Taken]

    @property
    def is_passed(self) -> bool:
        return self.failure is None

    def render(self) -> str:
        """A line; for a failed one also the trace up to there, with virtual times."""
        if self.failure is None:
            return f"passed  {self.case}"
        return f"FAILED  {self.case}: {self.failure}\n{self.trace}"


def run_cases(flow: Flow, cases: Iterable[Case]) -> tuple[Result, ...]:
    """Play each of them. The flow must be valid."""
    return tuple(run_case(flow, each) for each in cases)


def run_case(flow: Flow, case: Case) -> Result:
    """Play one."""
    world = world_of(case, flow)
    failure = _played(case, Player(world))
    taken = frozenset((a.source, a.edge) for a in world.asked if isinstance(a, Moved))
    return Result(case.name, failure, trace.render(world.trace), taken)


def _played(case: Case, player: Player) -> str | None:
    watch = Watch(player)
    player.world.begin()
    for number, step in enumerate(case.steps, 1):
        failure = _step(step, player, watch)
        if failure is not None:
            return f"step {number}: {failure}"
    if not player.run_out():
        return "the call never ends"
    return _ended(case.end, player.world)


def _step(step: Step, player: Player, watch: Watch) -> str | None:
    match step:
        case Expect():
            return watch.look(step)
        case SlotHolds(slots):
            return _held(dict(slots), player.world)
        case _:
            return _done(step, player)


def _done(act: Act, player: Player) -> str | None:
    return "the call is over already" if player.world.is_over else player.do(act)


def _held(wanted: dict[str, str], world: World) -> str | None:
    held = {**world.machine.slots, "language": world.machine.language}
    for slot, value in wanted.items():
        if held.get(slot) != value:
            return f"{slot} is {held.get(slot)!r}, not {value!r}"
    return None


def _ended(wanted: End, world: World) -> str | None:
    was_suppressed = any(isinstance(a, Suppress) for a in world.asked)
    codes = [a.code for a in world.asked if isinstance(a, SetDisposition)]
    held: list[tuple[str, object, object]] = [
        ("node", wanted.node, world.machine.node),
        ("disposition", wanted.disposition, codes[-1] if codes else None),
        ("suppressed", wanted.is_suppressed, was_suppressed),
        ("prompts_after_optout", wanted.prompts_after_optout, _prompts_after_optout(world)),
        ("digits_seen_by_ai", wanted.digits_seen_by_ai, world.agent.keys_seen),
    ]
    for name, should, is_ in held:
        if should is not None and should != is_:
            return f"at the end {name} is {is_}, not {should}"
    return None


def _prompts_after_optout(world: World) -> int:
    begun = (i for i, action in enumerate(world.asked) if isinstance(action, Suppress))
    first = next(begun, len(world.asked))
    return sum(isinstance(action, Play) for action in world.asked[first:])
