"""The file `numbers.yaml`: numbers and pools as an operator writes them, and back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from .. import route_text
from ..e164 import e164
from ..errors import DocumentError
from ..model import Number, Pool, Route
from ..yaml import write as yaml_write
from ..yaml.fields import Fields, fields_of, shown
from ..yaml.tree import Fault, Faults, ListNode, Rule
from ..yaml.write import Tree
from . import manifest, number_entry, value_rules

KIND = "Numbers"
PICKS = ("sticky-least-used",)
DAILY_CAP_MAX = 100_000


@dataclass(frozen=True, slots=True)
class NumbersDocument:
    """What a file says. `warnings` are for whoever wrote it; the rest is served all the same."""

    numbers: Mapping[str, Number]
    pools: Mapping[str, Pool] = field(default_factory=lambda: MappingProxyType({}))
    default_route: Route | None = None
    warnings: tuple[Fault, ...] = field(default=(), compare=False)


def parse(content: bytes) -> NumbersDocument:
    """Read a file; its defaults are worked into the numbers. Raises DocumentError."""
    faults, warnings = Faults(), Faults()
    fields = manifest.opened(content, KIND, faults)
    found = None if fields is None else _document(fields, warnings)
    if found is None or faults.in_order():
        raise DocumentError(faults.in_order())
    return found


def render(document: NumbersDocument) -> str:
    """The one file of these values: reading it gives them back, but for the carrier's ids."""
    return yaml_write.render(tree(document))


def tree(document: NumbersDocument) -> dict[str, Tree]:
    """What `render` writes down."""
    found = manifest.head(KIND)
    if document.default_route is not None:
        found["default_route"] = str(document.default_route)
    in_order = sorted(document.numbers.values(), key=lambda number: number.number)
    found["numbers"] = [number_entry.tree(number) for number in in_order]
    if document.pools:
        pools = sorted(document.pools.values(), key=lambda pool: pool.name)
        found["pools"] = [_pool_tree(pool) for pool in pools]
    return found


def _document(fields: Fields, warnings: Faults) -> NumbersDocument:
    fields.need("numbers")
    default_route = fields.value("default_route", route_text.parse)
    defaults = fields.mapping("defaults")
    numbers = _numbers(fields, number_entry.read_defaults(defaults) if defaults else None)
    pools = _pools(fields, numbers, warnings)
    fields.close()
    return NumbersDocument(numbers, pools, default_route, warnings.in_order())


def _numbers(fields: Fields, defaults: number_entry.Defaults | None) -> Mapping[str, Number]:
    found: dict[str, Number] = {}
    lines: dict[str, int] = {}
    for node in fields.items("numbers"):
        entry = fields_of(node, "an entry of numbers", fields.faults)
        number = entry and number_entry.read(entry, defaults or number_entry.Defaults())
        if number is None:
            continue
        if number.number in found:
            what = f"this number stands in line {lines[number.number]} already"
            fields.faults.add(node, what, "keep one of the two", Rule.DUPLICATE_KEY)
        else:
            found[number.number], lines[number.number] = number, node.line
    return MappingProxyType(found)


def _pools(fields: Fields, numbers: Mapping[str, Number], warnings: Faults) -> Mapping[str, Pool]:
    found: dict[str, Pool] = {}
    for node in fields.items("pools"):
        entry = fields_of(node, "an entry of pools", fields.faults)
        pool = entry and _pool(entry)
        if pool is None:
            continue
        if pool.name in found:
            what = f"there is a pool {shown(pool.name)} already"
            fields.faults.add(node, what, "keep one of the two", Rule.DUPLICATE_KEY)
        found[pool.name] = pool
        if not numbers.keys() >= set(pool.members):
            what = f"the pool {shown(pool.name)} has members that are not in this file"
            warnings.add(node, what, "see that they are ours and that somebody answers there")
    return MappingProxyType(found)


def _pool(fields: Fields) -> Pool | None:
    fields.need("name", "members")
    name = fields.value("name", value_rules.name)
    members = fields.take("members")
    if isinstance(members, ListNode) and not members.items:
        fields.faults.add(members, "a pool without members", "add a number, or remove the pool")
    pool = Pool(
        name or "",
        members=fields.values("members", e164),
        pick=fields.value("pick", value_rules.one_of(*PICKS)) or PICKS[0],
        daily_cap=fields.value("daily_cap", value_rules.whole(1, DAILY_CAP_MAX)),
    )
    fields.close()
    return None if name is None else pool


def _pool_tree(pool: Pool) -> Tree:
    tree: dict[str, Tree] = {"name": pool.name, "members": pool.members, "pick": pool.pick}
    return tree if pool.daily_cap is None else {**tree, "daily_cap": pool.daily_cap}
