"""What has to be done for a wanted configuration: desired, store and provider in, steps out."""

import hashlib
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import orjson

from ..model import Snapshot
from ..provider import Owned
from .house_step import house_steps
from .known import State, known_numbers
from .number_step import Terms, number_step
from .step import Action, Step
from .webhook import compared

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps from one version of the store, and one state of the provider, to what is wanted.

    `as_wanted` counts the numbers about which there is nothing to do and nothing to tell.
    """

    id: str
    base_version: int
    fingerprint: str
    steps: tuple[Step, ...]
    as_wanted: int = 0

    @property
    def changes(self) -> dict[int, Step]:
        """The steps that do something, by their place in the plan, from 1."""
        return {n: step for n, step in enumerate(self.steps, 1) if step.action is not Action.NOOP}

    @property
    def summary(self) -> dict[str, int]:
        """Steps by action. Every number counts once: as `unmanaged` if it is left alone because
        the file does not name it.
        """
        counts = Counter(_heading(step) for step in self.steps)
        counts[Action.NOOP.value] += self.as_wanted
        return {name: counts[name] for name in (*(action.value for action in Action), "unmanaged")}


def plan(
    desired: Snapshot, store: Snapshot, owned: Iterable[Owned], terms: Terms, plan_id: str
) -> Plan:
    """Compare what is wanted with what the store and the provider have.

    What `desired` does not name stays as it is; of numbers in the store a `noop` says so, the
    provider's other numbers are none of the plan's business. Its provider ids are not read.
    """
    ours = list(owned)
    seen = filter(terms.concern, known_numbers(desired, store, ours))
    numbers = [number_step(known, terms) for known in seen]
    steps = [*house_steps(desired, store, is_pruning=terms.is_pruning), *filter(None, numbers)]
    # What may be refused comes last: a number that has gone holds up no other.
    steps.sort(key=lambda step: step.action is Action.CREATE)
    return Plan(plan_id, store.version, fingerprint(ours), tuple(steps), numbers.count(None))


def fingerprint(owned: Iterable[Owned]) -> str:
    """SHA-256 over the compared fields of all numbers, in whatever order they come."""
    rows = sorted([each.number, each.id, *compared(each).values()] for each in owned)
    return f"sha256:{hashlib.sha256(orjson.dumps(rows)).hexdigest()}"


def new_plan_id(now: datetime, chance: random.Random) -> str:
    """A ULID: 48 bits of milliseconds, 80 of chance, in Crockford's base 32; a later one sorts later."""
    bits = int(now.timestamp() * 1000) << 80 | chance.getrandbits(80)
    return "".join(_CROCKFORD[bits >> shift & 31] for shift in range(125, -1, -5))


def _heading(step: Step) -> str:
    is_left_alone = step.action is Action.NOOP and step.state is State.UNMANAGED
    return "unmanaged" if is_left_alone else step.action.value
