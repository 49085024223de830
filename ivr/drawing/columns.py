"""How far from the left each cell stands: above and below what it is joined to, and none in another."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from .cells import Cell, Grid

PASSES = 30
GAP = 18
GAP_OF_LINES = 6
_WEIGHTS = (1, 2, 60)  # of a pair by its passing cells: long lines are followed best if straight


def columns(grid: Grid) -> dict[Cell, int]:
    """Cell -> x of its centre; the leftmost edge is at 0."""
    x: dict[Cell, float] = {}
    for row in grid.rows:
        x |= zip(row, _spaced(row), strict=True)
    for number in range(PASSES):
        for row in grid.rows if number % 2 == 0 else grid.rows[::-1]:
            x |= zip(row, _nearest(row, [_wanted(cell, x) for cell in row]), strict=True)
    left = min((x[cell] - cell.width / 2 for cell in x), default=0)
    return {cell: round(at - left) for cell, at in x.items()}


def _wanted(cell: Cell, x: Mapping[Cell, float]) -> tuple[float, int]:
    """Where a cell would stand best, and how much it matters."""
    joined = [(x[each], _weight(cell, each)) for each in (*cell.above, *cell.below)]
    weight = sum(each for _, each in joined)
    return (sum(at * each for at, each in joined) / weight, weight) if joined else (x[cell], 1)


def _weight(cell: Cell, other: Cell) -> int:
    return _WEIGHTS[(not cell.is_item) + (not other.is_item)]


def _spaced(row: Sequence[Cell]) -> list[float]:
    """The cells side by side from the left."""
    found = [0.0]
    for one, other in pairwise(row):
        gap = GAP if one.is_item or other.is_item else GAP_OF_LINES
        found.append(found[-1] + (one.width + other.width) / 2 + gap)
    return found[: len(row)]


def _nearest(row: Sequence[Cell], wanted: Sequence[tuple[float, int]]) -> list[float]:
    """The places nearest to the wanted ones in which no cell meets its neighbour.

    Pool adjacent violators: least squares under an order, each cell less what stands left of it.
    """
    spaced = _spaced(row)
    pools: list[tuple[float, float, int]] = []  # mean, weight, cells
    for (want, its_weight), offset in zip(wanted, spaced, strict=True):
        mean, weight, count = want - offset, float(its_weight), 1
        while pools and pools[-1][0] > mean:
            before, heavy, cells = pools.pop()
            mean = (before * heavy + mean * weight) / (heavy + weight)
            weight, count = weight + heavy, count + cells
        pools.append((mean, weight, count))
    means = [mean for mean, _, count in pools for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, spaced, strict=True)]
