"""Lines side by side to the same item become one; others never do."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from voicegate.ivr.drawing.bundles import bundle
from voicegate.ivr.drawing.cells import grid
from voicegate.ivr.drawing.figure import Figure
from voicegate.ivr.drawing.order import arrange
from voicegate.ivr.drawing.ranks import ranks


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_line_joins_one_of_its_kind_and_target_and_only_there(
    seed: int, drawn: Callable[[int], Figure]
) -> None:
    figure = drawn(seed)
    cells = grid(figure, ranks(figure))
    arrange(cells)
    found = bundle(cells)
    assert [path.line for path in found.paths] == list(figure.lines)
    through = {cell: path for path in found.paths for cell in path.cells[1:-1]}
    for path in found.paths:
        last = path.cells[-1]
        if path.is_joining:
            other = through[last]
            assert (other.line.target, other.line.kind) == (path.line.target, path.line.kind)
            assert other.is_down is path.is_down
        else:
            assert last.item == path.line.target
        assert len(path.cells) >= 3  # its label is its own
    shown = {cell for row in found.rows for cell in row}
    assert shown == {cell for path in found.paths for cell in path.cells} | {
        cell for cell in shown if cell.is_item
    }


def test_the_example_has_lines_that_join(example_figure: Callable[[str], Figure]) -> None:
    figure = example_figure("renew-outbound")
    cells = grid(figure, ranks(figure))
    arrange(cells)
    joining = [path.line for path in bundle(cells).paths if path.is_joining]
    assert {line.target for line in joining} == {"human", "end"}
