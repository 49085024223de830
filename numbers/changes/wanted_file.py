"""What a file wants, as a version: what it does not speak of stays as it is."""

from collections.abc import Iterator
from dataclasses import replace

from ..documents.numbers import NumbersDocument
from ..model import RouteKind, Snapshot


def wanted(document: NumbersDocument, stored: Snapshot) -> Snapshot:
    """Agents are another file's matter, and so they stay."""
    return replace(
        stored,
        numbers=document.numbers,
        pools=document.pools,
        default_route=document.default_route,
    )


def warnings(document: NumbersDocument, stored: Snapshot) -> Iterator[str]:
    """What the reader found, and agents that are not there, so that nobody would answer."""
    yield from (f"{fault.what}: {fault.fix}" for fault in document.warnings)
    agents = {
        share.route.target
        for number in document.numbers.values()
        for share in number.shares
        if share.route.kind is RouteKind.AGENT
    }
    for name in sorted(agents - stored.agents.keys()):
        yield f"there is no agent/{name} yet, the fallback answers: voicegate agents apply"
