"""Lines that run side by side to the same item become one, as roads do."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from .cells import Cell, Grid, Path, joined
from .figure import LineKind


def bundle(grid: Grid) -> Grid:
    """The same grid with fewer cells: a path ends where it meets another of its kind and target."""
    owners = {cell: path for path in grid.paths for cell in path.cells[2:-1]}
    ends: dict[Path, Cell] = {}  # where a path meets another one
    gone: set[Cell] = set()
    for is_down in (True, False):
        for row in grid.rows if is_down else grid.rows[::-1]:
            alive = [cell for cell in row if cell not in gone]
            for cell, leader in _meetings(alive, owners, is_down=is_down):
                path = owners[cell]
                ends[path] = leader
                gone.update(path.cells[path.cells.index(cell) : -1])
    rows = tuple([cell for cell in row if cell not in gone] for row in grid.rows)
    return joined(rows, tuple(_until(path, ends.get(path), gone) for path in grid.paths))


def _meetings(
    row: Sequence[Cell], owners: dict[Cell, Path], *, is_down: bool
) -> Iterator[tuple[Cell, Cell]]:
    """Cells beside one of the same kind that leads to the same item, with that one."""

    def target(cell: Cell) -> Cell | None:
        path = owners.get(cell)
        return path.cells[-1] if path and path.is_down is is_down else None

    for item, run in groupby(row, target):
        leaders: dict[LineKind, Cell] = {}
        for cell in run if item else ():
            leader = leaders.setdefault(owners[cell].line.kind, cell)
            if leader is not cell:
                yield cell, leader


def _until(path: Path, meeting: Cell | None, gone: set[Cell]) -> Path:
    if meeting is None:
        return path
    kept = tuple(cell for cell in path.cells[:-1] if cell not in gone)
    return Path(path.line, (*kept, meeting), is_joining=True)
