"""The strict YAML reader: every value is text, whatever YAML would make of it is refused.

PyYAML's own loaders turn `no` into False, `+12125550142` into an integer, `22:30` into 1350 and
the last of two equal keys into the only one. Here libyaml only tells what is written where.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from .fields import shown
from .tree import Fault, Faults, ListNode, MappingNode, Node, Rule, TextNode

if TYPE_CHECKING:
    from yaml import Event, MarkedYAMLError, NodeEvent

BYTES_MAX = 5_000_000
DEPTH_MAX = 20

_UNPRINTABLE = re.compile(r"[^\t\n\r -~\x85\xa0-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_TAB = re.compile(r"^[ \-]*\t", re.MULTILINE)
_LOST_KEY = re.compile(r"(?:^[ \-]*|[{,] *)#(?=:\s)", re.MULTILINE)
# A piece of libyaml's own words -> what happened, and what to do.
_SYNTAX = (
    ("scanning an alias", "`*` begins an alias in YAML", 'put the value in quotes: "*"'),
    ("scanning an anchor", "`&` begins an anchor in YAML", "put the value in quotes"),
    ("scanning a tag", "`!` begins a tag in YAML", "put the value in quotes"),
    ("scanning a quoted scalar", "this text has no end", "add the closing quote"),
    ("scanning a directive", "`%` begins a directive in YAML", "put the value in quotes"),
    ("cannot start any token", "no value begins with this character", "put it in quotes"),
    ("mapping values", "a colon where none can be", "quote the value, or check the indentation"),
    ("',' or", "a bracket is not closed", "close it; a value with `#` or `*` needs quotes"),
    ("node content", "a value is missing", "write one; a value with `#` or `*` needs quotes"),
    ("expected ':'", "this line has no colon", "write `key: value`, or quote a long text"),
)


def read(content: bytes, faults: Faults, *, bytes_max: int = BYTES_MAX) -> Node | None:
    """The tree of a UTF-8 text; all that is wrong with it goes to `faults`.

    None if there is no whole tree. Refused are duplicate keys, anchors, aliases, merge keys,
    tags, tabs in the indentation, a second document, and what nests deeper than 20 levels.
    """
    if len(content) > bytes_max:
        what = f"the file has {len(content):,} bytes"
        faults.report(Fault(1, 1, what, f"split it, {bytes_max:,} are the most", Rule.SYNTAX))
        return None
    text = _decoded(content, faults)
    if text is None:
        return None
    of_lines = list(_of_lines(text))
    for fault in of_lines:
        faults.report(fault)
    return _Composer(text, faults, {fault.line for fault in of_lines}).document()


def _decoded(content: bytes, faults: Faults) -> str | None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        fault = Fault(line, column, "this is no UTF-8", "save the file as UTF-8", Rule.SYNTAX)
        faults.report(fault)
        return None
    strange = list(_UNPRINTABLE.finditer(text))
    for found in strange:
        what = f"a control character (U+{ord(found[0]):04X})"
        faults.report(_fault_at(text, found.start(), what, "remove it"))
    return None if strange else text


def _of_lines(text: str) -> Iterator[Fault]:
    """What the parser would stop at, or never show."""
    for found in _TAB.finditer(text) if "\t" in text else ():
        fix = 'indent with blanks; inside a text write "\\t" between double quotes'
        yield _fault_at(text, found.end() - 1, "a tab in the indentation", fix)
    for found in _LOST_KEY.finditer(text) if "#:" in text else ():
        what = "`#` begins a comment in YAML, this key is lost"
        fix = 'put it in quotes: "#": …; a comment has a blank after its #'
        yield _fault_at(text, found.end() - 1, what, fix)


def _fault_at(text: str, index: int, what: str, fix: str) -> Fault:
    line = text.count("\n", 0, index) + 1
    return Fault(line, index - text.rfind("\n", 0, index), what, fix, Rule.SYNTAX)


class _Mark(Protocol):
    """Where something stands, counted from 0."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


