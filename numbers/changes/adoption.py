"""Numbers that come to us: those that the account owns already, and one that is bought."""

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

from ..documents import value_rules
from ..errors import NumberError
from ..model import Number, Route, Share, Snapshot
from ..provider import Owned

_LIKE_A_NUMBER = frozenset("+0123456789()-. ")


def adopted(stored: Snapshot, owned: Iterable[Owned]) -> Snapshot:
    """The numbers managed here from now on; one that is known keeps all it has."""
    new = {each.number: Number(each.number, name=_name(each)) for each in owned}
    return replace(stored, numbers=MappingProxyType({**new, **stored.numbers}))


def bought(stored: Snapshot, number: str, route: Route | None) -> Snapshot:
    """The number, and where it leads; without a route its callers come to the default route."""
    known = stored.numbers.get(number, Number(number))
    if route is not None:
        known = replace(known, shares=(Share(route, 1),))
    return replace(stored, numbers=MappingProxyType({**stored.numbers, number: known}))


def _name(owned: Owned) -> str:
    """The provider's name for it, unless that is the number again, or could not stand in a file."""
    if _LIKE_A_NUMBER.issuperset(owned.name):
        return ""
    try:
        return value_rules.title(owned.name)
    except NumberError:
        return ""
