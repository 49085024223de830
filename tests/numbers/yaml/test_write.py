"""What is written is read back the same, by the strict reader and by any other."""

from collections.abc import Mapping

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from voicegate.numbers.yaml.text import read
from voicegate.numbers.yaml.tree import Faults, MappingNode, TextNode
from voicegate.numbers.yaml.write import Tree, render

# What a UTF-8 file can hold.
TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
LINES = st.lists(st.sampled_from(["a", "", " b", "b ", "# c", "#: d", "- e", "\tf", "g: h", "é"]))


def test_a_tree_is_written_in_one_spelling() -> None:
    tree: Mapping[str, Tree] = {
        "name": "Clinic main",
        "number": "+12125550142",
        "record": True,
        "weight": 90,
        "vad": {"threshold": 0.5, "on": {}},
        "tags": ["ny", "no"],
        "none": [],
        "route": [{"to": "flow/a@3", "weight": 1}, {"to": "forward/+12125550142"}],
        "text": "Be kind.\n\n  - never rude\n",
        "end": "one\ntwo",
        "blank": "one \ntwo",
    }
    assert render(tree) == (
        "name: Clinic main\n"
        'number: "+12125550142"\n'
        "record: true\n"
        "weight: 90\n"
        "vad:\n  threshold: 0.5\n"
        '  "on": {}\n'
        'tags: [ny, "no"]\n'
        "none: []\n"
        "route:\n"
        "  - to: flow/a@3\n"
        "    weight: 1\n"
        "  - to: forward/+12125550142\n"
        "text: |\n  Be kind.\n\n    - never rude\n"
        "end: |-\n  one\n  two\n"
        'blank: "one \\ntwo"\n'
    )


@pytest.mark.parametrize(
    "text", ["no", "On", "~", "null", "010", "22:30", "*9", "#", "a: b", "x #y"]
)
def test_what_yaml_would_bend_is_quoted(text: str) -> None:
    assert render({"k": text}) == f'k: "{text}"\n'


def check(text: str) -> None:
    written = render({"list": [{"k": text}], "texts": [text], "k": text})
    assert yaml.safe_load(written) == {"list": [{"k": text}], "texts": [text], "k": text}
    faults = Faults()
    node = read(written.encode(), faults)
    assert faults.in_order() == ()
    assert isinstance(node, MappingNode)
    value = node.values["k"]
    assert isinstance(value, TextNode)
    assert value.text == text


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_any_text_comes_back(text: str) -> None:
    check(text)


@settings(max_examples=300, deadline=None)
@given(LINES)
def test_any_lines_come_back(lines: list[str]) -> None:
    check("\n".join(lines))