class _Composer:
    """libyaml's events -> nodes. Only events tell an alias from what it stands for."""

    def __init__(self, text: str, faults: Faults, lines_told: set[int]) -> None:
        import yaml

        self._yaml = yaml
        self._events = iter(yaml.CBaseLoader(text).get_event, None)
        self._faults = faults
        self._lines_told = lines_told

    def document(self) -> Node | None:
        try:
            return self._document()
        except self._yaml.MarkedYAMLError as error:
            self._tell(error)
            return None

    def _document(self) -> Node | None:
        next(self._events)  # the stream starts
        if isinstance(next(self._events), self._yaml.StreamEndEvent):
            fault = Fault(1, 1, "the file is empty", "begin it with apiVersion: …", Rule.SYNTAX)
            self._faults.report(fault)
            return None
        node = self._node(next(self._events), 1)
        next(self._events)  # the document ends
        after = next(self._events)
        if not isinstance(after, self._yaml.StreamEndEvent):
            fix = "put it into a file of its own"
            self._refuse(after, "a second document begins", fix, Rule.SYNTAX)
        return node

    def _node(self, event: "Event", depth: int) -> Node | None:
        """What begins with this event, read to its end; None for what was refused."""
        yaml = self._yaml
        if isinstance(event, yaml.ScalarEvent):
            if event.anchor or event.tag:
                self._refuse_marks(event, event.tag)
            return TextNode(*_place(event.start_mark), event.value, bool(event.style))
        if isinstance(event, yaml.AliasEvent):
            what = f"{shown(f'*{event.anchor}')} is an alias in YAML"
            fix = 'in quotes it is a text, like "*9"; else write the value out'
            self._refuse(event, what, fix, Rule.REFERENCE)
            return None
        assert isinstance(event, yaml.CollectionStartEvent)
        self._refuse_marks(event, event.tag)
        if depth > DEPTH_MAX:
            return self._too_deep(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, depth + 1)
        return self._list(event, depth + 1)

    def _list(self, start: "Event", depth: int) -> ListNode:
        items: list[Node] = []
        end = self._yaml.SequenceEndEvent
        while not isinstance(event := next(self._events), end):
            item = self._node(event, depth)
            if item is not None:
                items.append(item)
        return ListNode(*_place(start.start_mark), tuple(items))

    def _mapping(self, start: "Event", depth: int) -> MappingNode:
        keys: dict[str, TextNode] = {}
        values: dict[str, Node | None] = {}
        end = self._yaml.MappingEndEvent
        while not isinstance(event := next(self._events), end):
            key = self._node(event, depth)
            value = self._node(next(self._events), depth)
            if isinstance(key, TextNode) and key.text not in keys and not _is_merge(key):
                keys[key.text], values[key.text] = key, value
            elif key is not None:
                self._refuse_key(event, key, keys)
        return MappingNode(*_place(start.start_mark), keys, values)

    def _refuse_key(self, event: "Event", key: Node, keys: dict[str, TextNode]) -> None:
        if not isinstance(key, TextNode):
            self._refuse(event, "a list or a mapping as a key", "write a single word", Rule.SYNTAX)
        elif _is_merge(key):
            what, fix = "`<<` is a merge key in YAML", "write the fields out"
            self._refuse(event, what, fix, Rule.REFERENCE)
        else:
            what = f"the key {shown(key.text)} stands in line {keys[key.text].line} already"
            self._refuse(event, what, "keep one of the two", Rule.DUPLICATE_KEY)

    def _refuse_marks(self, event: "NodeEvent", tag: str | None) -> None:
        """Neither an anchor nor a tag may stand in front of a value."""
        if event.anchor is not None:
            what = f"{shown(f'&{event.anchor}')} is an anchor in YAML"
            self._refuse(event, what, "remove it, or put the value in quotes", Rule.REFERENCE)
        if tag is not None:
            fix = "remove it: all values are read as text; or quote the value"
            self._refuse(event, f"{shown(tag)} is a tag in YAML", fix, Rule.REFERENCE)

    def _too_deep(self, start: "Event") -> None:
        fix = f"{DEPTH_MAX} levels are the most"
        self._refuse(start, "this nests too deep", fix, Rule.SYNTAX)
        depth = 1
        while depth:
            event = next(self._events)
            depth += isinstance(event, self._yaml.CollectionStartEvent)
            depth -= isinstance(event, self._yaml.CollectionEndEvent)

    def _refuse(self, event: "Event", what: str, fix: str, rule: Rule) -> None:
        self._faults.report(Fault(*_place(event.start_mark), what, fix, rule))

    def _tell(self, error: "MarkedYAMLError") -> None:
        """What libyaml stopped at, unless the same line was blamed for it already."""
        problem, context = error.problem or "", error.context or ""
        # A token without an end is told where it begins.
        is_of_token = context.startswith(("while scanning a ", "while scanning an "))
        stopped = _place(error.problem_mark)
        if stopped[0] in self._lines_told:
            return
        place = _place(error.context_mark) if is_of_token else stopped
        fallback = f"no YAML ({problem})", "check the indentation, the quotes and the brackets here"
        hints = ((what, fix) for words, what, fix in _SYNTAX if words in f"{context} {problem}")
        what, fix = next(hints, fallback)
        self._faults.report(Fault(*place, what, fix, Rule.SYNTAX))


def _is_merge(key: TextNode) -> bool:
    return key.text == "<<" and not key.is_quoted


def _place(mark: _Mark | None) -> tuple[int, int]:
    assert mark is not None  # this parser marks every event and every error
    return mark.line + 1, mark.column + 1
