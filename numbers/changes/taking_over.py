"""What drifted at the provider, taken over by the store: as far as the store has a place for it."""

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

from ..model import Number, Snapshot
from ..planning.plan import Plan
from ..planning.step import Step
from ..planning.webhook import COMPARED, compared
from ..provider import Owned


def taken_over(stored: Snapshot, owned: Iterable[Owned]) -> Snapshot:
    """The emergency address as the provider has it; where calls go is ours to say."""
    numbers = dict(stored.numbers)
    for each in owned:
        if each.number in numbers:
            numbers[each.number] = _as_at_provider(numbers[each.number], each)
    return replace(stored, numbers=MappingProxyType(numbers))


def _as_at_provider(number: Number, owned: Owned) -> Number:
    address = compared(owned)["EmergencyAddressSid"] or None
    return replace(number, emergency_address=address)


def in_store_only(made: Plan) -> Plan:
    """The plan without a write at the provider's."""
    steps = (_in_store_only(step) for step in made.steps)
    return replace(made, steps=tuple(step for step in steps if step.after))


def _in_store_only(step: Step) -> Step:
    before = {name: value for name, value in step.before.items() if name not in COMPARED}
    return replace(step, before=before, after=step.in_store)
