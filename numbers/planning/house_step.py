"""What has to be done about all that is not a number: the default route, pools, agents."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from ..model import Snapshot
from .fields import Field, agent_fields, differences, pool_fields
from .step import Action, Kind, Step, differing

Value = TypeVar("Value")

DEFAULT_ROUTE = "default_route"


def house_steps(desired: Snapshot, store: Snapshot, *, is_pruning: bool) -> Iterator[Step]:
    """What `desired` does not name stays; pruning drops pools alone.

    A default route is never taken away, it is the last thing between a caller and silence; nor are
    agents, as flows lead to them too.
    """
    yield from _default_route(desired, store)
    yield from _steps(Kind.AGENT, desired.agents, store.agents, agent_fields)
    yield from _steps(Kind.POOL, desired.pools, store.pools, pool_fields)
    if is_pruning:
        for name in sorted(store.pools.keys() - desired.pools.keys()):
            before = pool_fields(store.pools[name])
            yield Step(Action.UPDATE, Kind.POOL, name, before, {}, "not in the file")


def _default_route(desired: Snapshot, store: Snapshot) -> Iterator[Step]:
    route, stored = desired.default_route, store.default_route
    if route is not None and route != stored:
        before: dict[str, Field] = {DEFAULT_ROUTE: str(stored)} if stored else {}
        after: dict[str, Field] = {DEFAULT_ROUTE: str(route)}
        yield Step(Action.UPDATE, Kind.ACCOUNT, store.account, before, after, differing(after))


def _steps(
    kind: Kind,
    desired: Mapping[str, Value],
    stored: Mapping[str, Value],
    fields: Callable[[Value], dict[str, Field]],
) -> Iterator[Step]:
    for name, value in sorted(desired.items()):
        old = stored.get(name)
        if old == value:
            continue
        if old is None:
            yield Step(Action.UPDATE, kind, name, {}, fields(value), "new here")
        else:
            before, after = differences(fields(old), fields(value))
            yield Step(Action.UPDATE, kind, name, before, after, differing(after))
