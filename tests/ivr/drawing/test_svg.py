"""The picture: well-formed, the same bytes, each node and each exit once, any text as it is."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.ivr import nodes
from voicegate.ivr.drawing.figure import BETWEEN_EXITS, Figure, Item, Line, LineKind
from voicegate.ivr.drawing.layout import Box
from voicegate.ivr.drawing.shapes import outline
from voicegate.ivr.drawing.style import style_sheet
from voicegate.ivr.drawing.svg import draw

DOCS = Path(__file__).parent.parent.parent.parent / "docs"
EXAMPLES = ("clinic-main", "renew-outbound")
TYPES = [node.type for node in get_args(nodes.Node)]

ExampleFigure = Callable[[str], Figure]


def groups(picture: str, kind: str) -> list[ET.Element]:
    """The groups of nodes or lines, without the legend's."""
    root = ET.fromstring(picture)
    return [each for each in root if each.get("class", "").startswith(f"{kind} ")]


def words(of: ET.Element, name: str) -> list[str]:
    """The texts of its elements of that name."""
    return [each.text or "" for each in of if each.tag.endswith(f"}}{name}")]


def small(title: str = "", exit_: str = "next") -> Figure:
    """Two nodes and a line."""
    items = (Item("a", "a", "tool", title), Item("end", "end", "hangup", "end"))
    return Figure(title, title, items, (Line("a", "end", LineKind.CHOICE, (exit_,)),))


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_drawings_in_the_documents_are_those_of_the_examples(
    name: str, example_figure: ExampleFigure
) -> None:
    recorded = (DOCS / f"flow-{name}.svg").read_text(encoding="utf-8")
    assert draw(example_figure(name)) == recorded


@pytest.mark.parametrize("seed", range(10))
def test_every_node_and_every_exit_is_drawn_once(seed: int, drawn: Callable[[int], Figure]) -> None:
    figure = drawn(seed)
    picture = draw(figure)
    drawn_nodes = [node.get("data-node") for node in groups(picture, "node")]
    assert drawn_nodes == [item.key for item in figure.items]
    shown: Counter[tuple[str | None, ...]] = Counter()
    for line in groups(picture, "line"):
        for exit_ in BETWEEN_EXITS.join(words(line, "text")).split(BETWEEN_EXITS):
            shown[line.get("class"), line.get("data-from"), line.get("data-to"), exit_] += 1
        assert len([each for each in line if each.tag.endswith("}path")]) in (1, 2)
    assert shown == Counter(
        (f"line {line.kind}", line.source, line.target, exit_)
        for line in figure.lines
        for exit_ in line.exits or ("",)
    )


def test_a_node_is_lit_alone_and_nothing_else_changes(example_figure: ExampleFigure) -> None:
    figure = example_figure("clinic-main")
    lit = draw(figure, lit="greet")
    found = [
        each.get("data-node") for each in groups(lit, "node") if "lit" in each.get("class", "")
    ]
    assert found == ["greet"]
    assert lit.replace('class="node ai lit"', 'class="node ai"') == draw(figure)


def test_every_type_has_a_shape_and_a_colour_of_its_own() -> None:
    box = Box(0, 0, 120, 44)
    shapes = {outline(name, box) for name in TYPES}
    assert len(shapes) == len(TYPES)
    css = style_sheet()
    fills = {f"{css.split(f'.node.{name} path{{fill:', 1)[1].split('}', 1)[0]}" for name in TYPES}
    assert len(fills) == len(TYPES)
    for side in css.split(".flow{")[1:3]:  # light and dark
        colours = dict(each.split(":", 1) for each in side.split("}", 1)[0].split(";"))
        used = {fill.removeprefix("var(").removesuffix(")") for fill in fills}
        assert len({colours[name] for name in used}) == len(TYPES)


@given(text=st.text(max_size=60))
def test_any_text_is_shown_as_it_is_but_for_what_xml_cannot_say(text: str) -> None:
    picture = draw(small(text))
    (node, _) = groups(picture, "node")
    (title,) = words(node, "title")
    # A parser reads a carriage return as the end of a line.
    assert title == "".join("\ufffd" if not is_of_xml(char) else char for char in text).replace(
        "\r\n", "\n"
    ).replace("\r", "\n")


def is_of_xml(char: str) -> bool:
    """XML 1.0, "Characters"."""
    code = ord(char)
    ranges = ((0x20, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF))
    return char in "\t\n\r" or any(first <= code <= last for first, last in ranges)


def test_markup_in_a_text_or_an_exit_is_no_markup() -> None:
    evil = '</title><script>alert("1")</script> & <&"\''
    picture = draw(small(evil, evil))
    assert "<script" not in picture
    ((line,), (node, _)) = groups(picture, "line"), groups(picture, "node")
    assert words(line, "text") == words(node, "title") == [evil]
