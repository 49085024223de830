"""The version that the steps of a plan make of another."""

from collections.abc import Iterable
from typing import cast

from ..errors import NumberError
from ..model import Snapshot
from .fields import Field, Fields, Tree, snapshot_of, tree
from .step import Action, Kind, Step

_PLACES = {Kind.NUMBER: "numbers", Kind.POOL: "pools", Kind.AGENT: "agents"}


def patched(base: Snapshot, steps: Iterable[Step]) -> Snapshot:
    """Raises NumberError where the steps lead to values that cannot be."""
    found = tree(base)
    for step in steps:
        if step.action is not Action.NOOP:
            _patch(found, step)
    try:
        return snapshot_of(found)
    except NumberError as error:
        raise NumberError(f"this plan cannot be applied, make it anew: {error}") from None


def _patch(found: Tree, step: Step) -> None:
    if step.kind is Kind.ACCOUNT:
        _overlay(cast("dict[str, Field]", found), step.in_store)
        return
    place = found[_PLACES[step.kind]]
    if step.is_removal:
        place.pop(step.subject, None)
    else:
        _overlay(place.setdefault(step.subject, {}), step.in_store)


def _overlay(fields: dict[str, Field], changes: Fields) -> None:
    """Set the changed fields; None takes one away."""
    for name, value in changes.items():
        if value is None:
            fields.pop(name, None)
        else:
            fields[name] = value
