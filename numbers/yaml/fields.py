"""A mapping read by a schema: each field taken once by name, the rest are unknown."""

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import TypeVar

from .tree import Faults, ListNode, MappingNode, Node, Rule, TextNode

T = TypeVar("T")

_DIGITS_OF_A_NUMBER = 7  # that many may be somebody's phone number
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.+\-]*)?")
_SHOWN_CHARS = 40
_SHAPES = {TextNode: "a single value", ListNode: "a list", MappingNode: "a mapping"}


def shown(text: str) -> str:
    """A value as a fault may show it: short, and no phone number."""
    digits = sum(char.isdecimal() for char in text)
    if digits >= _DIGITS_OF_A_NUMBER and not _DATE.fullmatch(text):
        return f"({len(text)} characters)"
    return repr(text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}…")


def did_you_mean(word: str, known: list[str]) -> str:
    """`did you mean x?` if one of the known words is near, else which there are."""
    near = get_close_matches(word, known, n=1)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"


def value_of(node: Node, name: str, rule: Callable[[str], T], faults: Faults) -> T | None:
    """What the rule makes of a single value; its ValueError says what to write instead."""
    if not isinstance(node, TextNode):
        _wrong_shape(node, name, TextNode, faults)
        return None
    if node.is_absent:
        fix = 'write a value or leave the field out; one that begins with # needs quotes: "#"'
        faults.add(node, f"{name} is empty", fix)
        return None
    try:
        return rule(node.text)
    except ValueError as error:
        faults.add(node, f"{name} cannot be {shown(node.text)}", str(error))
        return None


def items_of(node: Node, name: str, faults: Faults) -> tuple[Node, ...]:
    """The items of a list; none if it is no list."""
    if isinstance(node, ListNode):
        return node.items
    _wrong_shape(node, name, ListNode, faults)
    return ()


def fields_of(node: Node, name: str, faults: Faults) -> "Fields | None":
    """The fields of a mapping, None if it is no mapping."""
    if isinstance(node, MappingNode):
        return Fields(node, name, faults)
    _wrong_shape(node, name, MappingNode, faults)
    return None


def _wrong_shape(node: Node, name: str, wanted: type[Node], faults: Faults) -> None:
    if isinstance(node, TextNode) and node.is_absent:
        faults.add(node, f"{name} is empty", f"write {_SHAPES[wanted]} or leave it out")
    else:
        faults.add(node, f"{name} is {_SHAPES[type(node)]}", f"write {_SHAPES[wanted]}")


class Fields:
    """The fields of one mapping. Take each by name, then `close`; faults go to the collector."""

    def __init__(self, node: MappingNode, name: str, faults: Faults) -> None:
        self.node = node
        self.faults = faults
        self._name = name
        self._taken: list[str] = []

    def need(self, *names: str) -> None:
        """Each of these fields must be there."""
        for name in names:
            if name not in self.node.keys:
                self.faults.add(self.node, f"{self._name} has no {name}", f"add {name}: …")

    def take(self, name: str) -> Node | None:
        """The field whatever its shape; None if it is not there, or was refused already."""
        self._taken.append(name)
        return self.node.values.get(name)

    def value(self, name: str, rule: Callable[[str], T]) -> T | None:
        """A single value by its rule, which raises ValueError with what to write instead."""
        node = self.take(name)
        return None if node is None else value_of(node, name, rule, self.faults)

    def items(self, name: str) -> tuple[Node, ...]:
        """The items of a list, none if there is no such field."""
        node = self.take(name)
        return () if node is None else items_of(node, name, self.faults)

    def values(self, name: str, rule: Callable[[str], T]) -> tuple[T, ...]:
        """A list of single values, each by the rule and none of them twice."""
        found: dict[T, None] = {}
        for node in self.items(name):
            value = value_of(node, f"an item of {name}", rule, self.faults)
            if value is not None and value in found:
                self.faults.add(node, f"it stands twice in {name}", "remove one")
            elif value is not None:
                found[value] = None
        return tuple(found)

    def mapping(self, name: str) -> "Fields | None":
        """The fields of a mapping inside this one."""
        node = self.take(name)
        return None if node is None else fields_of(node, name, self.faults)

    def close(self) -> None:
        """Whatever nobody took is unknown."""
        for name, key in self.node.keys.items():
            if name not in self._taken:
                fix = did_you_mean(name, self._taken)
                what = f"{self._name} has no field {shown(name)}"
                self.faults.add(key, what, fix, Rule.UNKNOWN_FIELD)
