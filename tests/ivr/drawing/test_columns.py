"""Columns: each cell as near as can be to where it wants to stand."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from voicegate.ivr.drawing.cells import grid
from voicegate.ivr.drawing.columns import GAP_OF_LINES, columns
from voicegate.ivr.drawing.figure import ROOT, Figure, Item, Line, LineKind
from voicegate.ivr.drawing.ranks import ranks


def test_a_chain_is_straight() -> None:
    names = ["a", "somewhat-longer", "c"]
    items = (Item("@start", "start", ROOT, ""), *(Item(name, name, "say", "") for name in names))
    pairs = pairwise(names)
    lines = (
        Line("@start", "a", LineKind.ENTRY),
        *(Line(*pair, LineKind.CHOICE, ("next",)) for pair in pairs),
    )
    figure = Figure("", "", items, lines)
    found = columns(grid(figure, ranks(figure)))
    assert max(found.values()) - min(found.values()) <= 1


@settings(max_examples=20, deadline=None)
@given(leaves=st.integers(1, 30))
def test_what_is_joined_to_one_stands_around_it(leaves: int) -> None:
    names = [f"leaf{index}" for index in range(leaves)]
    items = [Item("@start", "start", ROOT, ""), Item("top", "top", "say", "")]
    items += [Item(name, name, "say", "") for name in names]
    lines = [Line("@start", "top", LineKind.ENTRY)]
    lines += [Line("top", name, LineKind.CHOICE, (name,)) for name in names]
    figure = Figure("", "", tuple(items), tuple(lines))
    cells = grid(figure, ranks(figure))
    found = columns(cells)
    at = {cell.item: found[cell] for row in cells.rows for cell in row if cell.item}
    assert at["leaf0"] <= at["top"] <= at[names[-1]]
    for row in cells.rows:
        for one, other in pairwise(row):
            assert found[other] - found[one] >= (one.width + other.width) / 2 + GAP_OF_LINES - 1
