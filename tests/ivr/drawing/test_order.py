"""The order of rows: no more crossings than before, and none where none is needed."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from voicegate.ivr.drawing.cells import grid
from voicegate.ivr.drawing.figure import ROOT, Figure, Item, Line, LineKind
from voicegate.ivr.drawing.order import arrange, crossings
from voicegate.ivr.drawing.ranks import ranks


def test_a_tree_is_drawn_without_a_crossing() -> None:
    names = ["a", "b", "c", "d", "e", "f", "g"]
    pairs = ["ab", "ac", "cd", "ce", "bf", "bg"]
    items = (Item("@start", "start", ROOT, ""), *(Item(name, name, "say", "") for name in names))
    lines = (
        Line("@start", "a", LineKind.ENTRY),
        *(Line(one, other, LineKind.CHOICE, ("x",)) for one, other in pairs),
    )
    figure = Figure("", "", items, lines)
    cells = grid(figure, ranks(figure))
    assert crossings(cells) > 0
    arrange(cells)
    assert crossings(cells) == 0


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_sorting_keeps_every_cell_in_its_row_and_crosses_no_more(
    seed: int, drawn: Callable[[int], Figure]
) -> None:
    figure = drawn(seed)
    cells = grid(figure, ranks(figure))
    before, crossed = [set(row) for row in cells.rows], crossings(cells)
    arrange(cells)
    assert [set(row) for row in cells.rows] == before
    assert crossings(cells) <= crossed
