"""Conditions of a flow: a closed grammar, read once to a tree and walked for its truth.

    expr  = and { "or" and }        and  = not { "and" not }        not = [ "not" ] cmp
    cmp   = "(" expr ")" | value [ ("==" | "!=" | "<" | "<=" | ">" | ">=" | "in") value ]
    value = name | number | "text" | true | false | none | "[" value { "," value } "]"

No Python, no arithmetic, no calls. A name that is not set is `none`; whoever compares it with
anything but the word `none` gets false.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, NoReturn, assert_never

CHARS_MAX = 500
TOKENS_MAX = 100
DEPTH_MAX = 20

Scalar = str | int | float | bool | None
LookUp = Callable[[str], Scalar]

_SIGNS = ("==", "!=", "<", "<=", ">", ">=", "in")
_WORDS: dict[str, Scalar] = {"true": True, "false": False, "none": None}
_RESERVED = frozenset(["and", "or", "not", "in"])
_TOKEN = re.compile(
    r"\s*(?:"
    r'(?P<text>"[^"]*")'
    r"|(?P<number>-?[0-9]{1,15}(?:\.[0-9]{1,6})?(?![\w.]))"
    r"|(?P<word>[A-Za-z][A-Za-z0-9_\-]*(?:\.[A-Za-z][A-Za-z0-9_\-]*)*(?![\w.]))"
    r"|(?P<sign>[=!<>]=|[<>()\[\],])"
    r"|(?P<end>\Z))"
)
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?")


class ExpressionError(ValueError):
    """What is wrong with an expression, from which character on (from 1), and what to do."""

    def __init__(self, at: int, what: str, fix: str) -> None:
        super().__init__(f"{what} at character {at}: {fix}")
        self.at = at
        self.what = what
        self.fix = fix


class Token(NamedTuple):
    """A word of the text; `at` is its first character, counted from 1."""

    kind: str
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as it was written."""

    value: Scalar
    at: int


@dataclass(frozen=True, slots=True)
class Name:
    """A value of the call, looked up when asked."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Listed:
    """Values in brackets."""

    items: tuple["Value", ...]
    at: int


@dataclass(frozen=True, slots=True)
class Truth:
    """A value that is true or false by itself."""

    value: "Value"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values and the sign between them."""

    left: "Value"
    sign: str
    right: "Value"


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class AllOf:
    """True if every part is."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True if one part is."""

    parts: tuple["Condition", ...]


Value = Literal | Name | Listed
Condition = Truth | Comparison | Not | AllOf | AnyOf


def parse(text: str) -> Condition:
    """The tree of an expression. Raises ExpressionError, and nothing else, for any text."""
    if len(text) > CHARS_MAX:
        raise ExpressionError(CHARS_MAX, "this is too long", f"{CHARS_MAX} characters are the most")
    parser = _Parser(_tokens(text))
    tree = parser.any_of(1)
    parser.end()
    return tree


def is_true(tree: Condition, look_up: LookUp) -> bool:
    """Whether the condition holds; `look_up` gives the value of a name, None if it is not set."""
    match tree:
        case AnyOf(parts):
            return any(is_true(part, look_up) for part in parts)
        case AllOf(parts):
            return all(is_true(part, look_up) for part in parts)
        case Not(part):
            return not is_true(part, look_up)
        case Truth(value):
            return _valued(value, look_up) in (True, "true")
        case Comparison(left, sign, Listed(items)):
            is_in = any(_holds("==", left, item, look_up) for item in items)
            return sign == "in" and is_in
        case Comparison(left, sign, right):
            return _holds(sign, left, right, look_up)
        case _:
            assert_never(tree)


def _holds(sign: str, left: Value, right: Value, look_up: LookUp) -> bool:
    one, other = _valued(left, look_up), _valued(right, look_up)
    if _is_none(left) or _is_none(right):
        return {"==": one is other, "!=": one is not other}.get(sign, False)
    if one is None or other is None:
        return False
    one, other = _alike(one, other)
    if sign in ("==", "!="):
        is_equal = type(one) is type(other) and one == other
        return is_equal is (sign == "==")
    return _is_ordered(sign, one, other)


