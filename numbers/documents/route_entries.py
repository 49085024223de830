"""A number's own route and its schedule, as entries of a file and back."""

from collections.abc import Sequence
from datetime import UTC
from zoneinfo import ZoneInfo

from .. import local_time, route_text
from ..model import Route, ScheduleEntry, Share
from ..yaml.fields import Fields, fields_of, value_of
from ..yaml.tree import Faults, ListNode, Node
from ..yaml.write import Tree
from . import value_rules

WEIGHT_MAX = 10_000


def shares(node: Node | None, faults: Faults) -> tuple[Share, ...]:
    """One route, or several with weights; of no entry none."""
    if node is None:
        return ()
    if isinstance(node, ListNode):
        return _split(node, faults)
    route = value_of(node, "route", route_text.parse, faults)
    return () if route is None else (Share(route, 1),)


def _split(node: ListNode, faults: Faults) -> tuple[Share, ...]:
    found: dict[Route, Share] = {}
    for item in node.items:
        share = _share(item, faults)
        if share is not None and share.route in found:
            faults.add(item, "this route stands twice in the split", "add their weights up")
        elif share is not None:
            found[share.route] = share
    if not node.items:
        faults.add(node, "route is an empty list", "leave it out: the default route answers then")
    return tuple(found.values())


def _share(item: Node, faults: Faults) -> Share | None:
    fields = fields_of(item, "a part of the split", faults)
    if fields is None:
        return None
    fields.need("to", "weight")
    route = fields.value("to", route_text.parse)
    weight = fields.value("weight", value_rules.whole(1, WEIGHT_MAX))
    fields.close()
    return None if route is None or weight is None else Share(route, weight)


def schedule(nodes: Sequence[Node], faults: Faults) -> tuple[ScheduleEntry, ...]:
    """Entries in the order of the file; two that begin together are a fault."""
    found: list[ScheduleEntry] = []
    for node in nodes:
        fields = fields_of(node, "an entry of the schedule", faults)
        entry = None if fields is None else _scheduled(fields)
        if entry is None:
            continue
        if any(entry.at.astimezone(UTC) == other.at.astimezone(UTC) for other in found):
            faults.add(node, "another entry begins at the same time", "keep one of the two")
        found.append(entry)
    return tuple(found)


def _scheduled(fields: Fields) -> ScheduleEntry | None:
    fields.need("at", "tz", "route")
    tz = fields.value("tz", local_time.zone)
    route = fields.value("route", route_text.parse)
    zone = tz or ZoneInfo("UTC")  # the times are read even so, for what is wrong with them
    at = fields.value("at", lambda text: local_time.parse(text, zone))
    until = fields.value("until", lambda text: local_time.parse(text, zone))
    fields.close()
    if tz is None or route is None or at is None:
        return None
    if until is not None and until.astimezone(UTC) <= at.astimezone(UTC):
        node = fields.node.values["until"] or fields.node
        fields.faults.add(node, "until is no later than at", "write the later time into until")
    return ScheduleEntry(at, route, until)


def shares_tree(found: tuple[Share, ...]) -> Tree:
    """What `shares` reads."""
    if len(found) == 1 and found[0].weight == 1:
        return str(found[0].route)
    return [{"to": str(share.route), "weight": share.weight} for share in found]


def schedule_tree(found: tuple[ScheduleEntry, ...]) -> Tree:
    """What `schedule` reads; the end of an entry in the zone of its beginning."""
    return [_entry_tree(entry) for entry in found]


def _entry_tree(entry: ScheduleEntry) -> Tree:
    at, tz = local_time.render(entry.at)
    tree: dict[str, Tree] = {"at": at, "tz": tz, "route": str(entry.route)}
    if entry.until is not None:
        tree["until"] = local_time.render(entry.until.astimezone(ZoneInfo(tz)))[0]
    return tree
