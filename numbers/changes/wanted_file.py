"""What a file wants, as a version: what it does not speak of stays as it is."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from ..documents.numbers import NumbersDocument
from ..model import Route, RouteKind, Snapshot


def wanted(document: NumbersDocument, stored: Snapshot) -> Snapshot:
    """Agents are another file's matter, and so they stay."""
    return replace(
        stored,
        numbers=document.numbers,
        pools=document.pools,
        default_route=document.default_route,
    )


def warnings(
    document: NumbersDocument,
    stored: Snapshot,
    desired: Snapshot,
    has_flow: Callable[[Route], bool],
) -> Iterator[str]:
    """What the reader found, and flows in force that are not there: the fallback answers."""
    yield from map(str, document.warnings)
    kept = {*desired.routes()} & {*stored.routes()}
    flows = {route for route in kept if route.kind is RouteKind.FLOW}
    for flow in sorted(str(flow) for flow in flows if not has_flow(flow)):
        yield f"there is no {flow} yet: the fallback answers until there is"
