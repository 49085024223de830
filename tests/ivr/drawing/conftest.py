"""What is drawn in these tests: the examples, and figures from a seed."""

import random
from collections.abc import Callable

import pytest

from voicegate.ivr.check import Verdict
from voicegate.ivr.drawing.figure import ROOT, Figure, Item, Line, LineKind, figure

TYPES = ("say", "menu", "collect", "branch", "ai", "transfer", "queue", "voicemail", "tool")


@pytest.fixture(scope="session")
def example_figure(
    example: Callable[[str], str], judged: Callable[[str], Verdict]
) -> Callable[[str], Figure]:
    """The figure of an example by its name."""

    def of(name: str) -> Figure:
        flow = judged(example(name)).flow
        assert flow is not None
        return figure(flow)

    return of


@pytest.fixture(scope="session")
def drawn() -> Callable[[int], Figure]:
    """A figure of up to 20 nodes from a seed: with loops, long ways, and nodes that none reaches."""
    return _figure


def _figure(seed: int) -> Figure:
    dice = random.Random(seed)
    names = [f"node-{index}" + "x" * dice.randrange(20) for index in range(dice.randint(1, 20))]
    items = [Item(name, name, dice.choice(TYPES), name) for name in names]
    items.append(Item("end", "end", "hangup", "end"))
    roots = [Item(f"@{path}", path, ROOT, path) for path in ("start", "handlers.error", "optout")]
    lines = [Line(root.key, dice.choice(items).key, LineKind.ENTRY) for root in roots]
    for item in items[:-1]:
        lines += _lines(item, items, dice)
    return Figure("drawn", "", (*roots, *items), tuple(lines))


def _lines(source: Item, items: list[Item], dice: random.Random) -> list[Line]:
    found: dict[tuple[str, LineKind], list[str]] = {}
    for exit_ in ("next", "timeout", "error", *"123"[: dice.randrange(4)]):
        kind = LineKind(exit_) if exit_ in ("timeout", "error") else LineKind.CHOICE
        found.setdefault((dice.choice(items).key, kind), []).append(exit_)
    return [Line(source.key, target, kind, tuple(exits)) for (target, kind), exits in found.items()]
