"""The order of cells within their rows: near what they are joined to, so that few lines cross."""

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from itertools import pairwise

from .cells import Cell, Grid

PASSES = 12


def arrange(grid: Grid) -> None:
    """Sort the rows by barycentres, down and up, and keep what crosses least."""
    best, kept = crossings(grid), [list(row) for row in grid.rows]
    for number in range(PASSES):
        _pass(grid.rows, is_down=number % 2 == 0)
        found = crossings(grid)
        if found < best:
            best, kept = found, [list(row) for row in grid.rows]
    for row, cells in zip(grid.rows, kept, strict=True):
        row[:] = cells


def crossings(grid: Grid) -> int:
    """How often lines cross between the rows."""
    return sum(_crossings(upper, lower) for upper, lower in pairwise(grid.rows))


def _pass(rows: Sequence[list[Cell]], *, is_down: bool) -> None:
    for fixed, row in pairwise(rows if is_down else rows[::-1]):
        places = {cell: index for index, cell in enumerate(fixed)}
        scale = len(fixed) / max(len(row), 1)
        wanted = {
            cell: _barycentre(cell, places, is_down=is_down, otherwise=index * scale)
            for index, cell in enumerate(row)
        }
        row.sort(key=wanted.__getitem__)


def _barycentre(
    cell: Cell, places: Mapping[Cell, int], *, is_down: bool, otherwise: float
) -> float:
    joined = cell.above if is_down else cell.below
    return sum(places[each] for each in joined) / len(joined) if joined else otherwise


def _crossings(upper: Sequence[Cell], lower: Sequence[Cell]) -> int:
    places = {cell: index for index, cell in enumerate(lower)}
    seen: list[int] = []
    found = 0
    for cell in upper:
        ends = sorted(places[each] for each in cell.below)
        found += sum(len(seen) - bisect_right(seen, end) for end in ends)
        for end in ends:
            insort(seen, end)
    return found
