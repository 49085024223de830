"""Rows: calls go downwards, and come back upwards."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from voicegate.ivr.drawing.figure import ROOT, Figure, Item, Line, LineKind
from voicegate.ivr.drawing.ranks import ranks


def of(lines: str, *ends: str) -> dict[str, int]:
    """Ranks of a graph written like `a-b b-c`; a name that begins with @ is a root."""
    pairs = [line.split("-") for line in lines.split()]
    names = dict.fromkeys(name for pair in pairs for name in pair)
    items = [
        Item(name, name, ROOT if name[0] == "@" else "hangup" if name in ends else "say", "")
        for name in sorted(names, key=lambda name: name[0] != "@")
    ]
    joined = (Line(one, other, LineKind.CHOICE, ("next",)) for one, other in pairs)
    return ranks(Figure("", "", tuple(items), tuple(joined)))


def test_a_node_stands_below_the_lowest_that_leads_to_it() -> None:
    found = of("@start-a a-b b-c a-c c-d", "d")
    assert found == {"@start": 0, "a": 1, "b": 2, "c": 3, "d": 4}


def test_a_line_that_comes_back_moves_nothing() -> None:
    assert of("@start-a a-b b-c c-a c-c c-d", "d") == of("@start-a a-b b-c c-d", "d")


def test_another_root_stands_above_what_it_leads_to_and_ends_stand_last() -> None:
    found = of("@start-a a-b b-c c-d a-end @error-c", "end")
    assert found["@error"] == found["c"] - 1
    assert found["end"] == found["d"] + 1


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_item_has_a_row_from_0_on(seed: int, drawn: Callable[[int], Figure]) -> None:
    figure = drawn(seed)
    found = ranks(figure)
    assert set(found) == {item.key for item in figure.items}
    assert min(found.values()) == 0
    lowest = max(rank for key, rank in found.items() if key != "end")
    assert found["end"] > lowest
    assert all(
        found[line.source] < found[line.target]
        for line in figure.lines
        if line.kind is LineKind.ENTRY
    )
