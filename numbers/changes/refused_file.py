"""What a file asks for and cannot be had: agents and flows that are not there, numbers not ours."""

from collections.abc import Callable, Iterable, Iterator

from ..documents.places import faults_at
from ..errors import DocumentError
from ..model import Route, RouteKind, Snapshot
from ..provider import Owned

Told = Iterator[tuple[str, tuple[str, str]]]


def check(
    content: bytes,
    desired: Snapshot,
    stored: Snapshot,
    owned: Iterable[Owned],
    has_flow: Callable[[Route], bool],
    *,
    may_buy: bool,
) -> None:
    """Raises DocumentError with every place of the file; what is in force already may stay."""
    told = dict(_routes(desired, stored, has_flow))
    if not may_buy:
        told |= _numbers(desired, stored, owned)
    if told:
        raise DocumentError(faults_at(content, told))


def _routes(desired: Snapshot, stored: Snapshot, has_flow: Callable[[Route], bool]) -> Told:
    for route in {*desired.routes()} - {*stored.routes()}:
        is_agent, is_flow = route.kind is RouteKind.AGENT, route.kind is RouteKind.FLOW
        if (is_agent and route.target not in stored.agents) or (is_flow and not has_flow(route)):
            how = "voicegate agents apply" if is_agent else "voicegate flows push"
            fix = f"put it into force first, {how}, or lead callers elsewhere"
            yield str(route), (f"there is no {route}", fix)


def _numbers(desired: Snapshot, stored: Snapshot, owned: Iterable[Owned]) -> Told:
    ours = {each.number for each in owned}
    for number in desired.numbers.keys() - stored.numbers.keys() - ours:
        fix = "buy it, --allow-buy or voicegate numbers buy, or take it out"
        yield number, ("the account does not own this number", fix)
