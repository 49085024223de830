"""Which row each item of a drawing stands in: below what leads to it, so that calls go downwards."""

from collections.abc import Iterator, Mapping, Sequence

from .figure import Figure

_END = "hangup"

Targets = Mapping[str, Sequence[str]]


def ranks(figure: Figure) -> dict[str, int]:
    """Item -> row, counted from 0 at the top.

    An item stands one row below the lowest that leads to it; lines that come back do not count.
    A root stands above what it leads to, and the ends of calls stand below all else.
    """
    targets: dict[str, list[str]] = {item.key: [] for item in figure.items}
    for line in figure.lines:
        targets[line.source].append(line.target)
    found = dict.fromkeys(targets, 0)
    ahead = list(_onward(targets))
    for source, target in ahead:
        found[target] = max(found[target], found[source] + 1)
    for item in figure.items:
        if item.is_root:
            found[item.key] = min(found[target] for target in targets[item.key]) - 1
    lowest = max((found[item.key] for item in figure.items if item.type != _END), default=0)
    return found | {item.key: lowest + 1 for item in figure.items if item.type == _END}


def _onward(targets: Targets) -> Iterator[tuple[str, str]]:
    """The lines that do not come back, those into an item before those out of it."""
    order: list[str] = []
    done: dict[str, bool] = {}  # False while the walk is below it
    back: set[tuple[str, str]] = set()
    for first in targets:
        path = [] if first in done else [(first, iter(targets[first]))]
        done.setdefault(first, False)
        while path:
            item, rest = path[-1]
            target = next(rest, None)
            if target is None:
                done[item] = True
                order.append(item)
                path.pop()
            elif target not in done:
                done[target] = False
                path.append((target, iter(targets[target])))
            elif not done[target]:
                back.add((item, target))
    for item in reversed(order):
        yield from ((item, target) for target in targets[item] if (item, target) not in back)
