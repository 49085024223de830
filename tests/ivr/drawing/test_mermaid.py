"""The Mermaid text: read back by its grammar it is the figure."""

import re
from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.ivr.drawing.figure import Figure, Item, Line, LineKind
from voicegate.ivr.drawing.mermaid import draw

ID = r"[a-zA-Z][a-zA-Z0-9_]*"
SHAPES = [
    (r"\(\(\(", r"\)\)\)"),
    (r"\(\(", r"\)\)"),
    (r"\(\[", r"\]\)"),
    (r"\[\[", r"\]\]"),
    (r"\[\(", r"\)\]"),
    (r"\{\{", r"\}\}"),
    (r"\[/", r"/\]"),
    (r"\[/", r"\\\]"),
    (r"\[\\", r"/\]"),
    (r"\[\\", r"\\\]"),
    (r"\(", r"\)"),
    (r"\[", r"\]"),
    (r"\{", r"\}"),
    (r">", r"\]"),
]
TEXT = r'"((?:[^"#&<>`|;\\\n]|#\d+;|<br/>)*)"'
NODES = [re.compile(f"({ID}){opening}{TEXT}{closing}") for opening, closing in SHAPES]
EDGE = re.compile(rf"({ID}) -->(?:\|{TEXT}\|)? ({ID})")
STYLE = re.compile(r"linkStyle (\d+(?:,\d+)*) (stroke-dasharray:[\d. ]+)(?:,stroke-width:2px)?")


class Chart(NamedTuple):
    """A flowchart: id -> shape and label, edges in order, dashes by their number, who is lit."""

    nodes: dict[str, tuple[int, str]]
    edges: list[tuple[str, str, str]]
    dashes: dict[int, str]
    lit: list[str]


def parse(text: str) -> Chart:
    """The subset of Mermaid that is written; fails for anything else."""
    head, *lines = text.removesuffix("\n").split("\n")
    assert head == "flowchart TD"
    chart = Chart({}, [], {}, [])
    for line in lines:
        read(line.removeprefix("  "), chart)
    return chart


def read(line: str, chart: Chart) -> None:
    if edge := EDGE.fullmatch(line):
        assert {edge[1], edge[3]} <= chart.nodes.keys()
        chart.edges.append((edge[1], plain(edge[2] or ""), edge[3]))
    elif style := STYLE.fullmatch(line):
        chart.dashes.update({int(index): style[2] for index in style[1].split(",")})
    elif line.startswith("class "):
        assert line.endswith(" lit")
        chart.lit.append(line.split(" ")[1])
    elif not line.startswith("classDef lit "):
        index, node = next(
            (index, found)
            for index, found in enumerate(each.fullmatch(line) for each in NODES)
            if found
        )
        assert node[1] not in chart.nodes
        chart.nodes[node[1]] = index, plain(node[2])


def plain(label: str) -> str:
    return re.sub(r"#(\d+);", lambda found: chr(int(found[1])), label.replace("<br/>", "\n"))


def check(figure: Figure) -> Chart:
    chart = parse(draw(figure))
    labels = [label for _, label in chart.nodes.values()]
    assert labels == [
        item.name if item.is_root else f"{item.name}\n{item.type}" for item in figure.items
    ]
    ids = dict(zip((item.key for item in figure.items), chart.nodes, strict=True))
    assert chart.edges == [
        (ids[line.source], line.label, ids[line.target]) for line in figure.lines
    ]
    kinds = {LineKind.TIMEOUT: "stroke-dasharray:7 4", LineKind.ERROR: "stroke-dasharray:1.5 4"}
    assert chart.dashes == {
        index: kinds[line.kind] for index, line in enumerate(figure.lines) if line.kind in kinds
    }
    return chart


@pytest.mark.parametrize("name", ["clinic-main", "renew-outbound"])
def test_an_example_reads_back(name: str, example_figure: Callable[[str], Figure]) -> None:
    figure = example_figure(name)
    chart = check(figure)
    shapes = {
        item.type: chart.nodes[f"n_{item.key}"][0] for item in figure.items if not item.is_root
    }
    assert len(set(shapes.values())) == len(shapes)


@pytest.mark.parametrize("seed", range(10))
def test_any_figure_reads_back(seed: int, drawn: Callable[[int], Figure]) -> None:
    check(drawn(seed))


def test_names_that_look_alike_have_ids_of_their_own() -> None:
    names = ["end", "a-b", "a_b", "a--b", "a-", "r_start", "start"]
    items = [Item("@start", "start", "root", ""), *(Item(name, name, "say", "") for name in names)]
    figure = Figure("", "", tuple(items), (Line("a--b", "end", LineKind.CHOICE, ("next",)),))
    assert len(check(figure).nodes) == len(items)


@given(exit_=st.text(min_size=1, max_size=30))
def test_any_exit_is_shown_as_it_is_but_for_its_blanks(exit_: str) -> None:
    items = (Item("a", "a", "tool", ""), Item("b", "b", "hangup", ""))
    figure = Figure("", "", items, (Line("a", "b", LineKind.CHOICE, (exit_,)),))
    ((_, label, _),) = parse(draw(figure)).edges
    assert label == " ".join(exit_.split())


def test_a_node_is_lit(example_figure: Callable[[str], Figure]) -> None:
    figure = example_figure("clinic-main")
    assert parse(draw(figure)).lit == []
    assert parse(draw(figure, lit="end")).lit == ["n_end"]
