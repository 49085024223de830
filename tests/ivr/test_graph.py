"""Graphs: reach, loops and longest paths against slow and obvious answers."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from voicegate.ivr.graph import backward, longest, loops, reached

NAMES = "abcdef"
GRAPHS = st.fixed_dictionaries(
    {name: st.lists(st.sampled_from(NAMES), unique=True, max_size=3) for name in NAMES}
)


def after(graph: dict[str, list[str]], begin: set[str]) -> set[str]:
    """One step, and again, until nothing is new."""
    found = set(begin)
    for _ in NAMES:
        found |= {target for name in found for target in graph[name]}
    return found


@given(GRAPHS, st.sets(st.sampled_from(NAMES)))
def test_reached_is_all_that_steps_lead_to(graph: dict[str, list[str]], begin: set[str]) -> None:
    assert reached(begin, graph.__getitem__) == after(graph, begin)


@given(GRAPHS, st.sampled_from(NAMES))
def test_backward_reaches_whoever_reaches_it(graph: dict[str, list[str]], end: str) -> None:
    sources = {name for name in NAMES if end in after(graph, {name})}
    assert reached([end], backward(graph, graph.__getitem__)) == sources


@given(GRAPHS, st.sets(st.sampled_from(NAMES)))
def test_a_loop_is_found_if_and_only_if_there_is_one(
    graph: dict[str, list[str]], nodes: set[str]
) -> None:
    inside = {name: [target for target in graph[name] if target in nodes] for name in NAMES}
    found = list(loops(sorted(nodes), graph.__getitem__))
    has_one = any(name in after(inside, set(inside[name])) for name in nodes)
    assert bool(found) is has_one
    for loop in found:
        assert set(loop) <= nodes
        assert all(target in graph[name] for name, target in pairwise([*loop, loop[0]]))
    assert len({tuple(loop) for loop in found}) == len(found)


@given(GRAPHS, st.lists(st.integers(0, 9), min_size=6, max_size=6))
def test_the_longest_path_outweighs_every_other(
    graph: dict[str, list[str]], weights: list[int]
) -> None:
    forward = {name: [target for target in graph[name] if target > name] for name in NAMES}
    weight = dict(zip(NAMES, weights, strict=True))

    def best(name: str) -> int:
        return weight[name] + max(map(best, forward[name]), default=0)

    total, path = longest("a", forward.__getitem__, weight.__getitem__)
    assert total == best("a") == sum(weight[name] for name in path)
    assert path[0] == "a"
    assert all(target in forward[name] for name, target in pairwise(path))