def _is_ordered(sign: str, one: Scalar, other: Scalar) -> bool:
    order = None
    if isinstance(one, str) and isinstance(other, str):
        order = (one > other) - (one < other)
    if isinstance(one, float) and isinstance(other, float):
        order = (one > other) - (one < other)
    if order is None:
        return False
    return {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}.get(sign, False)


def _alike(one: Scalar, other: Scalar) -> tuple[Scalar, Scalar]:
    """Numbers as floats; a text beside a number or a truth is read as one, if it is one."""
    if isinstance(one, str) and isinstance(other, str):
        return one, other
    return _unwritten(one), _unwritten(other)


def _unwritten(value: Scalar) -> Scalar:
    if isinstance(value, str):
        if _NUMBER.fullmatch(value):
            return float(value)
        return _WORDS.get(value, value)
    return value if isinstance(value, bool) or value is None else float(value)


def _is_none(value: Value) -> bool:
    return isinstance(value, Literal) and value.value is None


def _valued(value: Value, look_up: LookUp) -> Scalar:
    match value:
        case Literal(found):
            return found
        case Name(name):
            return look_up(name)
        case Listed():
            return None


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    index = 0
    while True:
        token = _TOKEN.match(text, index)
        if token is None or token.lastgroup is None:
            fix = 'write names, numbers, "texts" and == != < <= > >= in and or not'
            at = len(text) - len(text[index:].lstrip()) + 1
            raise ExpressionError(at, "this is no word of an expression", fix)
        kind = token.lastgroup
        found.append(Token(kind, token[kind], token.start(kind) + 1))
        if kind == "end":
            return found
        if len(found) > TOKENS_MAX:
            at = found[-1].at
            raise ExpressionError(at, "this is too long", f"{TOKENS_MAX} words are the most")
        index = token.end()


class _Parser:
    """Recursive descent, one method for each line of the grammar."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._next = 0

    def any_of(self, depth: int) -> Condition:
        parts = [self._all_of(depth)]
        while self._take("or"):
            parts.append(self._all_of(depth))
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def end(self) -> None:
        if self._token.kind != "end":
            self._refuse("nothing can follow here", "join conditions by `and` or `or`")

    def _all_of(self, depth: int) -> Condition:
        parts = [self._not(depth)]
        while self._take("and"):
            parts.append(self._not(depth))
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _not(self, depth: int) -> Condition:
        if self._take("not"):
            return Not(self._comparison(depth))
        return self._comparison(depth)

    def _comparison(self, depth: int) -> Condition:
        if self._take("("):
            found = self.any_of(self._deeper(depth))
            self._need(")")
            return found
        left = self._value(depth)
        kind, sign, _ = self._tokens[self._next]
        if kind == "text" or sign not in _SIGNS:
            return Truth(left)
        self._next += 1
        return Comparison(left, sign, self._value(depth))

    def _value(self, depth: int) -> Value:
        kind, text, at = self._tokens[self._next]
        if text == "[" and kind != "text":
            self._next += 1
            return self._list(at, self._deeper(depth))
        if kind not in ("text", "number", "word") or text in _RESERVED:
            self._refuse("a value is missing", 'write a name, a number, "a text" or a list')
        self._next += 1
        if kind == "text":
            return Literal(text[1:-1], at)
        if kind == "number":
            return Literal(float(text) if "." in text else int(text), at)
        return Literal(_WORDS[text], at) if text in _WORDS else Name(text, at)

    def _list(self, at: int, depth: int) -> Listed:
        items = [self._value(depth)]
        while self._take(","):
            items.append(self._value(depth))
        self._need("]")
        return Listed(tuple(items), at)

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _take(self, text: str) -> bool:
        """Go on if this word or sign is next."""
        token = self._tokens[self._next]
        is_next = token.text == text and token.kind != "text"
        self._next += is_next
        return is_next

    def _need(self, text: str) -> None:
        if not self._take(text):
            self._refuse(f"`{text}` is missing", f"close it with `{text}`")

    def _deeper(self, depth: int) -> int:
        if depth == DEPTH_MAX:
            self._refuse("this nests too deep", f"{DEPTH_MAX} levels are the most")
        return depth + 1

    def _refuse(self, what: str, fix: str) -> NoReturn:
        raise ExpressionError(self._token.at, what, fix)
