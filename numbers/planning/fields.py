"""Values as named fields of JSON, so that two of them can be compared and one be made the other.

They are those of a version's JSON, but a single route stands as in a file: `"route": "flow/a"`.
What goes without saying is no field.
"""

from collections.abc import Mapping
from typing import TypeAlias

import orjson

from ..model import Agent, Number, Pool, Snapshot
from ..registry import snapshot_json

PROVIDER_ID = "provider_id"

Field: TypeAlias = "bool | int | float | str | list[Field] | dict[str, Field] | None"
Fields = Mapping[str, Field]


def number_fields(number: Number) -> dict[str, Field]:
    """The fields of a number, but for the number itself."""
    return tree(Snapshot("", numbers={number.number: number}))["numbers"][number.number]


def pool_fields(pool: Pool) -> dict[str, Field]:
    """The fields of a pool, but for its name."""
    return tree(Snapshot("", pools={pool.name: pool}))["pools"][pool.name]


def agent_fields(agent: Agent) -> dict[str, Field]:
    """The fields of an agent, but for its name."""
    return tree(Snapshot("", agents={agent.name: agent}))["agents"][agent.name]


def differences(old: Fields, new: Fields) -> tuple[dict[str, Field], dict[str, Field]]:
    """The fields that differ, as they were and as they are; None where there is no such field."""
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return {name: old.get(name) for name in names}, {name: new.get(name) for name in names}


Tree = dict[str, dict[str, dict[str, Field]]]


def tree(snapshot: Snapshot) -> Tree:
    """A whole version as `kind -> name -> fields`."""
    found: Tree = orjson.loads(snapshot_json.render(snapshot))
    for fields in found["numbers"].values():
        match fields.get("route"):
            case [{"to": str(route), "weight": 1}]:
                fields["route"] = route
            case _:
                pass
    return found


def snapshot_of(found: Tree) -> Snapshot:
    """The version of which this is the tree. Raises NumberError for what can be none."""
    for fields in found["numbers"].values():
        match fields.get("route"):
            case str(route):
                fields["route"] = [{"to": route, "weight": 1}]
            case _:
                pass
    return snapshot_json.parse(orjson.dumps(found))
