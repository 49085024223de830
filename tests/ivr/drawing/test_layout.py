"""Places: nothing meets, nothing is led through, and all is within the picture."""

from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicegate.ivr.drawing.figure import Figure
from voicegate.ivr.drawing.layout import Box, Layout, layout

EXAMPLES = ("clinic-main", "renew-outbound")


def meet(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def boxes(placed: Layout) -> list[Box]:
    """Of nodes, roots and labels."""
    return [*placed.boxes.values(), *(route.label for route in placed.routes if route.label)]


def check(placed: Layout) -> None:
    assert set(placed.boxes) == {item.key for item in placed.figure.items}
    assert [route.line for route in placed.routes] == list(placed.figure.lines)
    every = boxes(placed)
    assert not [pair for pair in combinations(every, 2) if meet(*pair)]
    picture = Box(0, 0, placed.width, placed.height)
    assert all(box.x >= 0 and box.y >= 0 for box in every)
    assert all(box.x + box.width <= picture.width for box in every)
    assert all(box.y + box.height <= picture.height for box in every)
    for route in placed.routes:
        assert bool(route.label) is bool(route.line.exits)
        for x, y in route.points:
            assert not [
                box
                for box in every
                if box != route.label
                and meet(box, Box(x, y, 1, 1))
                and y not in (box.y, box.y + box.height)
            ]
            assert 0 <= x <= placed.width


@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_of_an_example_meets(name: str, example_figure: Callable[[str], Figure]) -> None:
    check(layout(example_figure(name)))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_no_two_boxes_of_any_figure_meet_and_no_line_leads_through_one(
    seed: int, drawn: Callable[[int], Figure]
) -> None:
    check(layout(drawn(seed)))


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_line_begins_and_ends_at_its_nodes(seed: int, drawn: Callable[[int], Figure]) -> None:
    placed = layout(drawn(seed))
    passed = {point for route in placed.routes for point in route.points[1:-1]}
    for route in placed.routes:
        assert touches(placed.boxes[route.line.source], route.points[0])
        if route.is_joining:
            assert route.points[-1] in passed
        else:
            assert touches(placed.boxes[route.line.target], route.points[-1])


def touches(box: Box, point: tuple[int, int]) -> bool:
    x, y = point
    return box.x < x < box.x + box.width and y in (box.y, box.y + box.height)
