"""A YAML text as a tree: texts, lists and mappings that know where they stand, and its faults."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Rule(StrEnum):
    """What kind of rule a fault breaks."""

    SYNTAX = "syntax"
    DUPLICATE_KEY = "duplicate-key"
    REFERENCE = "reference"  # an alias, anchor, merge key or tag
    UNKNOWN_FIELD = "unknown-field"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, where (counted from 1), and what to do about it."""

    line: int
    column: int
    what: str
    fix: str
    rule: Rule = Rule.VALUE

    def __str__(self) -> str:
        return f"{self.line}:{self.column} {self.what}: {self.fix}"


class TextNode(NamedTuple):
    """A single value, as it was written; nothing is taken for a number, a date or a truth."""

    line: int
    column: int
    text: str
    is_quoted: bool = False

    @property
    def is_absent(self) -> bool:
        """Nothing was written: `key:` and no value, or one that began with `#`."""
        return not (self.text or self.is_quoted)


class ListNode(NamedTuple):
    """Values in order. One that was refused is not among them."""

    line: int
    column: int
    items: tuple["Node", ...]


class MappingNode(NamedTuple):
    """Keys and their values in the order of the text; None for a value that was refused."""

    line: int
    column: int
    keys: Mapping[str, TextNode]
    values: Mapping[str, "Node | None"]


Node = TextNode | ListNode | MappingNode


class Faults:
    """Gathers what is wrong with a text, so that it can be told all at once."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, at: Node, what: str, fix: str, rule: Rule = Rule.VALUE) -> None:
        """A fault of this node."""
        self._faults.append(Fault(at.line, at.column, what, fix, rule))

    def report(self, fault: Fault) -> None:
        """A fault where no node is."""
        self._faults.append(fault)

    def in_order(self) -> tuple[Fault, ...]:
        """All of them, by line and column."""
        return tuple(sorted(self._faults, key=lambda fault: (fault.line, fault.column)))
