"""Where everything of a drawing stands, in whole units, the same for the same flow."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from .bundles import bundle
from .cells import Cell, Grid, Path, grid
from .columns import columns
from .figure import Figure, Line
from .order import arrange
from .ranks import ranks

MARGIN = 24
ITEM_HEIGHT = 44
LABEL_HEIGHT = 18
GAP_MIN, GAP_MAX = 22, 72
PORT_STEP_MAX = 18
BESIDE_LABEL = 2

Point = tuple[int, int]


class Box(NamedTuple):
    """A rectangle by its upper left corner."""

    x: int
    y: int
    width: int
    height: int


class Route(NamedTuple):
    """The way of a line: points to lead through from source to target, and where its label is.

    One that joins another line of its kind ends there, and goes on as that one.
    """

    line: Line
    points: tuple[Point, ...]
    label: Box | None
    is_joining: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """A figure with its places."""

    figure: Figure
    width: int
    height: int
    boxes: Mapping[str, Box]
    routes: tuple[Route, ...]


class _Places(NamedTuple):
    x: Mapping[Cell, int]
    tops: Sequence[int]
    heights: Sequence[int]

    def box(self, cell: Cell) -> Box:
        left = self.x[cell] - cell.width // 2
        return Box(left, self.tops[cell.row], cell.width, self.heights[cell.row])

    def bottom(self, cell: Cell) -> int:
        return self.tops[cell.row] + self.heights[cell.row]

    def side(self, cell: Cell, *, is_lower: bool) -> int:
        return self.bottom(cell) if is_lower else self.tops[cell.row]

    def through(self, cell: Cell, *, is_down: bool) -> Iterator[Point]:
        """A line goes straight through a row."""
        yield self.x[cell], self.side(cell, is_lower=not is_down)
        yield self.x[cell], self.side(cell, is_lower=is_down)


def layout(figure: Figure) -> Layout:
    """The places of a figure."""
    cells = grid(figure, ranks(figure))
    arrange(cells)
    cells = bundle(cells)
    places = _places(cells, {cell: at + MARGIN for cell, at in columns(cells).items()})
    boxes = {cell.item: places.box(cell) for row in cells.rows for cell in row if cell.item}
    ports = _ports(cells, places)
    routes = tuple(_route(path, ports, places) for path in cells.paths)
    every = [places.box(cell) for row in cells.rows for cell in row]
    width = max((box.x + box.width for box in every), default=0) + MARGIN
    height = max((box.y + box.height for box in every), default=0) + MARGIN
    return Layout(figure, width, height, boxes, routes)


def _places(cells: Grid, x: Mapping[Cell, int]) -> _Places:
    tops: list[int] = []
    heights: list[int] = []
    y = MARGIN
    for row in cells.rows:
        height = _height(row)
        tops.append(y)
        heights.append(height)
        y += height + (_gap(row, x) if height or row else 0)
    return _Places(x, tops, heights)


def _height(row: Sequence[Cell]) -> int:
    if any(cell.is_item for cell in row):
        return ITEM_HEIGHT
    return LABEL_HEIGHT if any(cell.label for cell in row) else 0


def _gap(row: Sequence[Cell], x: Mapping[Cell, int]) -> int:
    """More room where lines go far to the side."""
    aside = (abs(x[cell] - x[below]) for cell in row for below in cell.below)
    return min(max(GAP_MIN, max(aside, default=0) // 9), GAP_MAX)


class _End(NamedTuple):
    """One end of a path: at its source or at its target."""

    path: Path
    is_source: bool

    @property
    def item(self) -> Cell:
        return self.path.cells[0 if self.is_source else -1]

    @property
    def next(self) -> Cell:
        return self.path.cells[1 if self.is_source else -2]


def _ports(cells: Grid, places: _Places) -> dict[tuple[Path, bool], int]:
    """Where lines touch the items: side by side, in the order in which they come."""
    sides: dict[tuple[Cell, bool], list[_End]] = {}
    for path in cells.paths:
        ends = [_End(path, is_source=True), _End(path, is_source=False)]
        for end in ends[:1] if path.is_joining else ends:
            sides.setdefault((end.item, end.next.row > end.item.row), []).append(end)
    found: dict[tuple[Path, bool], int] = {}
    for (item, _), ends in sides.items():
        ends.sort(key=lambda end: (places.x[end.next], not end.is_source))
        sharing = [list(run) for _, run in groupby(ends, _arrival)]
        for run, x in zip(sharing, _spread(places.x[item], item.width, len(sharing)), strict=True):
            found |= {(end.path, end.is_source): x for end in run}
    return found


def _arrival(end: _End) -> object:
    """Lines of a kind that arrive side by side do so at one place; each that leaves has its own."""
    return end if end.is_source else end.path.line.kind


def _spread(centre: int, width: int, count: int) -> Iterator[int]:
    step = min(PORT_STEP_MAX, width * 6 // 10 // max(count - 1, 1))
    return (centre + step * index - step * (count - 1) // 2 for index in range(count))


def _route(path: Path, ports: Mapping[tuple[Path, bool], int], places: _Places) -> Route:
    source, *between, target = path.cells
    label = between[0]
    points = [(ports[path, True], places.side(source, is_lower=path.is_down))]
    if source is target:
        points += _around(places.box(label))
    else:
        points += [
            point for cell in between for point in places.through(cell, is_down=path.is_down)
        ]
    is_from_below = source is target or not path.is_down
    x = places.x[target] if path.is_joining else ports[path, False]
    points.append((x, places.side(target, is_lower=is_from_below)))
    box = places.box(label) if label.label else None
    return Route(path.line, tuple(points), box, path.is_joining)


def _around(label: Box) -> Iterator[Point]:
    """A line to where it comes from leads round its label."""
    left, right = label.x - BESIDE_LABEL, label.x + label.width + BESIDE_LABEL
    top, bottom = label.y, label.y + label.height
    yield from ((left, top), (left, bottom), (right, bottom), (right, top))
