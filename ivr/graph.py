"""The nodes of a flow as a graph: what is reached, which paths come back, which are the longest."""

from collections.abc import Callable, Collection, Iterable, Iterator

Targets = Callable[[str], Iterable[str]]


def reached(begin: Iterable[str], targets: Targets) -> set[str]:
    """Every node on some path from there, the first ones included."""
    found = set(begin)
    waiting = list(found)
    while waiting:
        fresh = set(targets(waiting.pop())) - found
        found |= fresh
        waiting += fresh
    return found


def backward(nodes: Iterable[str], targets: Targets) -> Targets:
    """The same graph with its edges turned round."""
    sources: dict[str, list[str]] = {}
    for node in nodes:
        for target in targets(node):
            sources.setdefault(target, []).append(node)
    return lambda node: sources.get(node, ())


def loops(nodes: Collection[str], targets: Targets) -> Iterator[list[str]]:
    """Paths that come back to where they began, at least one if there is any; none twice."""
    done: set[str] = set()
    closed: set[str] = set()
    for first in nodes:
        path: dict[str, Iterator[str]] = {}
        node: str | None = None if first in done else first
        while node is not None or path:
            if node is not None:
                path[node] = iter([target for target in targets(node) if target in nodes])
            last = next(reversed(path))
            node = next((each for each in path[last] if each not in done), None)
            if node is None:
                done.add(last)
                del path[last]
            elif node in path:
                if node not in closed:
                    closed.add(node)
                    names = list(path)
                    yield names[names.index(node) :]
                node = None


def longest(first: str, targets: Targets, weight: Callable[[str], int]) -> tuple[int, list[str]]:
    """The heaviest path from there in a graph without loops: its weight and its nodes."""
    best: dict[str, tuple[int, str | None]] = {}
    for node in _children_first(first, targets):
        weights = [(best[target][0], target) for target in targets(node)]
        ahead, following = max(weights, default=(0, None), key=lambda each: each[0])
        best[node] = (ahead + weight(node), following)
    path, at = [first], best[first][1]
    while at is not None:
        path.append(at)
        at = best[at][1]
    return best[first][0], path


def _children_first(first: str, targets: Targets) -> Iterator[str]:
    seen = {first}
    stack = [(first, iter(targets(first)))]
    while stack:
        node, rest = stack[-1]
        target = next(rest, None)
        if target is None:
            stack.pop()
            yield node
        elif target not in seen:
            seen.add(target)
            stack.append((target, iter(targets(target))))
