"""The grid that a drawing is laid out on: items and labels in rows, and the paths of its lines.

Items stand in even rows, labels in odd ones; a line that passes a row holds a narrow cell there,
so that whatever is drawn has a place of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from .figure import Figure, Line

PASSING_WIDTH = 14
CHAR_WIDTH = 8  # of a wide letter, at the size of an item's name
LABEL_CHAR_WIDTH = 7
ITEM_PADDING = 22
LABEL_PADDING = 7


@dataclass(slots=True, eq=False)
class Cell:
    """A place in a row. `item` or `line` says what is shown there; none if a line only passes."""

    row: int
    width: int
    item: str | None = None
    label: str = ""
    above: list["Cell"] = field(default_factory=list["Cell"])
    below: list["Cell"] = field(default_factory=list["Cell"])

    @property
    def is_item(self) -> bool:
        """Whether an item stands here."""
        return self.item is not None


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """A line and the cells it leads through, from its source to its target.

    One that joins another ends at a cell of that one.
    """

    line: Line
    cells: tuple[Cell, ...]
    is_joining: bool = False

    @property
    def is_down(self) -> bool:
        """Whether it leaves its source downwards."""
        return self.cells[1].row > self.cells[0].row


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of cells from the top, and the paths between them."""

    rows: tuple[list[Cell], ...]
    paths: tuple[Path, ...]


def grid(figure: Figure, ranks: Mapping[str, int]) -> Grid:
    """Every item and every line of a figure in cells, in the order they come."""
    cells = {item.key: _of_item(item.key, item.name, item.type, ranks) for item in figure.items}
    paths = tuple(_path(line, cells[line.source], cells[line.target]) for line in figure.lines)
    rows: list[list[Cell]] = [[] for _ in range(2 * max(ranks.values(), default=0) + 2)]
    for cell in cells.values():
        rows[cell.row].append(cell)
    for path in paths:
        for cell in path.cells[1:-1]:
            rows[cell.row].append(cell)
    return joined(tuple(rows), paths)


def joined(rows: tuple[list[Cell], ...], paths: tuple[Path, ...]) -> Grid:
    """The grid of these rows, each cell knowing what it is joined to."""
    for row in rows:
        for cell in row:
            cell.above, cell.below = [], []
    for path in paths:
        for one, other in pairwise(path.cells):
            upper, lower = (one, other) if one.row < other.row else (other, one)
            upper.below.append(lower)
            lower.above.append(upper)
    return Grid(rows, paths)


def _of_item(key: str, name: str, type_: str, ranks: Mapping[str, int]) -> Cell:
    chars = max(len(name), len(type_))
    return Cell(2 * ranks[key], chars * CHAR_WIDTH + 2 * ITEM_PADDING, item=key)


def _path(line: Line, source: Cell, target: Cell) -> Path:
    between = [Cell(row, PASSING_WIDTH) for row in _rows_between(source.row, target.row)]
    label = between[0]
    if line.label:
        label.label = line.label
        label.width = len(line.label) * LABEL_CHAR_WIDTH + 2 * LABEL_PADDING
    return Path(line, (source, *between, target))


def _rows_between(source: int, target: int) -> range:
    """A line within a row goes through the one below it."""
    if source == target:
        return range(source + 1, source + 2)
    return range(source + 1, target) if source < target else range(source - 1, target, -1)
