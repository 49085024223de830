"""The strict reader: values stay what was written, all that YAML would bend is told at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.numbers.yaml.text import BYTES_MAX, read
from voicegate.numbers.yaml.tree import Fault, Faults, ListNode, MappingNode, Node, Rule, TextNode


def tree(text: str) -> Node | None:
    """The tree of a text without a fault."""
    faults = Faults()
    node = read(text.encode(), faults)
    assert faults.in_order() == ()
    return node


def faults_of(text: str | bytes) -> list[Fault]:
    faults = Faults()
    read(text.encode() if isinstance(text, str) else text, faults)
    return list(faults.in_order())


def plain(node: Node | None) -> object:
    match node:
        case TextNode():
            return node.text
        case ListNode():
            return [plain(item) for item in node.items]
        case MappingNode():
            return {key: plain(value) for key, value in node.values.items()}
        case None:
            return None


@pytest.mark.parametrize(
    "value",
    [
        *("on", "no", "true", "~", "null", "+12125550142", "010", "0x1F", "1e3", "3.10", "10:30"),
        *("22:30", "2026-12-24", "2026-12-24T12:00", "1_000", ".inf", "sip:user@host", "="),
    ],
)
def test_a_value_is_the_text_that_was_written(value: str) -> None:
    assert plain(tree(f"{value}: {value}\n")) == {value: value}
    assert plain(tree(f"[{value}, {value}]")) == [value, value]


def test_texts_lists_and_mappings_know_where_they_stand() -> None:
    node = tree("numbers:\n  - name: é\n    tags: [a, 'b']\n")
    assert isinstance(node, MappingNode)
    numbers = node.values["numbers"]
    assert isinstance(numbers, ListNode)
    assert (numbers.line, numbers.column) == (2, 3)
    entry = numbers.items[0]
    assert isinstance(entry, MappingNode)
    assert (entry.line, entry.column) == (2, 5)
    assert entry.values["name"] == TextNode(2, 11, "é")
    assert entry.keys["tags"] == TextNode(3, 5, "tags")
    assert entry.values["tags"] == ListNode(
        3, 11, (TextNode(3, 12, "a"), TextNode(3, 15, "b", is_quoted=True))
    )


@pytest.mark.parametrize(
    ("text", "line", "column", "what", "fix"),
    [
        ("k: *9", 1, 4, "alias", "in quotes"),
        ("*9 : 1", 1, 1, "alias", "in quotes"),
        ("k: *", 1, 4, "`*` begins an alias", "in quotes"),
        ("k:\n  *: 1", 2, 3, "`*` begins an alias", "in quotes"),
        ("k: {*: 1}", 1, 5, "`*` begins an alias", "in quotes"),
        ("k: {#: 1}\n", 1, 5, "`#` begins a comment", "in quotes"),
        ("k:\n  #: x\n  b: 1", 2, 3, "this key is lost", "in quotes"),
        ("k: {1: a, 2: #\n", 2, 1, "a value is missing", "`#`"),
        ("k: &x 1", 1, 4, "anchor", "remove it"),
        ("k: &", 1, 4, "`&` begins an anchor", "in quotes"),
        ("k: !!int 5", 1, 4, "tag", "read as text"),
        ("k: !!str 5", 1, 4, "tag", "read as text"),
        ("k: ! 5", 1, 4, "tag", "read as text"),
        ("k: !x [5]", 1, 4, "tag", "read as text"),
        ("k: !<x", 1, 4, "`!` begins a tag", "in quotes"),
        ("a: {b: 1}\n<<: {c: 1}", 2, 1, "merge key", "write the fields out"),
        ("a: 1\nb: 2\na: 3", 3, 1, "'a' stands in line 1 already", "keep one"),
        ("k:\n\ta: 1", 2, 1, "tab", "blanks"),
        ("- a\n-\tb: 1", 2, 2, "tab", "blanks"),
        ("a: 1\n---\nb: 2", 2, 1, "second document", "a file of its own"),
        ("a: 1\n...\n---\n", 3, 1, "second document", "a file of its own"),
        ("[a]: 1", 1, 1, "as a key", "single word"),
        ("", 1, 1, "empty", "apiVersion"),
        ("# only this\n", 1, 1, "empty", "apiVersion"),
        ("k: 'x\n\n", 1, 4, "no end", "closing quote"),
        ("a: b: c", 1, 5, "a colon", "quote the value"),
        ("k: @x", 1, 4, "no value begins with", "in quotes"),
        ("%x\na: 1", 1, 1, "directive", "in quotes"),
        ("k: [1, 2", 2, 1, "bracket", "close it"),
        ("a: 1\nb\nc: 2", 2, 1, "no colon", "key: value"),
        ('k: "x" y', 1, 8, "no YAML", "check the indentation"),
        ("k: a\x00b", 1, 5, "U+0000", "remove it"),
        ("k: " + "[" * 21 + "]" * 21, 1, 23, "nests too deep", "20 levels"),
        ("x:\n- " * 9 + "a: \ufeffb", 10, 6, "U+FEFF", "remove it"),
    ],
)
def test_a_trap_is_told_with_its_place_and_what_to_do(
    text: str, line: int, column: int, what: str, fix: str
) -> None:
    fault = faults_of(text)[0]
    assert (fault.line, fault.column) == (line, column)
    assert what in fault.what
    assert fix in fault.fix
    assert str(fault) == f"{line}:{column} {fault.what}: {fault.fix}"


def test_all_that_is_wrong_is_told_at_once() -> None:
    """After an error of YAML itself nothing more can be known; what stands before it is told."""
    found = faults_of("a: &x 1\nb: *x\n<<: {}\na: !!int 5\ne: 2\n\t\n\tc: 1\nd: 'x\n")
    assert [(fault.line, fault.rule) for fault in found] == [
        (1, Rule.REFERENCE),
        (2, Rule.REFERENCE),
        (3, Rule.REFERENCE),
        (4, Rule.DUPLICATE_KEY),
        (4, Rule.REFERENCE),
        (6, Rule.SYNTAX),
        (7, Rule.SYNTAX),
    ]


def test_a_tab_and_the_parser_that_stops_at_it_are_one_fault() -> None:
    assert [fault.what for fault in faults_of("a:\n\tb: 1")] == ["a tab in the indentation"]


def test_tabs_and_signs_inside_a_value_are_part_of_it() -> None:
    assert plain(tree("a: x\ty # \tz\nb: \"\\t*9 #\"\nc: '<<'\n'<<': d")) == {
        "a": "x\ty",
        "b": "\t*9 #",
        "c": "<<",
        "<<": "d",
    }


def test_nothing_written_differs_from_an_empty_text() -> None:
    node = tree("a: # 1\nb: ''\nc:\n")
    assert isinstance(node, MappingNode)
    absent = {key: isinstance(at, TextNode) and at.is_absent for key, at in node.values.items()}
    assert absent == {"a": True, "b": False, "c": True}


def test_a_refused_value_keeps_its_key_and_leaves_a_list() -> None:
    faults = Faults()
    node = read(b"a: *x\nb: [1, *y, 2]", faults)
    assert plain(node) == {"a": None, "b": ["1", "2"]}
    assert len(faults.in_order()) == 2


def test_twenty_levels_are_read() -> None:
    assert plain(tree("[" * 20 + "]" * 20)) is not None


def test_what_follows_a_nest_too_deep_is_still_read() -> None:
    found = faults_of(f"a: {'[' * 30 + '{x: [1]}' + ']' * 30}\nb: *x")
    assert [fault.line for fault in found] == [1, 2]


def test_a_file_over_the_limit_is_refused_unread() -> None:
    fault = faults_of(b"\t" * (BYTES_MAX + 1))[0]
    assert "5,000,001 bytes" in fault.what
    assert faults_of(b"- a\n" + b"# " + b"x" * (BYTES_MAX - 6)) == []
    faults = Faults()
    read(b"abcd", faults, bytes_max=3)
    assert len(faults.in_order()) == 1


def test_a_text_in_another_encoding_is_refused_with_its_place() -> None:
    fault = faults_of("a: 1\nb: é".encode("latin-1"))[0]
    assert (fault.line, fault.column, fault.what) == (2, 4, "this is no UTF-8")
    assert faults_of("\ufeffa: é".encode()) == []


def test_no_fault_repeats_a_phone_number() -> None:
    text = "12125550142: 1\n12125550142: 2\na: *12125550142\nb: &12125550142 1\nc: !12125550142 1\n"
    found = faults_of(text)
    assert len(found) == 4
    assert not any("555" in str(fault) for fault in found)


@given(st.text(alphabet="ab:-[]{}#*&!|>'\"%@,? \t\n\\\x00é", max_size=60))
def test_any_text_has_a_tree_or_faults(text: str) -> None:
    faults = Faults()
    node = read(text.encode(), faults)
    assert node is not None or faults.in_order()
    lines = text.count("\n") + 1
    assert all(1 <= fault.line <= lines + 1 for fault in faults.in_order())


@given(st.binary(max_size=40))
def test_any_bytes_have_a_tree_or_faults(content: bytes) -> None:
    faults = Faults()
    assert read(content, faults) is not None or faults.in_order()
