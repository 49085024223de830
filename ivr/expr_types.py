"""What the names of an expression mean, and whether its values can be compared at all."""

from collections.abc import Iterator
from difflib import get_close_matches
from enum import StrEnum
from typing import assert_never

from .expr import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    ExpressionError,
    Listed,
    Literal,
    Name,
    Not,
    Truth,
    Value,
)


class Type(StrEnum):
    """What a value is. A slot holds text, and stands beside numbers and truths if it reads so."""

    TEXT = "a text"
    NUMBER = "a number"
    TRUTH = "a truth"
    SLOT = "a slot"
    NONE = "none"
    LIST = "a list"


NAMES: dict[str, Type] = {
    "caller.number": Type.TEXT,
    "caller.country": Type.TEXT,
    "caller.region": Type.TEXT,
    "caller.known": Type.TRUTH,
    "call.number": Type.TEXT,
    "call.direction": Type.TEXT,
    "call.attempt": Type.NUMBER,
    "language": Type.TEXT,
    "now.hour": Type.NUMBER,
    "now.minute": Type.NUMBER,
    "now.weekday": Type.TEXT,  # mon … sun
    "now.date": Type.TEXT,  # 2026-12-24
    "handler.reason": Type.TEXT,
    "ai.exit": Type.TEXT,
}
ROOMS = ("lead", "vars", "pay")
_ORDERED = (Type.TEXT, Type.NUMBER, Type.SLOT)


def check(tree: Condition) -> None:
    """Raises ExpressionError for an unknown name, or values that no call could compare."""
    match tree:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                check(part)
        case Not(part):
            check(part)
        case Truth(value):
            _check_truth(value)
        case Comparison(left, "in", right):
            _check_membership(left, right)
        case Comparison(left, sign, right):
            _check_pair(left, sign, right)
        case _:
            assert_never(tree)


def names(tree: Condition) -> Iterator[Name]:
    """Every name that is read, in the order of the text."""
    for part in _parts(tree):
        if isinstance(part, Truth):
            yield from _names(part.value)
        else:
            yield from _names(part.left)
            yield from _names(part.right)


def names_asked_for(tree: Condition) -> set[str]:
    """The names that the expression itself compares with `none`: it knows they may be unset."""
    found: set[str] = set()
    for part in _parts(tree):
        pair = (part.left, part.right) if isinstance(part, Comparison) else ()
        if any(isinstance(value, Literal) and value.value is None for value in pair):
            found |= {value.name for value in pair if isinstance(value, Name)}
    return found


def _parts(tree: Condition) -> Iterator[Truth | Comparison]:
    match tree:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _parts(part)
        case Not(part):
            yield from _parts(part)
        case Truth() | Comparison():
            yield tree
        case _:
            assert_never(tree)


def _names(value: Value) -> Iterator[Name]:
    if isinstance(value, Name):
        yield value
    elif isinstance(value, Listed):
        for item in value.items:
            yield from _names(item)


def _check_truth(value: Value) -> None:
    kind = _type(value)
    if kind not in (Type.TRUTH, Type.SLOT):
        fix = "compare it with something, like == …"
        raise ExpressionError(value.at, f"{kind} is neither true nor false", fix)


def _check_membership(left: Value, right: Value) -> None:
    if not isinstance(right, Listed):
        fix = 'write a list, like ["NY", "NJ"]'
        raise ExpressionError(right.at, f"{_type(right)} cannot contain anything", fix)
    for item in right.items:
        _check_pair(left, "==", item)


def _check_pair(left: Value, sign: str, right: Value) -> None:
    one, other = _type(left), _type(right)
    if Type.LIST in (one, other):
        at = left.at if one is Type.LIST else right.at
        raise ExpressionError(at, "a list stands only after `in`", "write a single value")
    if sign not in ("==", "!="):
        for value, kind in ((left, one), (right, other)):
            if kind not in _ORDERED:
                fix = "use == or !=, < and > are for numbers and texts"
                raise ExpressionError(value.at, f"{kind} has no order", fix)
    if not {one, other} & {Type.SLOT, Type.NONE} and one is not other:
        fix = f"write {one}" + (" between double quotes" if one is Type.TEXT else "")
        raise ExpressionError(right.at, f"{one} is never {other}", fix)


def _type(value: Value) -> Type:
    match value:
        case Listed():
            return Type.LIST
        case Name(name, at):
            return _type_of_name(name, at)
        case Literal(None):
            return Type.NONE
        case Literal(bool()):
            return Type.TRUTH
        case Literal(str()):
            return Type.TEXT
        case Literal():
            return Type.NUMBER
        case _:
            assert_never(value)


def _type_of_name(name: str, at: int) -> Type:
    if name in NAMES:
        return NAMES[name]
    room, _, rest = name.partition(".")
    if room in ROOMS and rest and "." not in rest:
        return Type.SLOT
    near = get_close_matches(name, [*NAMES, *(f"{room}.…" for room in ROOMS)], n=1)
    fix = f"did you mean {near[0]}?" if near else 'a slot is vars.…, a text needs "double quotes"'
    raise ExpressionError(at, f"{name[:40]!r} is unknown", fix)
